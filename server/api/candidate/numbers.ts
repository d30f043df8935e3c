/** Numbers of the candidate's wire that both ends use; no schema here, so that the page stays small. */
export { beatMs } from '../../../delivery/live/heartbeat.ts';
export { presentDetectors } from '../../../delivery/proctoring/detectors.ts';

/** Operations in one request. */
export const largestBatch = 50;
