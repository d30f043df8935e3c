/**
 * Watches the wall clock of the machine: a jump changes no session, and whoever runs the machine is told of it once.
 */
import type { Logger } from 'pino';
import type { ProcessClock } from '../clock.ts';
import type { Job } from './job.ts';

export function clockWatch(clock: ProcessClock, log: Pick<Logger, 'error' | 'warn'>): Job {
  let told: number | undefined;
  return {
    name: 'clock',
    everyMs: 1_000,
    run: () => {
      clock.follow();
      const jump = clock.jump();
      if (jump !== undefined && told === undefined)
        log.error(
          { jumpMs: jump },
          'the clock of this machine jumped; the program goes on by its own time until it is started again',
        );
      if (jump === undefined && told !== undefined)
        log.warn({ jumpMs: told }, 'the clock of this machine agrees with the time of the program again');
      told = jump;
      return Promise.resolve();
    },
  };
}
