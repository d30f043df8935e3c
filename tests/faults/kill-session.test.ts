/**
 * `kill -9` of the server at random moments of a session: every acknowledged answer is there after the restart, the
 * same next item comes, the deadline is unchanged, and no rating task and no push is lost.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CandidateView } from '../../server/api/candidate/protocol.ts';
import type { Operation } from '../../delivery/sessions/operation.ts';
import { isFull, recordFigures } from '../figures.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';

/** Kills in all: a restart takes about two seconds. */
const kills = isFull ? 500 : 20;
const root = join(import.meta.dirname, '../..');

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start();
});
afterAll(() => server.dispose());

/** A generator of our own, so that a failing run can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Sends until it is acknowledged, through kills and restarts, as the client's outbox does. */
async function sendSurely(
  candidate: Candidate,
  operations: readonly Operation[],
  restarted: () => Promise<void>,
): Promise<CandidateView> {
  for (;;) {
    try {
      return (await candidate.send(operations)).view;
    } catch (error) {
      if (error instanceof TypeError) await restarted();
      else throw error;
    }
  }
}

describe('power cuts', () => {
  it(
    `${kills} kills during sessions lose nothing that was acknowledged`,
    async () => {
      const random = randomFrom(20_261_123);
      let killed = 0;
      let restarting: Promise<void> | undefined;
      const restarted = (): Promise<void> => restarting ?? Promise.resolve();
      const killSoon = (): void => {
        if (killed >= kills || restarting !== undefined) return;
        killed += 1;
        restarting = new Promise((resolve) => setTimeout(resolve, random() * 25))
          .then(() => server.kill())
          .then(() => server.launch())
          .finally(() => {
            restarting = undefined;
          });
      };
      const sessions: string[] = [];
      while (killed < kills) {
        const invigilator = await Staff.login(server.url, await server.account('invigilator'));
        const candidate = await Candidate.admitted(invigilator, { test: 'mo' });
        sessions.push(candidate.session);
        let view = await candidate.toFirstPart();
        const deadlineAt = view.clock?.deadlineAt;
        const total = view.screen.name === 'linear-item' ? view.screen.total : 0;
        const answered = new Map<number, string>();
        for (let position = 1; position <= total && killed < kills; position += 1) {
          view = await sendSurely(candidate, candidate.prepare({ kind: 'go', position }), restarted);
          if (view.screen.name !== 'linear-item') throw new Error(view.screen.name);
          const { handle, options } = view.screen.item;
          const option = options[Math.floor(random() * options.length)]?.handle ?? '';
          if (random() < 0.6) killSoon();
          view = await sendSurely(candidate, candidate.prepare({ kind: 'answer', handle, option }), restarted);
          answered.set(position, option);
          await restarted();
          const now = await candidate.view();
          expect(now.screen).toMatchObject({ name: 'linear-item', number: position, selected: option });
          expect(now.clock?.deadlineAt).toBe(deadlineAt);
        }
        for (const [position, option] of answered) {
          ({ view } = await candidate.ask({ kind: 'go', position }));
          expect(view.screen).toMatchObject({ selected: option });
        }
        await candidate.ask({ kind: 'submit' });
      }
      expect(killed).toBe(kills);
      for (const session of sessions) {
        const said = execFileSync(process.execPath, [join(root, 'bin/meetlat.mjs'), 'verify', session], {
          env: { ...process.env, MEETLAT_NO_BUILD: '1', MEETLAT_DATA: server.folder },
          encoding: 'utf8',
        });
        expect(said).toMatch(/\nVERIFIED\n$/);
      }
      // The journal is also what the designer calibrates from: every scored and pretest answer once, beside the running
      // server.
      const file = join(mkdtempSync(join(tmpdir(), 'meetlat-responses-')), 'all.jsonl');
      const run = (...options: readonly string[]): string =>
        execFileSync(process.execPath, [join(root, 'bin/meetlat.mjs'), 'responses', ...options], {
          env: { ...process.env, MEETLAT_NO_BUILD: '1', MEETLAT_DATA: server.folder },
          encoding: 'utf8',
        });
      expect(run('--out', file)).toMatch(new RegExp(`responses of ${sessions.length} closed sessions`));
      const rows: { session: string; item: string; version: number; category: number | null }[] = readFileSync(
        file,
        'utf8',
      )
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(new Set(rows.map(({ session }) => session))).toEqual(new Set(sessions));
      expect(new Set(rows.map(({ session, item }) => `${session} ${item}`)).size).toBe(rows.length);
      expect(() => run('--out', file)).toThrow(/exists already/);
      recordFigures('kill-session', { kills, sessions: sessions.length, rows: rows.length });
    },
    kills * 15_000,
  );

  it('after a kill in an adaptive part the same item comes again', async () => {
    const invigilator = await Staff.login(server.url, await server.account('invigilator'));
    const candidate = await Candidate.admitted(invigilator);
    let view = await candidate.toFirstPart();
    for (let n = 0; n < 4; n += 1) {
      if (view.screen.name !== 'listening-item') throw new Error(view.screen.name);
      const { item } = view.screen;
      ({ view } = await candidate.ask(
        { kind: 'play', handle: item.handle },
        { kind: 'answer', handle: item.handle, option: item.options[0]?.handle ?? '' },
        { kind: 'next', handle: item.handle },
      ));
      await server.kill();
      await server.launch();
      const again = await candidate.view();
      expect(again.screen).toEqual(view.screen);
      expect(again.clock?.deadlineAt).toBe(view.clock?.deadlineAt);
    }
  }, 120_000);

  it('a kill right after the last answer loses no rating task and no result', async () => {
    const examiner = await Staff.login(server.url, await server.account('examiner'));
    const waiting = async (): Promise<number> => (await examiner.get<{ waiting: number }>('/examiner/queue')).waiting;
    const before = await waiting();
    const invigilator = await Staff.login(server.url, await server.account('invigilator'));
    const candidate = await Candidate.admitted(invigilator);
    let view = await candidate.listen(await candidate.toFirstPart());
    ({ view } = await candidate.ask({ kind: 'start-part' }));
    await candidate.speak(view);
    await server.kill();
    await server.launch();
    // The killed process may have held the lease on consequences: ten seconds.
    await expect.poll(waiting, { timeout: 40_000 }).toBe(before + 4);
  }, 120_000);
});
