/** `meetlat erase`, against a data folder that an earlier version wrote and the server has brought up to date. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { oldData, oldSecret, unpackLmdb } from '../../tests/fixtures/old-data.ts';
import { inFolder } from '../../tests/security/named.ts';
import type { Key } from '../../storage/port.ts';
import { now, openStores, random } from '../compose.ts';
import { readConfiguration } from '../configuration.ts';
import { openSealed, verifyEverything } from '../open-storage.ts';
import { upgradedStores } from '../privacy/upgrade.ts';
import { type Rooms, openRooms } from '../rooms.ts';
import { publicKeys } from '../../storage/keys/signing-keys.ts';
import { type OpenStores, openedStores } from '../stores.ts';
import { resultView } from '../api/public/view.ts';
import { commands } from './commands.ts';

const { sessions } = oldData('lmdb');
const passed = { tenant: 'demo', id: sessions['mo-passed'].session };
const configuration = () => readConfiguration(process.env, process.cwd());
const quiet = { info: () => undefined, warn: () => undefined };
let directory: string;

async function upgrade(): Promise<void> {
  const open = async (): Promise<OpenStores> => {
    const ports = { now, random };
    return openedStores(await openSealed(configuration(), { ...ports, upgrade: true }), configuration(), ports);
  };
  const stores = await upgradedStores(open, { dataFolder: directory, now, log: quiet });
  await stores.storage.close();
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meetlat-erase-'));
  unpackLmdb(directory);
  vi.stubEnv('MEETLAT_DATA', directory);
  vi.stubEnv('MEETLAT_SECRET', oldSecret);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

async function meetlat(...argv: string[]): Promise<{ code: number | undefined; lines: string }> {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    const code = await (await commands['erase']?.())?.call(argv);
    return { code, lines: printed.mock.calls.flat().join('\n') };
  } finally {
    printed.mockRestore();
  }
}
async function inRooms<T>(work: (rooms: Rooms, stores: OpenStores) => Promise<T>): Promise<T> {
  const stores = await openStores(configuration());
  try {
    return await work(await openRooms({ ...stores, now }), stores);
  } finally {
    await stores.storage.close();
  }
}
const personOf = (session: Key): Promise<Key> =>
  inRooms(async (rooms) => ({
    tenant: session.tenant,
    id: (await rooms.sessions.load(session))?.state.registration.candidate ?? '',
  }));
const referenceOf = (person: Key): Promise<string> =>
  inRooms(async ({ candidates }) => (await candidates.person(person))?.reference ?? '');
/** What the folder shows of that person's result. */
const shown = () =>
  inRooms((rooms, stores) => resultView({ ...rooms, ...stores, now }, sessions['mo-passed'].key ?? ''));
/** The key as it lies in the database. */
const wrappedKey = (person: Key): Promise<string> =>
  inRooms(async (_rooms, { storage }) => {
    const keys = await storage.collection<{ readonly wrapped?: string }, never>({ name: 'data-keys', indexes: {} });
    return (await keys.get(person))?.value.wrapped ?? '';
  });

describe('erase', () => {
  it('destroys the key: name, certificate and result are gone, and all chains verify', async () => {
    await upgrade();
    const person = await personOf(passed);
    const [reference, wrapped] = [await referenceOf(person), await wrappedKey(person)];
    expect(wrapped).toHaveLength(80);
    expect(await inFolder(directory, [wrapped])).not.toEqual([]);
    expect((await shown())?.credential).toMatch(/^eyJ/);

    const dry = await meetlat('--reference', reference, '--dry-run');
    expect(dry).toMatchObject({ code: 0, lines: expect.stringContaining('nothing was changed') });
    expect(dry.lines).toContain(`person      ${person.id}, agency demo`);
    expect((await shown())?.credential).toBeDefined();

    const { code, lines } = await meetlat(person.id);
    expect([code, lines]).toEqual([0, expect.stringContaining('1 certificates')]);
    expect(lines).toMatch(/^ERASED$/m);
    expect(lines).toContain('copied afresh');
    expect(await shown()).toBeUndefined();
    expect(await inFolder(directory, [wrapped])).toEqual([]);
    await inRooms(async (rooms, { storage }) => {
      expect(await rooms.candidates.person(person)).toBeUndefined();
      expect(await rooms.candidates.byReference('demo', reference)).toBeUndefined();
      expect((await rooms.certificates.get(passed))?.value.credential).toBeUndefined();
      expect((await rooms.results.recompute(passed))?.differs).toEqual([]);
      const { findings } = await verifyEverything(storage, { keys: await publicKeys(storage) });
      expect(findings).toEqual([]);
    });
  });
  it('is the same when it is repeated', async () => {
    await upgrade();
    const person = await personOf(passed);
    await meetlat(person.id);
    expect((await meetlat(person.id)).lines).toContain('before, too');
    await inRooms(async (_rooms, { storage }) => {
      expect(await storage.journal.read({ ...person, kind: 'person' })).toHaveLength(1);
    });
  });
  it('refuses who is in the middle of a session, nobody, and data of before', async () => {
    await expect(meetlat('somebody')).rejects.toMatchObject({ key: 'erase.start-first' });
    await upgrade();
    const { id } = await personOf({ tenant: 'demo', id: sessions['mo-open'].session });
    const before = await wrappedKey({ tenant: 'demo', id });
    await expect(meetlat(id)).rejects.toMatchObject({ key: 'erase.under-way' });
    expect(await wrappedKey({ tenant: 'demo', id })).toBe(before);
    await expect(meetlat('somebody')).rejects.toMatchObject({ key: 'erase.nobody' });
    await expect(meetlat('somebody', '--agency', 'elsewhere')).rejects.toMatchObject({ key: 'erase.nobody' });
    await expect(meetlat()).rejects.toMatchObject({ key: 'erase.who' });
    await expect(meetlat(id, '--reference', 'KBI-1')).rejects.toMatchObject({ key: 'erase.who' });
  });
});
