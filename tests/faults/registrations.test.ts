/**
 * Registrations under two processes and under kills: one registration of a person for a test holds a day, one admission
 * makes one session, and nothing is stuck afterwards.
 */
import { spawnSync } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { ExpectedPage, Registered, Room, Scheduled } from '../../server/api/invigilator/protocol.ts';
import { dayOf } from '../../storage/document/day.ts';
import { toInstant } from '../../storage/document/instant.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { genesisHash } from '../../storage/port.ts';
import { hasMongo, startMongo } from '../mongo.ts';
import { ServerProcess } from '../server-process.ts';
import { Staff, person } from '../session-client.ts';

const clock = pathToFileURL(join(import.meta.dirname, '../fixtures/clock.mjs')).href;
const inDays = (days: number): string => dayOf(toInstant(Date.now() + days * 86_400_000));
type Made = z.infer<typeof Scheduled>;
const schedule = async (desk: Staff, form: object, day: string): Promise<string> =>
  (await desk.post<Made>('/invigilator/registrations', { ...form, day })).registration;
const act = <T>(desk: Staff, registration: string, name: string, body: object = {}) =>
  desk.post<T>(`/invigilator/registrations/${registration}/${name}`, body);
const rowsOn = async (desk: Staff, day: string) =>
  (await desk.get<ExpectedPage>(`/invigilator/registrations?day=${day}`)).registrations;
const sessionsIn = async (desk: Staff): Promise<string[]> =>
  (await desk.get<Room>('/invigilator/room')).sessions.map(({ session }) => session);
const login = async (server: ServerProcess): Promise<Staff> =>
  Staff.login(server.url, await server.account('invigilator'));
const fulfilled = <T>(settled: readonly PromiseSettledResult<T>[]): T[] =>
  settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 100));
}

async function atTwoDesks(environment: Readonly<Record<string, string>>): Promise<void> {
  const first = await ServerProcess.start(environment);
  let second: ServerProcess | undefined;
  try {
    second = await ServerProcess.beside(first);
    const [a, b] = [await login(first), await login(second)];
    for (let n = 0; n < 10; n += 1) {
      const form = person();
      const [today, tomorrow] = [inDays(0), inDays(1)];
      // The same day at both.
      const made = fulfilled(await Promise.allSettled([a, b].map((desk) => schedule(desk, form, today))));
      expect(new Set(made).size).toBe(1);
      const [registration = ''] = made;
      // One moves there while the other registers there.
      const onTomorrow = fulfilled<unknown>(
        await Promise.allSettled([act(a, registration, 'reschedule', { day: tomorrow }), schedule(b, form, tomorrow)]),
      );
      expect(onTomorrow).toHaveLength(1);
      // Whichever was first, one is let in for today, at both desks at once.
      const atTheDoor = await schedule(a, person(), today);
      const admitted = await Promise.all(
        [a, b].map((desk) => act<z.infer<typeof Registered>>(desk, atTheDoor, 'admit')),
      );
      expect(new Set(admitted.map(({ session }) => session)).size).toBe(1);
    }
    for (const day of [inDays(0), inDays(1)]) expect(await rowsOn(a, day)).toEqual(await rowsOn(b, day));
    expect(new Set(await sessionsIn(b)).size).toBe(10);
  } finally {
    await second?.stop();
    await first.dispose();
  }
}

describe('registrations at two processes', () => {
  it('of one LMDB folder hold a day once', () => atTwoDesks({}), 120_000);
  it.runIf(hasMongo())(
    'of one replica set hold a day once',
    async () => {
      const mongo = await startMongo();
      if (mongo === undefined) throw new Error('no replica set');
      try {
        await atTwoDesks({
          MONGODB_URI: mongo.uri.replace(/\/(\?|$)/, '/registrations$1'),
          MEETLAT_SECRET: 'a secret that both processes know',
          MEETLAT_DEMO: 'on',
        });
      } finally {
        await mongo.stop();
      }
    },
    180_000,
  );
});

describe('registrations of a process that is killed', () => {
  it('are there once or not at all, their admissions have a session each, and everything verifies', async () => {
    const server = await ServerProcess.start();
    try {
      const people: object[] = [];
      for (let kill = 0; kill < 4; kill += 1) {
        const desk = await login(server);
        const forms = Array.from({ length: 12 }, () => person());
        people.push(...forms);
        const under = Promise.allSettled(
          forms.map(async (form) => act(desk, await schedule(desk, form, inDays(0)), 'admit')),
        );
        await new Promise((resolve) => setTimeout(resolve, 15 * (kill + 1)));
        await server.kill();
        await under;
        await server.launch();
      }
      const desk = await login(server);
      // Nobody is stuck: who is not registered can be, who is cannot be twice.
      for (const form of people) {
        await schedule(desk, form, inDays(0)).catch(() => undefined);
        await expect(schedule(desk, form, inDays(0))).rejects.toMatchObject({ status: 409, code: 'wrong-state' });
      }
      await until(async () => (await rowsOn(desk, inDays(0))).length === people.length);
      for (const row of await rowsOn(desk, inDays(0)))
        if (row.status === 'scheduled') await act(desk, row.registration, 'admit');
      const admitted = (await rowsOn(desk, inDays(0))).map(({ session }) => session);
      await until(async () => (await sessionsIn(desk)).length >= people.length);
      expect((await sessionsIn(desk)).sort()).toEqual(admitted.sort());
      expect(verify(server.folder)).toMatch(/^VERIFIED$/m);
      await writePast(server);
      expect(verify(server.folder)).toMatch(/FINDING.*registration demo\/forged/);
    } finally {
      await server.dispose();
    }
  }, 180_000);
});

describe('the next day', () => {
  it('who is registered for it is admitted, and who did not come is absent', async () => {
    const first = await ServerProcess.start();
    const before = await login(first);
    const [today, tomorrow] = [inDays(0), inDays(1)];
    const comes = await schedule(before, person({ name: 'Amina Morgen' }), tomorrow);
    const missed = await schedule(before, person(), today);
    await first.stop();
    const environment = { NODE_OPTIONS: `--import=${clock}`, MEETLAT_TEST_CLOCK_OFFSET: String(86_400_000) };
    const second = await ServerProcess.start(environment, (folder) => cp(first.folder, folder, { recursive: true }));
    try {
      const desk = await login(second);
      const page = await desk.get<ExpectedPage>('/invigilator/registrations');
      expect(page).toMatchObject({
        today: tomorrow,
        registrations: [{ registration: comes, name: 'Amina Morgen', status: 'scheduled' }],
      });
      const { session } = await act<z.infer<typeof Registered>>(desk, comes, 'admit');
      expect(await sessionsIn(desk)).toEqual([session]);
      await expect(act(desk, missed, 'admit')).rejects.toMatchObject({ body: { reason: 'not-on-this-day' } });
      await act(desk, missed, 'absent', { excused: true });
      await expect(schedule(desk, person(), today)).rejects.toMatchObject({ body: { reason: 'day-past' } });
    } finally {
      await second.dispose();
      await first.dispose();
    }
  }, 60_000);
});

function verify(folder: string): string {
  const launcher = join(import.meta.dirname, '../../bin/meetlat.mjs');
  const { stdout, stderr } = spawnSync(process.execPath, [launcher, 'verify', '--all'], {
    env: { PATH: process.env['PATH'] ?? '', MEETLAT_NO_BUILD: '1', MEETLAT_DATA: folder, MEETLAT_DEMO: 'on' },
    encoding: 'utf8',
  });
  return `${stdout}${stderr}`;
}

/** A registration that somebody makes who has the database, and not the secret. */
async function writePast(server: ServerProcess): Promise<void> {
  const storage = await openLmdb({ directory: server.folder });
  const at = toInstant(Date.now());
  await storage.journal.append(
    { tenant: 'demo', kind: 'registration', id: 'forged' },
    {
      expectedVersion: 0,
      previousHash: genesisHash,
      at,
      events: [{ type: 'registered', schema: 1, at, registration: 'forged.1', by: 'nobody' }],
    },
  );
  await storage.close();
}
