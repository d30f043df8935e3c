/** The clock of the machine is set while somebody sits a test: no session is closed by it, and none gets longer. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';

const minute = 60_000;

describe.each([
  ['forward an hour', 61 * minute],
  ['back half an hour', -30 * minute],
])('a clock set %s', (_, step) => {
  it('closes no session and lengthens none, and is told of', async () => {
    const server = await ServerProcess.start({
      NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, '../fixtures/stepping-clock.mjs')).href}`,
      MEETLAT_TEST_CLOCK_STEP: String(step),
    });
    try {
      const invigilator = await Staff.login(server.url, await server.account('invigilator'));
      const candidate = await Candidate.admitted(invigilator, { test: 'mo', language: 'nl', contactLanguage: 'nl' });
      await candidate.toFirstPart();
      const remaining = async (): Promise<number> => {
        const { clock, screen } = await candidate.view();
        if (clock === undefined) throw new Error(`no clock runs at ${screen.name}`);
        return clock.remainingMs;
      };
      const before = await remaining();
      server.signal('SIGUSR2');
      await expect.poll(() => server.output, { timeout: 10_000 }).toContain('the clock of this machine jumped');
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      const during = await remaining();
      expect(during).toBeLessThanOrEqual(before);
      expect(before - during).toBeLessThan(minute);
      server.signal('SIGUSR2');
      await expect.poll(() => server.output, { timeout: 10_000 }).toContain('agrees with the time of the program');
      expect(before - (await remaining())).toBeLessThan(2 * minute);
    } finally {
      await server.dispose();
    }
  }, 90_000);
});
