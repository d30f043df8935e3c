/** Entry `itemresponsetheory/facets`: ratings, raters and criteria on one scale. */
export {
  type Facet,
  type RatingRow,
  type RatingTable,
  ratingTable,
  type RatingTableOptions,
} from '../responses/rating-table.ts';
export type { BiasCorrection } from './bias.ts';
export {
  calibrateFacets,
  type FacetMeasures,
  type FacetsCalibration,
  type FacetSlopes,
  type FacetsOptions,
  type FacetTerms,
  type RegularisedElement,
  type StepGroup,
} from './calibrate-facets.ts';
export type { FacetAnchor, FacetsModel, StepAnchor } from './design.ts';
export { type Connectedness, findSubsets, type Subset } from './connectedness.ts';
export { type Join, weakestJoins } from './joins.ts';
export { calibrateFacetsJointly, type JointFacets, type JointOptions } from './joint.ts';
export { type PersonMeasure, personMeasures } from './persons.ts';
export type { Measures } from './prediction.ts';
export {
  type RaterAgreement,
  agreementOf,
  elementFit,
  type ElementFit,
  type Interaction,
  interactionsOf,
  type Separation,
  separationOf,
} from './report.ts';
export { type PosteriorFit, posteriorFit } from './posterior-fit.ts';
export { type RatedHearing, type RatedLikelihood, ratedLikelihood, type SharedEffects } from './rated-likelihood.ts';
export {
  type Drift,
  type DriftOptions,
  raterDrift,
  type RaterEffects,
  raterEffects,
  type WindowBias,
} from './rater-effects.ts';
