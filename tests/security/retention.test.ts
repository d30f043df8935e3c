/**
 * What was kept as long as an agency said is taken away, with its day and who answers for it recorded without a name;
 * what is under way stays, and everything verifies after. On both engines, on data that an earlier version wrote.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installation } from '../../people/agencies/agency.ts';
import type { Retained } from '../../people/agencies/retention.ts';
import { recordingsOf } from '../../delivery/recordings/upload.ts';
import { sessionList } from '../../delivery/sessions/session-list.ts';
import { readConfiguration } from '../../server/configuration.ts';
import { retentionJob } from '../../server/jobs/retention.ts';
import { openSealed, verifyEverything } from '../../server/open-storage.ts';
import { type DueData, type RetentionPorts, dueOf } from '../../server/privacy/retention.ts';
import { openRooms } from '../../server/rooms.ts';
import { openedStores } from '../../server/stores.ts';
import { toEpochMs, toInstant } from '../../storage/document/instant.ts';
import { publicKeys } from '../../storage/keys/signing-keys.ts';
import { type Key, genesisHash } from '../../storage/port.ts';
import { type OldDataOpened, openOldLmdb, openOldMongo } from '../fixtures/open-old-data.ts';
import { hasMongo } from '../mongo.ts';

const tenant = 'demo';
const signed = { by: 'an@demo', confirmedBy: 'bo@demo' };
const random = (bytes: number) => randomBytes(bytes);
const dayMs = 24 * 3_600_000;

describe.each([
  ['LMDB', true, openOldLmdb],
  ['MongoDB', hasMongo(true), openOldMongo],
] as const)('retention on %s', (_, isThere, begin) => {
  if (!isThere) {
    it.skip('needs a mongod');
    return;
  }
  let old: OldDataOpened;
  let atMs: number;
  const now = () => toInstant(atMs);

  beforeAll(async () => {
    old = await begin();
    // Its data is up to date now; what follows is done where no server has it open.
    await old.server.stop();
    atMs = Date.now() + 3_000 * dayMs;
  }, 120_000);
  afterAll(() => old?.end());

  async function opened() {
    const configuration = readConfiguration(old.environment, '/');
    const stores = await openedStores(await openSealed(configuration, { now, random }), configuration, { now, random });
    const rooms = await openRooms({ ...stores, now });
    const { storage, dataKeys, bank, agencies } = stores;
    const logged: object[] = [];
    const log = { info: (told: object) => logged.push(told), error: (told: object) => logged.push(told) };
    const ports: RetentionPorts = {
      ...{ ...rooms, storage, dataKeys, bank, now },
      blobs: storage.blobs(dataKeys.dataKeyOf),
      sessionList: await storage.collection(sessionList),
    };
    const job = retentionJob({
      ...ports,
      agencies,
      configuration,
      log,
      makeId: () => 'job',
      retention: rooms.retention,
    });
    const due = async (days: Retained['days']): Promise<DueData[]> => {
      const retained = { days, ...signed, setAt: now(), version: 1 };
      const found: DueData[] = [];
      for await (const one of dueOf(ports, tenant, retained, () => undefined)) found.push(one);
      return found;
    };
    const uploadsOf = (session: Key, person: Key) =>
      recordingsOf(ports.blobs, { tenant, session: session.id, person: person.id });
    return { stores, rooms, ports, job, due, logged, uploadsOf };
  }
  type Opened = Awaited<ReturnType<typeof opened>>;
  async function inStores<T>(work: (opened: Opened) => Promise<T>): Promise<T> {
    const all = await opened();
    try {
      return await work(all);
    } finally {
      await all.stores.storage.close();
    }
  }
  const sessionOf = (name: 'mo-passed' | 'mo-open' | 'nt2-passed'): Key => ({
    tenant,
    id: old.data.sessions[name].session,
  });
  const personOf = async ({ rooms }: Opened, session: Key): Promise<Key> => ({
    tenant,
    id: (await rooms.sessions.load(session))?.state.terms.candidate ?? '',
  });

  it('takes nothing without periods, nothing before its day, and nothing of whoever is under way', () =>
    inStores(async (all) => {
      const { rooms, job, due, logged } = all;
      await job.run();
      expect(logged).toEqual([]);
      const released = (await rooms.results.load(sessionOf('nt2-passed'))).state?.released?.at ?? '';
      const person = await personOf(all, sessionOf('nt2-passed'));
      const isDue = async (ms: number) => {
        const present = atMs;
        atMs = ms;
        const found = (await due({ persons: 100 })).filter((one) => one.person.id === person.id);
        atMs = present;
        return found.length > 0;
      };
      expect(await isDue(toEpochMs(released) + 100 * dayMs - 1)).toBe(false);
      expect(await isDue(toEpochMs(released) + 100 * dayMs)).toBe(true);
      const underWay = await personOf(all, sessionOf('mo-open'));
      expect((await due({ persons: 1, recordings: 1 })).map((one) => one.person.id)).not.toContain(underWay.id);
    }));

  it('removes recordings and texts of their own periods, once, and the person stays known', () =>
    inStores(async (all) => {
      const { rooms, job, logged, ports, stores, uploadsOf } = all;
      const person = await personOf(all, sessionOf('nt2-passed'));
      expect((await uploadsOf(sessionOf('nt2-passed'), person)).length).toBeGreaterThan(0);
      await rooms.retention.set(tenant, { days: { recordings: 365, certificates: 365, pushes: 30 }, ...signed });
      await job.run();
      expect(logged).toMatchObject([{ tenant, taken: { recordings: expect.any(Number) } }]);
      expect(await uploadsOf(sessionOf('nt2-passed'), person)).toEqual([]);
      expect((await rooms.certificates.get(sessionOf('nt2-passed')))?.value.credential).toBeUndefined();
      expect(await rooms.candidates.person(person)).toBeDefined();
      const commits = await stores.storage.journal.read({ ...person, kind: 'person' });
      expect(commits.flatMap(({ events }) => events)).toContainEqual({
        ...{ type: 'removed', schema: 1, kept: 'recordings', of: sessionOf('nt2-passed').id },
        ...{ at: expect.any(String), periods: 1 },
      });
      await job.run();
      expect(logged).toHaveLength(1);
      expect(await ports.erasures.isErased(person)).toBe(false);
    }));

  it('erases the person when nothing of them is kept any longer; every chain verifies, and no name is left', () =>
    inStores(async (all) => {
      const { rooms, job, stores } = all;
      const person = await personOf(all, sessionOf('nt2-passed'));
      const name = (await rooms.candidates.person(person))?.name ?? '';
      await rooms.retention.set(tenant, { days: { persons: 1_000 }, ...signed });
      await job.run();
      expect(await rooms.candidates.person(person)).toBeUndefined();
      const commits = await stores.storage.journal.read({ ...person, kind: 'person' });
      expect(commits.at(-1)?.events).toMatchObject([{ type: 'erased', schema: 2, ...signed, periods: 2 }]);
      expect((await rooms.results.recompute(sessionOf('nt2-passed')))?.differs).toEqual([]);
      const { findings } = await verifyEverything(stores.storage, { keys: await publicKeys(stores.storage) });
      expect(findings).toEqual([]);
      expect(await rooms.candidates.person(await personOf(all, sessionOf('mo-open')))).toBeDefined();
      expect(await old.inClear([name])).toEqual([]);
    }));

  it('goes past what was changed past the program: a person, or the periods of an agency; both are named', async () => {
    const storage = await old.storage();
    const [session, periods] = [
      { ...sessionOf('mo-open'), kind: 'session' },
      { tenant: 'a', kind: 'retention', id: 'periods' },
    ];
    for (const stream of [session, periods]) {
      const last = (await storage.journal.read(stream)).at(-1);
      await storage.journal.append(stream, {
        expectedVersion: last?.version ?? 0,
        previousHash: last?.hash ?? genesisHash,
        at: now(),
        events: [{ type: 'set', schema: 1 }],
      });
    }
    await storage.close();
    await inStores(async ({ stores, job, logged, rooms }) => {
      await stores.agencies.insert({ tenant: installation, id: 'a' }, { name: 'A', centres: [], demonstration: true });
      await job.run();
      expect(logged).toMatchObject([
        { tenant: 'a', err: { code: 'corrupt-storage', where: 'retention a/periods, version 1' } },
        { tenant, person: expect.any(String), err: { where: expect.stringContaining(session.id) } },
      ]);
      expect(await rooms.retention.of(tenant)).toBeDefined();
    });
  });
});
