/** `--workers N`: threads that share a calibration; the numbers are the same for any N. */
import type { CalibrationTeam } from 'itemresponsetheory/calibration';
import { startTeam } from '../jobs/calibration-team.ts';
import { number } from './options.ts';

export const workersOption = number('N', 'option.workers', { isWhole: true, most: 64 }, 1);

/** The calling thread is one of them. */
export async function withTeam<T>(workers: number, run: (team: CalibrationTeam | undefined) => T): Promise<T> {
  if (workers === 1) return run(undefined);
  const team = startTeam(workers - 1, new URL('./calibration-team-worker.mjs', import.meta.url));
  try {
    return run(team);
  } finally {
    await team.end();
  }
}
