/** `meetlat export`, against a data folder that an earlier version wrote. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { oldData } from '../../tests/fixtures/old-data.ts';
import { accounts } from '../../people/staff/account.ts';
import type { Key } from '../../storage/port.ts';
import type { ExportedPerson } from '../privacy/export-person.ts';
import { inRooms, meetlat, upgradeFolder, useOldFolder } from './called.suite.ts';

const { sessions } = oldData('lmdb');
useOldFolder();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meetlat-export-'));
  await upgradeFolder();
});
afterEach(() => rm(folder, { recursive: true }));

const personOf = (session: string): Promise<Key> =>
  inRooms(async (rooms) => {
    const state = (await rooms.sessions.load({ tenant: 'demo', id: session }))?.state;
    return { tenant: 'demo', id: state?.terms.candidate ?? '' };
  });

/** Files by name, as the central directory says where they are. */
async function unpacked(file: string): Promise<ReadonlyMap<string, Buffer>> {
  const bytes = await readFile(file);
  const end = bytes.lastIndexOf('PK\x05\x06');
  const files = new Map<string, Buffer>();
  let at = bytes.readUInt32LE(end + 16);
  for (let n = bytes.readUInt16LE(end + 10); n > 0; n -= 1) {
    expect(bytes.toString('latin1', at, at + 4)).toBe('PK\x01\x02');
    const [size, nameLength, local] = [
      bytes.readUInt32LE(at + 24),
      bytes.readUInt16LE(at + 28),
      bytes.readUInt32LE(at + 42),
    ];
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const from = local + 30 + bytes.readUInt16LE(local + 26);
    files.set(name, bytes.subarray(from, from + size));
    at += 46 + nameLength;
  }
  return files;
}

describe('export', () => {
  it('holds all that is kept of one person: page, data, certificate, and nobody of the staff by name', async () => {
    const person = await personOf(sessions['mo-passed'].session);
    const file = join(folder, 'person.zip');
    const { code, lines } = await meetlat('export', person.id, file, '--language', 'en');
    expect([code, lines]).toEqual([0, expect.stringContaining(file)]);
    expect((await stat(file)).mode & 0o077).toBe(0);
    const files = await unpacked(file);
    const page = files.get('index.html')?.toString() ?? '';
    const exported: ExportedPerson = JSON.parse(files.get('person.json')?.toString() ?? '');
    const known = await inRooms(({ candidates }) => candidates.person(person));
    expect(exported.person).toEqual(known);
    expect(page).toContain(known?.name);
    for (const said of ['Wat wij van u bewaren', 'What we keep of you', 'lang="en"', 'geslaagd', 'passed'])
      expect(page).toContain(said);
    const [session] = exported.sessions;
    expect(session?.result).toMatchObject({ outcome: 'pass' });
    expect(session?.answers.length).toBeGreaterThan(30);
    expect(files.get(session?.certificate ?? '')?.toString()).toMatch(/^eyJ/);
    const all = await inRooms(async (_rooms, { storage }) => (await storage.collection(accounts)).every());
    expect(all.length).toBeGreaterThan(2);
    for (const bytes of files.values()) for (const { id } of all) expect(bytes.toString()).not.toContain(id);
    expect(page).toMatch(/invigilator 1/);
  });
  it('has the recordings as they were sent, and the scores that were given', async () => {
    const person = await personOf(sessions['nt2-passed'].session);
    const file = join(folder, 'person.zip');
    await meetlat('export', person.id, file);
    const files = await unpacked(file);
    const exported: ExportedPerson = JSON.parse(files.get('person.json')?.toString() ?? '');
    const [session] = exported.sessions;
    expect(session?.recordings.length).toBeGreaterThan(0);
    for (const name of session?.recordings ?? []) expect(files.get(name)?.length).toBeGreaterThan(0);
    expect(session?.ratings[0]?.by).toMatch(/^examiner \d$/);
    expect(session?.hearings.length).toBeGreaterThanOrEqual(session?.ratings.length ?? Infinity);
    expect(session?.hearings[0]?.by).toMatch(/^examiner \d$/);
    expect(files.get('index.html')?.toString()).toContain('Wie uw opnames kreeg om te beluisteren');
    expect(files.get('index.html')?.toString()).not.toContain('What we keep');
  });
  it('has the days that somebody was registered for, also where no session came of it', async () => {
    const person = await personOf(sessions['mo-passed'].session);
    const reason = 'Nadia is ziek';
    await inRooms(async ({ registrations }) => {
      const booking = {
        person: person.id,
        test: 'mo',
        language: 'nl',
        contactLanguage: 'nl',
        extraTimePercent: 0,
        synthetic: true,
      } as const;
      const plan = { day: '2027-01-04', centre: 'centrum' };
      const id = await registrations.register('demo', { by: 'an@demo', booking, plan });
      await registrations.handle(id, { type: 'cancel', by: 'an@demo', reason });
    });
    const file = join(folder, 'person.zip');
    await meetlat('export', person.id, file);
    const files = await unpacked(file);
    const exported: ExportedPerson = JSON.parse(files.get('person.json')?.toString() ?? '');
    expect(exported.registrations).toMatchObject([
      { test: 'mo', day: '2027-01-04', status: 'cancelled', reason, staff: [expect.stringMatching(/^\w+ 1$/)] },
    ]);
    expect(files.get('index.html')?.toString()).toContain(reason);
  });
  it('writes over nothing, and knows nobody who was erased', async () => {
    const person = await personOf(sessions['mo-passed'].session);
    const file = join(folder, 'person.zip');
    await meetlat('export', person.id, file);
    await expect(meetlat('export', person.id, file)).rejects.toMatchObject({ key: 'export.there' });
    await expect(meetlat('export', person.id)).rejects.toMatchObject({ key: 'export.no-file' });
    await inRooms(async (_rooms, { dataKeys }) => dataKeys.destroyDataKey('demo', person.id));
    await expect(meetlat('export', person.id, join(folder, 'b.zip'))).rejects.toMatchObject({ key: 'export.erased' });
  });
});
