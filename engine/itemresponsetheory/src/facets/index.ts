/** Entry `itemresponsetheory/facets`: ratings, raters and criteria on one scale. */
export { type Facet, type RatingRow, type RatingTable, ratingTable } from '../responses/rating-table.ts';
export { calibrateFacets, type FacetMeasures, type FacetsCalibration, type FacetsOptions } from './calibrate-facets.ts';
export { type Connectedness, findSubsets } from './connectedness.ts';
export { calibrateFacetsJointly, type JointFacets, type JointOptions } from './joint.ts';
export { type Agreement, agreementOf, elementFit, type ElementFit, type Interaction, interactionsOf, type Separation, separationOf } from './report.ts';
