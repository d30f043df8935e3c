/**
 * Background work: each job runs again and again, never twice at once in a process, and a fault of one run does not end
 * it.
 */
import type { Program } from '../program.ts';

export interface Job {
  readonly name: string;
  readonly everyMs: number;
  run(): Promise<void>;
}

/** Starts the jobs. The returned call stops them and resolves when no run is under way any more. */
export function startJobs(program: Pick<Program, 'timers' | 'log'>, jobs: readonly Job[]): () => Promise<void> {
  const running = new Map<string, Promise<void>>();
  const stops = jobs.map((job) =>
    program.timers.every(job.everyMs, () => {
      if (running.has(job.name)) return;
      const run = job
        .run()
        .catch((error: unknown) => {
          program.log.error({ err: error, job: job.name }, 'job failed; it runs again');
        })
        .finally(() => running.delete(job.name));
      running.set(job.name, run);
    }),
  );
  return async () => {
    for (const stop of stops) stop();
    await Promise.all(running.values());
  };
}
