/**
 * Two processes on a replica set of three, a page of each session at either: the primary is killed while the pages
 * race, an order explains all that they were told, and no acknowledged answer is lost.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMongo } from '../../storage/mongodb/open.ts';
import { isFull, recordFigures } from '../figures.ts';
import type { SessionHistory } from '../histories/history.ts';
import { hasMongo, startMongo, withoutMongo } from '../mongo.ts';
import { ServerProcess } from '../server-process.ts';
import { Staff } from '../session-client.ts';
import { type RaceFigures, race, randomFrom, summed } from './racing-pages.ts';

/** Kills in all, and while the same sessions go on: an election takes some seconds. */
const kills = isFull ? 100 : 5;
const killsOfOneRace = 5;
const launcher = join(import.meta.dirname, '../../bin/meetlat.mjs');
if (!hasMongo(true)) console.log(withoutMongo);

const severe = (server: ServerProcess): string =>
  server.output
    .split('\n')
    .filter((line) => line.includes('"level":50'))
    .slice(-5)
    .join('\n');

describe.runIf(hasMongo(true))('sessions on MongoDB', () => {
  it(
    `${kills} kills of the primary lose nothing that was acknowledged`,
    async () => {
      const mongo = await startMongo({ members: 3, own: true });
      const { killPrimary, uri } = mongo ?? {};
      if (mongo === undefined || killPrimary === undefined || uri === undefined) throw new Error('no set of ours');
      const environment = { MONGODB_URI: uri, MEETLAT_SECRET: 'a-secret-of-the-tests-only', MEETLAT_DEMO: 'on' };
      const server = await ServerProcess.start(environment);
      let beside: ServerProcess | undefined;
      try {
        beside = await ServerProcess.beside(server);
        const random = randomFrom(20_261_128);
        const killOften = async (history: SessionHistory): Promise<void> => {
          for (let killed = 0; killed < killsOfOneRace; killed += 1) {
            await history.answeredMore(Math.floor(random() * 60));
            const revive = await killPrimary();
            // Two are left, and choose.
            await history.answeredMore(10);
            await revive();
          }
          await history.answeredMore(20);
        };
        const races: RaceFigures[] = [];
        for (let killed = 0; killed < kills; killed += killsOfOneRace)
          races.push(
            await race({
              invigilator: await Staff.login(server.url, await server.account('invigilator')),
              urls: [server.url, beside.url],
              sessions: 2,
              random,
              openStorage: () => openMongo({ uri }),
              breaks: killOften,
            }),
          );
        const said = execFileSync(process.execPath, [launcher, 'verify', '--all'], {
          env: { ...process.env, ...environment, MEETLAT_NO_BUILD: '1', MEETLAT_DATA: server.folder },
          encoding: 'utf8',
        });
        expect(said).toMatch(/\nVERIFIED\n$/);
        const { sessions, ...figures } = summed(races);
        recordFigures('primary-session', {
          what: 'SIGKILL of the primary of three under load, a page at each of two servers; every history linearizable',
          ...{ kills, sessions: sessions.length, ...figures, acknowledgedAndLost: 0, doneTwice: 0, brokenChains: 0 },
        });
      } catch (error) {
        console.error(severe(server));
        throw error;
      } finally {
        await beside?.stop();
        await server.dispose();
        await mongo.stop();
      }
    },
    kills * 60_000,
  );
});
