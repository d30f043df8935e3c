/**
 * `kill -9` of the server at random moments of sessions, two pages racing for each: an order explains all that the
 * pages were told, every acknowledged answer is there once, the same next item comes, the deadline is unchanged, and no
 * rating task and no push is lost.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { isFull, recordFigures } from '../figures.ts';
import type { SessionHistory } from '../histories/history.ts';
import { ServerProcess } from '../server-process.ts';
import { Candidate, Staff } from '../session-client.ts';
import { type RaceFigures, race, randomFrom, summed } from './racing-pages.ts';

/** Kills in all, and while the same sessions go on: a restart takes about two seconds. */
const kills = isFull ? 500 : 20;
const killsOfOneRace = 10;
const root = join(import.meta.dirname, '../..');

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start();
});
afterAll(() => server.dispose());

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The command on the data of the server that runs. */
const meetlat = (...options: readonly string[]): string =>
  execFileSync(process.execPath, [join(root, 'bin/meetlat.mjs'), ...options], {
    env: { ...process.env, MEETLAT_NO_BUILD: '1', MEETLAT_DATA: server.folder },
    encoding: 'utf8',
  });

describe('power cuts', () => {
  it(
    `${kills} kills during sessions lose nothing that was acknowledged`,
    async () => {
      const random = randomFrom(20_261_123);
      const killOften = async (history: SessionHistory): Promise<void> => {
        for (let killed = 0; killed < killsOfOneRace; killed += 1) {
          await history.answeredMore(Math.floor(random() * 50));
          await pause(random() * 15);
          await server.kill();
          history.died();
          await server.launch();
        }
        await history.answeredMore(20);
      };
      const races: RaceFigures[] = [];
      for (let killed = 0; killed < kills; killed += killsOfOneRace)
        races.push(
          await race({
            invigilator: await Staff.login(server.url, await server.account('invigilator')),
            urls: [server.url, server.url],
            sessions: 3,
            random,
            openStorage: () => openLmdb({ directory: server.folder }),
            breaks: killOften,
          }),
        );
      const { sessions, ...figures } = summed(races);
      expect(meetlat('verify', '--all')).toMatch(/\nVERIFIED\n$/);
      // The journal is also what the designer calibrates from: every scored and pretest answer once, beside the running
      // server.
      const file = join(mkdtempSync(join(tmpdir(), 'meetlat-responses-')), 'all.jsonl');
      const out = ['responses', '--out', file];
      expect(meetlat(...out)).toMatch(new RegExp(`responses of ${sessions.length} closed sessions`));
      const rows: { session: string; item: string; version: number; category: number | null }[] = readFileSync(
        file,
        'utf8',
      )
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(new Set(rows.map(({ session }) => session))).toEqual(new Set(sessions));
      expect(new Set(rows.map(({ session, item }) => `${session} ${item}`)).size).toBe(rows.length);
      expect(() => meetlat(...out)).toThrow(/exists already/);
      recordFigures('kill-session', {
        what: 'kill -9 of the server on LMDB under load, two pages a session; every history linearizable',
        ...{ kills, sessions: sessions.length, ...figures, acknowledgedAndLost: 0, doneTwice: 0, brokenChains: 0 },
        rows: rows.length,
      });
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
