/** `--workers N`: threads that share a calibration; the numbers are the same for any N. */
import type { CalibrationTeam } from 'itemresponsetheory/calibration';
import { startTeam } from '../jobs/calibration-team.ts';
import { UsageError } from './command.ts';

export function workersOf(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 64)
    throw new UsageError(`--workers ${text}: must be a whole number from 1 to 64`);
  return value;
}

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
