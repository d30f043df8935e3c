/** Entry `itemresponsetheory/calibration`. */
export {
  type CalibratedItem,
  type Calibration,
  type CalibrationOptions,
  type DichotomousModel,
  calibrate,
} from './mmle.ts';
export {
  type CalibratedItemResult,
  calibrateItems,
  type ItemsCalibration,
  type LatentGroup,
} from './calibrate-items.ts';
export type { CalibrateItemsOptions } from './options.ts';
export type { ItemModelName } from './family.ts';
export type { Flag as CalibrationFlag } from './categories.ts';
export type { Priors } from './parameter-prior.ts';
export { type ResponseMatrix, responseMatrix } from '../responses/response-matrix.ts';
export {
  type BookletScore,
  calibrateConditional,
  type ConditionalCalibration,
  type ConditionalItem,
  type ConditionalOptions,
} from './cml.ts';
export type { RaschModel, TestDesign } from './cml-data.ts';
export { type CalibrationTeam, serveCalibration, type TeamWork } from './team.ts';
export { type AndersenTest, andersenTest } from './andersen.ts';
export { connectedItems, type RowsOfItems } from './connected-sets.ts';
export { calibrateJointly, type JointCalibration, type JointItem, type JointItemsOptions } from './jml.ts';
export { calibrateAtAbilities, type MethodAItem, type OneItemModel } from './method-a.ts';
