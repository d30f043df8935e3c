/**
 * Documents that somebody changed past the program while it was off: the server starts, names each to its operator and
 * goes by none of them; what follows from the journal is made anew, and everybody else goes on. The few without which
 * nothing goes on end the start, by one line that says which and what to do.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agencies } from '../../people/agencies/agency.ts';
import { candidates } from '../../people/candidates/candidate.ts';
import { accounts } from '../../people/staff/account.ts';
import { publications } from '../../item-bank/releases/store.ts';
import { sessionList } from '../../delivery/sessions/session-list.ts';
import type { Room } from '../../server/api/invigilator/protocol.ts';
import { signingKeys } from '../../storage/keys/signing-keys.ts';
import type { AnyDefinition } from '../../storage/keys/sealed-storage.ts';
import type { Stored } from '../../storage/port.ts';
import { type OldDataOpened, openOldLmdb, openOldMongo } from '../fixtures/open-old-data.ts';
import { hasMongo } from '../mongo.ts';
import { Candidate, Staff } from '../session-client.ts';

type AnyDocument = Record<string, unknown>;

describe.each([
  ['LMDB', true, openOldLmdb],
  ['MongoDB', hasMongo(true), openOldMongo],
] as const)('forged documents, on %s', (_, isThere, open) => {
  if (!isThere) {
    it.skip('needs a mongod');
    return;
  }
  let opened: OldDataOpened;
  beforeAll(async () => {
    opened = await open();
    await opened.server.stop();
  });
  afterAll(() => opened?.end());

  /** Changes the first document that is meant, as somebody without the secret can; says where it lies. */
  async function forge(
    { name, indexes }: AnyDefinition,
    change: AnyDocument,
    isMeant: (one: Stored<AnyDocument>) => boolean = () => true,
  ): Promise<string> {
    const storage = await opened.storage();
    try {
      const collection = await storage.collection<AnyDocument, string>({ name, indexes });
      const stored = (await collection.every()).find(isMeant);
      if (stored === undefined) throw new Error(`nothing in ${name}`);
      await collection.replace(stored, stored.revision, { ...stored.value, ...change });
      return `${name} ${stored.tenant}/${stored.id}`;
    } finally {
      await storage.close();
    }
  }
  const contentAt = async (place: string): Promise<unknown> => {
    const storage = await opened.storage();
    try {
      const all = await (
        await storage.collection<AnyDocument, string>({ name: publications.name, indexes: {} })
      ).every();
      return all.find(({ tenant, id }) => `${publications.name} ${tenant}/${id}` === place)?.value['content'];
    } finally {
      await storage.close();
    }
  };
  const named = (place: string) =>
    opened.server.output.split('\n').filter((line) => line.includes(`"document":"${place}"`));

  it('are named, and stop neither the start nor anybody else', async () => {
    const [examiner, back] = [await opened.server.account('examiner'), opened.data.sessions['mo-open'].session];
    const places = [
      await forge(sessionList, { centre: 'elsewhere' }, ({ id }) => id === back),
      await forge(publications, { content: {} }, ({ value }) => value['kind'] === 'release'),
      await forge(publications, { content: {} }, ({ value }) => value['kind'] === 'in-force'),
      await forge(publications, { content: {} }, ({ value }) => value['kind'] === 'specification'),
      await forge(candidates, { registeredAt: '2020-01-01T00:00:00.000Z' }),
      await forge(accounts, { roles: ['invigilator', 'designer'] }, ({ id }) => id === examiner.account),
    ];
    await opened.server.launch();
    for (const place of places.slice(1, 4)) expect(named(place)).toHaveLength(1);
    const invigilator = await Staff.login(opened.server.url, await opened.server.account('invigilator'));
    await expect(Staff.login(opened.server.url, examiner)).rejects.toMatchObject({ status: 500 });
    // What is derived was made anew, and what is published came back from where it came.
    const newcomer = await Candidate.admitted(invigilator, { test: 'mo', language: 'nl' });
    expect((await newcomer.toFirstPart()).screen.name).not.toBe('part-intro');
    const room = async () => (await invigilator.get<Room>('/invigilator/room')).sessions.map(({ session }) => session);
    expect(await room()).toContain(newcomer.session);
    expect(await room()).not.toContain(back);
    expect(places.map((place) => named(place).length)).toEqual([1, 1, 1, 1, 0, 1]);
    await opened.server.stop();
    expect(await contentAt(places[2] ?? '')).toMatchObject({ release: expect.any(String) });
  }, 120_000);

  it('of an agency: only that agency is refused', async () => {
    const place = await forge(agencies, { name: 'Another' }, ({ id }) => id === 'demo');
    await opened.server.launch();
    expect(named(place)).toHaveLength(1);
    const login = Staff.login(opened.server.url, await opened.server.account('invigilator'));
    await expect(login).rejects.toMatchObject({ status: 500 });
    expect((await fetch(`${opened.server.url}/health`)).ok).toBe(true);
    await opened.server.stop();
  }, 120_000);

  it('without which nothing goes on end the start, and are named in one line with what to do', async () => {
    await forge(signingKeys, { createdAt: '2020-01-01T00:00:00.000Z' });
    await expect(opened.server.launch()).rejects.toThrow(
      /meetlat: signing-keys: no key there was written with the secret of this installation\n.*meetlat verify --all/,
    );
  }, 60_000);
});
