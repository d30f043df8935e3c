/** Entry `itemresponsetheory/fit`: how well items, persons and whole models fit the responses. */
export { type EstimatedParameters } from './estimated.ts';
export { type Abilities, type AbilitiesOptions, estimateAbilities } from './abilities.ts';
export { type ScoreGroup } from './merge-cells.ts';
export { type SumScoreFit, type SumScoreFitOptions, sumScoreFit } from './sum-score-fit.ts';
export { type MeanSquareFit, type MeanSquareOptions, type MeanSquares, meanSquareFit } from './mean-square.ts';
export {
  type PosteriorMeanSquare,
  type PosteriorMeanSquareOptions,
  posteriorMeanSquares,
} from './posterior-mean-square.ts';
export { type ResidualCorrelations, residualCorrelations } from './residual-correlation.ts';
export { type CurveDeviation, curveDeviations } from './curve-deviation.ts';
export { type PersonFit, type PersonFitOptions, personFit } from './person-fit.ts';
export { type AnswerOrder, answerOrder } from './answer-order.ts';
export { type CumulativeFit, cumulativeFit } from './cumulative-fit.ts';
export {
  type CumulativeBoundsOptions,
  type CumulativeSums,
  cumulativeBounds,
  cumulativeSums,
} from './cumulative-sum.ts';
export {
  type AbilityGroup,
  type GroupedChiSquare,
  type GroupedChiSquareOptions,
  groupedChiSquare,
} from './grouped-chi-square.ts';
export { type PairDependence, localDependence } from './local-dependence.ts';
export {
  type LimitedInformation,
  type LimitedInformationOptions,
  type LimitedStatistic,
  limitedInformation,
} from './limited-information.ts';
export {
  type ClassicalItem,
  type ClassicalStatistics,
  type ItemCounts,
  classicalStatistics,
  itemCounts,
} from './classical.ts';
export {
  type DistractorFlag,
  type DistractorOption,
  type DistractorOptions,
  type DistractorTable,
  distractorTables,
} from './distractors.ts';
export { empiricalReliability, marginalReliability } from './reliability.ts';
export { type ResponseMatrix, responseMatrix } from '../responses/response-matrix.ts';
