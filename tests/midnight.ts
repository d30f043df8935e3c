/** The program on the evening before today, and on the same data just after midnight in Brussels. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { dayOf } from '../storage/document/day.ts';
import { toInstant } from '../storage/document/instant.ts';
import { ServerProcess } from './server-process.ts';

const clock = pathToFileURL(join(import.meta.dirname, 'fixtures/clock.mjs')).href;
const hourMs = 3_600_000;
const dayAt = (ms: number): string => dayOf(toInstant(ms));

/** When the present day began in Brussels, whose clock is one or two hours ahead. */
function beginOfToday(): number {
  const today = Date.parse(`${dayAt(Date.now())}T00:00:00Z`);
  return dayAt(today - 2 * hourMs) === dayAt(today) ? today - 2 * hourMs : today - hourMs;
}

export interface LateEvening {
  readonly server: ServerProcess;
  readonly yesterday: string;
  readonly today: string;
  /** Half an hour later it is today. */
  readonly turnMidnight: () => Promise<void>;
}

export async function lateEvening(): Promise<LateEvening> {
  const midnight = beginOfToday();
  const environment = {
    NODE_OPTIONS: `--import=${clock}`,
    MEETLAT_TEST_CLOCK_OFFSET: String(midnight - hourMs / 3 - Date.now()),
  };
  const server = await ServerProcess.start(environment);
  return {
    server,
    yesterday: dayAt(midnight - 1),
    today: dayAt(midnight),
    turnMidnight: async () => {
      await server.stop();
      environment.MEETLAT_TEST_CLOCK_OFFSET = String(midnight + hourMs / 6 - Date.now());
      await server.launch();
    },
  };
}
