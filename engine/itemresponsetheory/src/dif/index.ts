/** Entry `itemresponsetheory/dif`: does an item work the same way in two groups of equal ability? */
export {
  breslowDay,
  type MantelHaenszel,
  mantelHaenszel,
  mantelHaenszelIn,
  type MantelHaenszelOptions,
  shrink,
  type ShrunkenDelta,
  type StandardisedDifference,
  standardised,
  strataByAbility,
} from './mantel-haenszel.ts';
export { type LogisticDif, logisticDif, type LogisticOptions, type LogisticTest } from './logistic.ts';
export { type Area, type GroupItem, likelihoodRatio, type LikelihoodRatioOptions, lord, raju } from './parameters.ts';
export { type SeparateDif, separateDif, type SeparateOptions } from './separate.ts';
export { type PurifyOptions, type Stratum, type ChiSquareTest, type TwoGroups, twoGroups } from './strata.ts';
export { type Sibtest, sibtest, type SibtestOptions } from './sibtest.ts';
export {
  type CalibratedForm,
  curveDistance,
  driftOverTime,
  type ItemOverTime,
  type OverTime,
  type OverTimeOptions,
} from './drift-over-time.ts';
export {
  cusumBound,
  type ItemDrift,
  itemDrift,
  type ItemDriftOptions,
  type ParameterDrift,
  parameterDrift,
  type TwoEstimates,
} from './drift.ts';
export {
  type GroupDeviation,
  rmsdDif,
  type RmsdOptions,
  type WaldDif,
  waldDif,
  type WaldOptions,
} from './model-based.ts';
export {
  type PurifiedRmsd,
  purifiedRmsd,
  type PurifiedWald,
  purifiedWald,
  type PurifiedWaldOptions,
} from './purified.ts';
export { falseDiscovery } from '../numeric/many-tests.ts';
export { type MantelDif, mantelDif, type MatchedAnswers, type OrdinalDif, ordinalDif } from './polytomous.ts';
