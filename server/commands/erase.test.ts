/** `meetlat erase`, against a data folder that an earlier version wrote and the server has brought up to date. */
import { describe, expect, it } from 'vitest';
import { oldData } from '../../tests/fixtures/old-data.ts';
import { inFolder } from '../../tests/security/named.ts';
import { accounts } from '../../people/staff/account.ts';
import type { Key } from '../../storage/port.ts';
import { now } from '../machine.ts';
import { verifyEverything } from '../open-storage.ts';
import { publicKeys } from '../../storage/keys/signing-keys.ts';
import { resultView } from '../api/public/view.ts';
import { configuration, inRooms, meetlat, upgradeFolder, useOldFolder } from './called.suite.ts';

const { sessions } = oldData('lmdb');
const passed = { tenant: 'demo', id: sessions['mo-passed'].session };
useOldFolder();
/** Two accounts of the folder. */
const signed = (): Promise<readonly string[]> =>
  inRooms(async (_rooms, { storage }) => {
    const [one, two] = await (await storage.collection(accounts)).every();
    return ['--by', one?.id ?? '', '--confirmed-by', two?.id ?? ''];
  });
const erase = (...argv: string[]) => meetlat('erase', ...argv);
const personOf = (session: Key): Promise<Key> =>
  inRooms(async (rooms) => ({
    tenant: session.tenant,
    id: (await rooms.sessions.load(session))?.state.terms.candidate ?? '',
  }));
const referenceOf = (person: Key): Promise<string> =>
  inRooms(async ({ candidates }) => (await candidates.person(person))?.reference ?? '');
/** What the folder shows of that person's result. */
const shown = () =>
  inRooms((rooms, stores) => {
    const newestCheckpoint = () => Promise.resolve(undefined);
    return resultView({ ...rooms, ...stores, now, newestCheckpoint }, sessions['mo-passed'].key ?? '');
  });
/** The key as it lies in the database. */
const wrappedKey = (person: Key): Promise<string> =>
  inRooms(async (_rooms, { storage }) => {
    const keys = await storage.collection<{ readonly wrapped?: string }, never>({ name: 'data-keys', indexes: {} });
    return (await keys.get(person))?.value.wrapped ?? '';
  });

describe('erase', () => {
  it('destroys the key: name, certificate and result are gone, and all chains verify', async () => {
    await upgradeFolder();
    const person = await personOf(passed);
    const [reference, wrapped] = [await referenceOf(person), await wrappedKey(person)];
    expect(wrapped).toHaveLength(80);
    expect(await inFolder(configuration().dataFolder, [wrapped])).not.toEqual([]);
    expect((await shown())?.credential).toMatch(/^eyJ/);

    const dry = await erase('--reference', reference, '--dry-run');
    expect(dry).toMatchObject({ code: 0, lines: expect.stringContaining('nothing was changed') });
    expect(dry.lines).toContain(`person      ${person.id}, agency demo`);
    expect((await shown())?.credential).toBeDefined();

    const { code, lines } = await erase(person.id, ...(await signed()));
    expect([code, lines]).toEqual([0, expect.stringContaining('1 certificates')]);
    expect(lines).toMatch(/^ERASED$/m);
    expect(lines).toContain('copied afresh');
    expect(await shown()).toBeUndefined();
    expect(await inFolder(configuration().dataFolder, [wrapped])).toEqual([]);
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
    await upgradeFolder();
    const person = await personOf(passed);
    await erase(person.id, ...(await signed()));
    expect((await erase(person.id, ...(await signed()))).lines).toContain('before, too');
    await inRooms(async (_rooms, { storage }) => {
      expect(await storage.journal.read({ ...person, kind: 'person' })).toHaveLength(1);
    });
  });
  it('needs two people, who stand in the record', async () => {
    await upgradeFolder();
    const person = await personOf(passed);
    const [, by = '', , confirmedBy = ''] = await signed();
    await expect(erase(person.id)).rejects.toMatchObject({ key: 'erase.no-signatories' });
    await expect(erase(person.id, '--by', by)).rejects.toMatchObject({ key: 'erase.no-signatories' });
    const alone = ['--by', by, '--confirmed-by', by];
    await expect(erase(person.id, ...alone)).rejects.toMatchObject({ key: 'signatories.same' });
    expect(await wrappedKey(person)).not.toBe('');
    await erase(person.id, '--by', by, '--confirmed-by', confirmedBy);
    await inRooms(async (_rooms, { storage }) => {
      const [commit] = await storage.journal.read({ ...person, kind: 'person' });
      expect(commit?.events).toMatchObject([{ type: 'erased', by, confirmedBy }]);
    });
  });
  it('refuses who is in the middle of a session, nobody, and data of before', async () => {
    await expect(erase('somebody')).rejects.toMatchObject({ key: 'erase.start-first' });
    await upgradeFolder();
    const { id } = await personOf({ tenant: 'demo', id: sessions['mo-open'].session });
    const before = await wrappedKey({ tenant: 'demo', id });
    await expect(erase(id, ...(await signed()))).rejects.toMatchObject({ key: 'erase.under-way' });
    expect(await wrappedKey({ tenant: 'demo', id })).toBe(before);
    await expect(erase('somebody')).rejects.toMatchObject({ key: 'person.nobody' });
    await expect(erase('somebody', '--agency', 'elsewhere')).rejects.toMatchObject({ key: 'person.nobody' });
    await expect(erase()).rejects.toMatchObject({ key: 'person.who' });
    await expect(erase(id, '--reference', 'KBI-1')).rejects.toMatchObject({ key: 'person.who' });
  });
});
