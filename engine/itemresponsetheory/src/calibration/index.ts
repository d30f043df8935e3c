/** Entry `itemresponsetheory/calibration`. */
export { type CalibratedItem, type Calibration, type CalibrationOptions, type DichotomousModel, calibrate } from './mmle.ts';
export { type ResponseMatrix, responseMatrix } from '../responses/response-matrix.ts';
