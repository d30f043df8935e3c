/** A worker of `meetlat simulate`: gets the sitters once, then sits one chunk after another. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Chunk, sitHere, type Sitters } from '../../engine/adaptive/simulate.ts';

const sitters: Sitters = workerData;
parentPort?.on('message', (chunk: Chunk) => {
  parentPort?.postMessage(sitHere(sitters, chunk));
});
