/**
 * The clock of the machine is set, or the machine stands still, while somebody sits a test: no session is closed by it
 * and none gets longer, the log says what happened, and a person lets deadlines go on. A close that was a mistake is
 * taken back.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Code, ProctoringLog, Room } from '../../server/api/invigilator/protocol.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, type ProblemReply, Staff } from '../session-client.ts';

const minute = 60_000;
const polled = { timeout: 15_000 };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Exam {
  readonly server: ServerProcess;
  readonly invigilator: Staff;
  readonly candidate: Candidate;
  remaining(): Promise<number>;
  room(): Promise<z.infer<typeof Room>>;
  /** How often the log has such a line. */
  logged(type: string): Promise<number>;
}

/** A server whose clock can be set by SIGUSR2, and a candidate in a part with a clock. */
async function withExam(step: number, work: (exam: Exam) => Promise<void>): Promise<void> {
  const server = await ServerProcess.start({
    NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, '../fixtures/stepping-clock.mjs')).href}`,
    MEETLAT_TEST_CLOCK_STEP: String(step),
  });
  try {
    const invigilator = await Staff.login(server.url, await server.account('invigilator'));
    const candidate = await Candidate.admitted(invigilator, { test: 'mo', language: 'nl', contactLanguage: 'nl' });
    await candidate.toFirstPart();
    const log = () => invigilator.get<z.infer<typeof ProctoringLog>>(`/invigilator/sessions/${candidate.session}/log`);
    await work({
      ...{ server, invigilator, candidate },
      remaining: () => remainingOf(candidate),
      room: () => invigilator.get('/invigilator/room'),
      logged: async (type) => (await log()).entries.filter((entry) => entry.type === type).length,
    });
  } finally {
    server.signal('SIGCONT');
    await server.dispose();
  }
}

async function remainingOf(candidate: Candidate): Promise<number> {
  const { clock, screen } = await candidate.view();
  if (clock === undefined) throw new Error(`no clock runs at ${screen.name}`);
  return clock.remainingMs;
}

describe.each([
  ['forward an hour', 61 * minute],
  ['back half an hour', -30 * minute],
])('a clock set %s for three seconds', (_, step) => {
  it('closes no session and lengthens none; the log tells of it, and a person lets deadlines go on', async () => {
    await withExam(step, async ({ server, invigilator, candidate, remaining, room, logged }) => {
      const before = await remaining();
      server.signal('SIGUSR2');
      await expect.poll(async () => (await room()).clockStop, polled).toBeDefined();
      await pause(3_000);
      const during = await remaining();
      expect(during).toBeLessThanOrEqual(before);
      expect(before - during).toBeLessThan(minute);
      server.signal('SIGUSR2');
      await expect.poll(() => logged('server-clock-jumped'), polled).toBe(2);
      expect(before - (await remaining())).toBeLessThan(2 * minute);

      const { clockStop } = await room();
      const confirm = (noticedAt: string) => invigilator.post('/invigilator/clock/confirm', { noticedAt });
      await expect(confirm('2026-01-01T00:00:00.000Z')).rejects.toMatchObject({ status: 409 });
      await confirm(clockStop?.noticedAt ?? '');
      expect((await room()).clockStop).toBeUndefined();
      await expect.poll(() => logged('server-clock-confirmed'), polled).toBe(1);
      await candidate.ask({ kind: 'raise-hand' });
    });
  }, 90_000);
});

describe('a machine that stands still', () => {
  it('takes no time from a candidate and gives none; the log tells of it', async () => {
    await withExam(0, async ({ server, candidate, remaining, logged }) => {
      // A clock is watched from the first second on.
      await pause(2_500);
      const before = await remaining();
      server.signal('SIGSTOP');
      await pause(13_000);
      server.signal('SIGCONT');
      await expect.poll(() => logged('server-clock-jumped'), polled).toBe(1);
      const after = await remaining();
      expect(after).toBeLessThanOrEqual(before);
      // Less than it stood still: that time was not taken. How much less is the business of a clock, not of a test.
      expect(before - after).toBeLessThan(13_000);
      await candidate.ask({ kind: 'raise-hand' });
    });
  }, 90_000);

  it('set forward while it is started again: time goes on from where it was', async () => {
    await withExam(61 * minute, async ({ server, candidate, room, logged }) => {
      server.signal('SIGUSR2');
      await expect.poll(() => logged('server-clock-jumped'), polled).toBe(1);
      const before = await remainingOf(candidate);
      await server.kill();
      // The new process's clock is right again.
      await server.launch();
      const again = candidate.at(server.url);
      expect(await remainingOf(again)).toBeLessThanOrEqual(before);
      expect(before - (await remainingOf(again))).toBeLessThan(minute);
      await expect.poll(() => logged('server-clock-jumped'), polled).toBe(2);
      expect((await room()).clockStop).toMatchObject({ aheadMs: 0 });
    });
  }, 90_000);
});

describe('a session that was ended by mistake', () => {
  it('is opened again, and goes on at the same question by a new code, with the time that was left', async () => {
    await withExam(0, async ({ server, invigilator, candidate, room, logged }) => {
      const path = `/invigilator/sessions/${candidate.session}`;
      const first = await candidate.ask({ kind: 'go', position: 7 });
      expect(first.view.screen).toMatchObject({ name: 'linear-item', number: 7 });
      const before = await remainingOf(candidate);
      await invigilator.post(`${path}/end`, { reason: 'verkeerde kandidaat' });
      expect((await candidate.view()).screen.name).toBe('receipt');
      expect((await room()).sessions[0]?.reopenUntil).toBeDefined();

      await invigilator.post(`${path}/reopen`, { reason: 'vergissing' });
      await expect(invigilator.post(`${path}/reopen`, { reason: 'nog eens' })).rejects.toMatchObject({ status: 409 });
      await expect(candidate.ask({ kind: 'go', position: 8 })).rejects.toMatchObject({ status: 409 });
      const { code } = await invigilator.post<z.infer<typeof Code>>(`${path}/code`);
      const back = await Candidate.arrive(server.url, code, candidate.session);
      await expect(candidate.view()).rejects.toMatchObject({ code: 'fenced' } satisfies Partial<ProblemReply>);
      await invigilator.post(`${path}/admit`);
      await back.take();
      await invigilator.post(`${path}/resume`);
      expect((await back.view()).screen).toMatchObject({ name: 'linear-item', number: 7 });
      const after = await remainingOf(back);
      expect(after).toBeLessThanOrEqual(before);
      expect(before - after).toBeLessThan(minute);
      expect(await logged('reopened')).toBe(1);
      await back.ask({ kind: 'submit' });
      await expect(invigilator.post(`${path}/reopen`, { reason: 'te laat' })).rejects.toMatchObject({ status: 409 });
    });
  }, 90_000);
});
