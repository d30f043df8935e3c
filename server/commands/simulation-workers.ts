/** Worker threads that sit the chunks of a study; what comes out does not depend on how many there are. */
import { Worker } from 'node:worker_threads';
import type { SimulatedSession } from 'itemresponsetheory/simulation';
import type { StudyChunk, StudyPopulation, StudyOptions } from '../../engine/adaptive/simulate.ts';

/** One chunk in one worker; rejects when the worker dies. */
function ask(worker: Worker, chunk: StudyChunk): Promise<readonly SimulatedSession[]> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.off('message', done);
      worker.off('error', failed);
      worker.off('exit', ended);
    };
    const done = (sat: readonly SimulatedSession[]): void => {
      settle();
      resolve(sat);
    };
    const failed = (error: Error): void => {
      settle();
      reject(error);
    };
    const ended = (code: number): void => {
      settle();
      reject(new Error(`a simulation worker ended with code ${code}`));
    };
    worker.on('message', done).on('error', failed).on('exit', ended);
    worker.postMessage(chunk);
  });
}

/** Runs `study` with `count` workers (1: in this thread), which end with it. */
export async function withWorkers<T>(
  sitters: StudyPopulation,
  count: number,
  study: (options: Pick<StudyOptions, 'sitChunk' | 'parallel'>) => Promise<T>,
): Promise<T> {
  if (count === 1) return study({});
  const { policy, bank, population } = sitters;
  const idle = Array.from(
    { length: count },
    () => new Worker(new URL('./simulation-worker.mjs', import.meta.url), { workerData: { policy, bank, population } }),
  );
  const all = [...idle];
  const sitChunk = async (chunk: StudyChunk): Promise<readonly SimulatedSession[]> => {
    const worker = idle.pop();
    if (worker === undefined) throw new Error('more chunks under way than workers');
    try {
      return await ask(worker, chunk);
    } finally {
      idle.push(worker);
    }
  };
  try {
    return await study({ sitChunk, parallel: count });
  } finally {
    await Promise.all(all.map((worker) => worker.terminate()));
  }
}
