/** Entry `itemresponsetheory/linking`: scales of different forms put together, and scores equated. */
export { type Anchor, linkScales, type LinkMethod, type LinkOptions, type ScaleTransform } from './link.ts';
export { type ItemCovariance, linkErrors, linkRobustly, type RobustLink, robustZ } from './link-error.ts';
export { linkForms } from './haberman.ts';
export { type Continuisation, equateDistributions, equateObservedScores, equateTrueScores, moveGrid, scoreDistribution, type TrueScoreRow } from './equate.ts';
export { transformItem } from '../parameters/scale.ts';
