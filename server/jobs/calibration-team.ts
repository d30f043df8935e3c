/** Worker threads that share the E-step of calibrations run by the calling thread. */
import { Worker } from 'node:worker_threads';
import type { CalibrationTeam } from 'itemresponsetheory/calibration';

export interface WorkingTeam extends CalibrationTeam {
  end(): Promise<void>;
}

/** `script`: the built calibration-team-worker. The workers stay until `end`, for one calibration after another. */
export function startTeam(workers: number, script: URL): WorkingTeam {
  const all = Array.from({ length: workers }, () => {
    const worker = new Worker(script);
    // A worker that dies does not answer, and the calling thread does its part; that is no reason to end the program.
    worker.on('error', () => undefined);
    worker.unref();
    return worker;
  });
  return {
    workers,
    assign(worker, work) {
      all[worker]?.postMessage(work);
    },
    async end() {
      await Promise.all(all.map((worker) => worker.terminate()));
    },
  };
}
