/** Item response theory and adaptive testing: exact, dependency-free, the same bits in any JavaScript engine. */
export { IrtError } from './errors.ts';
export { exp, expm1, log, log1p, logSigmoid, logSumExp, sigmoid } from './numeric/elementary.ts';
export { normalDensity, normalDistribution } from './numeric/normal.ts';
export { chiSquareTail, normalQuantile } from './numeric/chi-square.ts';
export { type Rng, createRng } from './numeric/rng.ts';
export {
  type ItemParameters,
  type ItemSpec,
  Model,
  type ModelCode,
  createItemParameters,
} from './parameters/item-parameters.ts';
export { fromMetric, normalMetric, transformItem } from './parameters/scale.ts';
export { type GridTable, tabulate } from './information/table.ts';
export { type Grid, type GridOptions, normalGrid } from './quadrature/grid.ts';
export { type Curves, createCurves, evaluate } from './models/curves.ts';
export { categoryProbabilities, expectedScore, testCharacteristic } from './models/probability.ts';
export {
  informationAt,
  informationDerivativeOf,
  informationOf,
  itemInformation,
  observedInformation,
  testInformation,
  warmOf,
} from './information/item.ts';
export { type PosteriorMoments, Posterior, createPosterior } from './ability/posterior.ts';
export { type AbilityEstimate, type AbilityMethod, type AbilityOptions, estimateAbility } from './ability/estimate.ts';
export { type RobustWeight } from './ability/robust.ts';
export { type ScoreOptions, type ScoredAbilities, scoreResponses } from './ability/score-responses.ts';
export { type SumScoreRow, sumScoreDistribution, sumScoreTable } from './ability/sum-score.ts';
export { type RankedItem, rankBy } from './selection/rank.ts';
export { type RankedLists, bestOfRanked, rankAtNodes, scanForBest } from './selection/ranked-lists.ts';
export { nearestNode, rankByInformation } from './selection/maximum-information.ts';
export { mostInformativeTheta, nearnessOfDifficulty, nearnessOfMaximum } from './selection/location.ts';
export {
  type Emphasis,
  emphasise,
  expectedPosteriorVariance,
  globalDiscrimination,
  mutualInformation,
  weightedInformation,
  weightedInformationOf,
  weightedKullbackLeibler,
} from './selection/weighted.ts';
export { expectedInformation } from './selection/expected-information.ts';
export { divergenceAtCut, kullbackLeibler, nearnessOfGoal, windowedKullbackLeibler } from './selection/window.ts';
export { drawProportional, progressiveValue, progressiveWeight } from './selection/random.ts';
export { stratify, stratumAt } from './selection/stratified.ts';
export { priorityIndex, type Quota, quotaPenalty, requireQuota } from './selection/priority.ts';
export {
  createEligibility,
  drawEligible,
  eligibilityProbability,
  type EligibilityRecord,
  recordEligibility,
} from './exposure/eligibility.ts';
export { plausibleValues } from './ability/plausible.ts';
export { type ContentTargets, contentFactor } from './selection/content.ts';
export { levelAt } from './classification/level.ts';
export { type RatioDecision, type RatioOptions, generalizedRatio, sequentialRatio } from './classification/ratio.ts';
export { guoAgreement, leastLoss, levelProbabilities } from './classification/posterior.ts';
export {
  type Agreement,
  type ClassificationAgreement,
  leeAgreement,
  meanAgreement,
  rudnerAgreement,
} from './classification/accuracy.ts';
export { isClassified, isExhausted, isLongEnough, isPrecise, isReductionSpent, isStable } from './stopping/rules.ts';
export { checkPanel, type Panel } from './multistage/panel.ts';
export { crossings, routeByCuts, routeByInformation, shareCuts } from './multistage/route.ts';
