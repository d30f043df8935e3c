/** Item response theory and adaptive testing: exact, dependency-free, the same bits in any JavaScript engine. */
export { IrtError } from './errors.ts';
export { exp, expm1, log, log1p, logSigmoid, logSumExp, sigmoid } from './numeric/elementary.ts';
export { normalDensity, normalDistribution } from './numeric/normal.ts';
export { type Rng, createRng } from './numeric/rng.ts';
export { type ItemParameters, type ItemSpec, Model, type ModelCode, createItemParameters } from './parameters/item-parameters.ts';
export { type GridTable, tabulate } from './parameters/table.ts';
export { type Grid, type GridOptions, normalGrid } from './quadrature/grid.ts';
export { type Curves, createCurves, evaluate } from './models/curves.ts';
export { categoryProbabilities, expectedScore, testCharacteristic } from './models/probability.ts';
export { informationAt, informationDerivativeOf, informationOf, itemInformation, observedInformation, testInformation, warmOf } from './information/item.ts';
export { type Moments, Posterior, createPosterior } from './ability/posterior.ts';
export { type AbilityEstimate, type AbilityMethod, type AbilityOptions, estimateAbility } from './ability/estimate.ts';
export { type SumScoreRow, sumScoreDistribution, sumScoreTable } from './ability/sum-score.ts';
export { type Ranked, rankBy } from './selection/rank.ts';
export { nearestNode, rankByInformation } from './selection/maximum-information.ts';
export { type ContentTargets, contentFactor } from './selection/content.ts';
export { levelAt } from './classification/level.ts';
