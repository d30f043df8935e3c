/** A thread of a calibration team: gets its rows, then computes until the calibration is over. */
import { parentPort } from 'node:worker_threads';
import { serveCalibration, type TeamWork } from 'itemresponsetheory/calibration';

parentPort?.on('message', (work: TeamWork) => {
  serveCalibration(work);
});
