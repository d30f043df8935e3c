/** A worker of `meetlat simulate`: gets the sitters once, then sits one chunk after another. */
import { parentPort, workerData } from 'node:worker_threads';
import { type StudyChunk, sitHere, type StudyPopulation } from '../../engine/adaptive/simulate.ts';

const sitters: StudyPopulation = workerData;
parentPort?.on('message', (chunk: StudyChunk) => {
  parentPort?.postMessage(sitHere(sitters, chunk));
});
