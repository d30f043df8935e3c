import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataKeys } from '../../storage/keys/data-keys.ts';
import { PersonCipher } from '../../storage/keys/person-cipher.ts';
import { sealStorage } from '../../storage/keys/sealed-storage.ts';
import { Wrapping } from '../../storage/keys/wrapping.ts';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { DuplicateKey, type Storage } from '../../storage/port.ts';
import { Candidates, candidates } from './candidate.ts';
import { encryptCandidates } from './clear-candidates.ts';

const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes));
const now = (): string => '2026-11-27T09:00:00.000Z';
const amina = { name: 'Amina Voorbeeld', birthDate: '1990-05-17', reference: 'KBI-2026-004711' };
const facts = { contactLanguage: 'ar', synthetic: true, registeredAt: now() };
const key = { tenant: 'agii', id: 'pseudonym1' };

let directory = '';
let storage: Storage;
let dataKeys: DataKeys;
let people: Candidates;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meetlat-candidates-'));
  const engine = await openLmdb({ directory });
  const wrapping = await Wrapping.open({ storage: engine, secret: 'a secret', random });
  storage = sealStorage(engine, wrapping);
  dataKeys = await DataKeys.open({ storage, wrapping, random, now });
  const cipher = new PersonCipher({ dataKeys, random, now });
  people = await Candidates.open({ storage, wrapping, cipher });
});
afterEach(async () => {
  await storage.close();
  await rm(directory, { recursive: true, force: true });
});

const kept = async (): Promise<string> => JSON.stringify(await (await storage.collection(candidates)).every());

describe('a candidate', () => {
  it('is found by reference at the own agency, and kept without what names them', async () => {
    await people.add(key, amina, facts);
    expect(await people.byReference('agii', amina.reference)).toEqual({ id: key.id, person: amina });
    expect(await people.person(key)).toEqual(amina);
    expect(await people.byReference('other', amina.reference)).toBeUndefined();
    expect(await people.byReference('agii', `${amina.reference}1`)).toBeUndefined();
    for (const said of Object.values(amina)) expect(await kept()).not.toContain(said);
  });

  it('is one for each reference', async () => {
    await people.add(key, amina, facts);
    await expect(people.add({ ...key, id: 'p2' }, { ...amina, name: 'B' }, facts)).rejects.toBeInstanceOf(DuplicateKey);
    await people.add({ tenant: 'other', id: 'p3' }, amina, facts);
  });

  it('is found by whatever reads as the reference, and by the text of before references had one form', async () => {
    await people.add(key, amina, facts);
    for (const typed of ['kbi-2026-004711', 'KBI-2026\u200B-004711', 'ＫＢＩ-2026-004711'])
      expect((await people.byReference('agii', typed))?.id).toBe(key.id);
    const before = { ...key, id: 'pseudonym2' };
    const lower = { ...amina, reference: 'kbi-2025-1' };
    await (await storage.collection(candidates)).insert(before, await people.sealed(before, lower, facts));
    expect((await people.byReference('agii', 'kbi-2025-1'))?.id).toBe(before.id);
  });

  it('is found by nobody who has another secret', async () => {
    await people.add(key, amina, facts);
    const elsewhere = await Wrapping.open({ storage, secret: 'a secret', random });
    const other = { derive: (purpose: string) => elsewhere.derive(`other ${purpose}`) };
    const cipher = new PersonCipher({ dataKeys, random, now });
    const strangers = await Candidates.open({ storage, wrapping: other, cipher });
    expect(await strangers.byReference('agii', amina.reference)).toBeUndefined();
  });

  it('who is erased is known as somebody without a name, then not at all', async () => {
    await people.add(key, amina, facts);
    await dataKeys.destroyDataKey('agii', key.id);
    expect(await people.person(key)).toBeUndefined();
    expect(await people.byReference('agii', amina.reference)).toEqual({ id: key.id });
    expect(await people.erase(key, now())).toBe(true);
    expect(await people.erase(key, now())).toBe(true);
    expect(await people.byReference('agii', amina.reference)).toBeUndefined();
    expect(await kept()).not.toMatch(/personal|referenceHash/);
    expect(await people.erase({ ...key, id: 'nobody' }, now())).toBe(false);
    await people.add({ ...key, id: 'pseudonym2' }, amina, facts);
  });
});

describe('candidates of before', () => {
  const clear = { name: 'candidates', indexes: { reference: { fields: ['reference'], unique: true } }, sealed: true };

  it('are encrypted once, and found as before', async () => {
    const old = await storage.collection<Record<string, unknown>, string>(clear);
    await old.insert(key, { ...amina, ...facts });
    const gone = { ...key, id: 'erased' };
    await old.insert(gone, { ...amina, ...facts, reference: 'KBI-2' });
    await dataKeys.destroyDataKey('agii', 'erased');
    expect(await encryptCandidates(storage, people)).toBe(2);
    expect(await encryptCandidates(storage, people)).toBe(0);
    expect(await people.byReference('agii', amina.reference)).toEqual({ id: key.id, person: amina });
    expect(await people.person(gone)).toBeUndefined();
    for (const said of Object.values(amina)) expect(await kept()).not.toContain(said);
    const found = await old.find('agii', { index: 'reference', equal: [] });
    expect(found.documents).toEqual([]);
  });
});
