/** Entry `itemresponsetheory/linking`: scales of different forms put together, and scores equated. */
export {
  type LinkAnchor,
  linkScales,
  type LinkDirection,
  type LinkMethod,
  type LinkOptions,
  type ScaleTransform,
} from './link.ts';
export { type AnchorErrors } from './link-gradient.ts';
export { type LinkErrors, linkErrors, linkRobustly, type RobustLink, robustZ } from './link-error.ts';
export { type ItemCovariance, type CalibrationSample } from './propagate.ts';
export { type Form, type FormErrors, formLinkErrors, linkForms } from './haberman.ts';
export {
  type DroppedItem,
  type FormResidual,
  linkFormsRobustly,
  type RobustForms,
  type RobustFormsOptions,
} from './haberman-robust.ts';
export {
  type Continuisation,
  equateDistributions,
  equateObservedScores,
  equateTrueScores,
  moveGrid,
  scoreDistribution,
  type TrueScoreRow,
  type WeightedPopulation,
} from './equate.ts';
export { equateWithErrors, type EquatedScore, type EquatingRequest } from './equate-error.ts';
export { transformItem } from '../parameters/scale.ts';
