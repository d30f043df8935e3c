import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toInstant } from '../document/instant.ts';
import { type LmdbStorage, openLmdb } from '../lmdb/open.ts';
import { CorruptStorage, type DataKeyOf } from '../port.ts';
import { DataKeys } from './data-keys.ts';
import { PersonCipher, PersonErased } from './person-cipher.ts';
import { Wrapping } from './wrapping.ts';

const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes));
const amina = { tenant: 'agii', person: 'amina' };

let directory = '';
let storage: LmdbStorage;
let dataKeys: DataKeys;
let nowMs = 0;
const now = (): string => toInstant(nowMs);
const openKeys = async () =>
  DataKeys.open({ storage, wrapping: await Wrapping.open({ storage, secret: 'a secret', random }), random, now });

beforeEach(async () => {
  nowMs = Date.parse('2026-11-27T09:00:00.000Z');
  directory = await mkdtemp(join(tmpdir(), 'meetlat-cipher-'));
  storage = await openLmdb({ directory });
  dataKeys = await openKeys();
});
afterEach(async () => {
  await storage.close();
  await rm(directory, { recursive: true, force: true });
});

describe('a text of a person', () => {
  it('opens with the key of that person alone, for that purpose alone', async () => {
    const cipher = new PersonCipher({ dataKeys, random, now });
    await cipher.seal({ tenant: 'agii', person: 'bilal' }, 'name', 'Bilal');
    await cipher.seal({ tenant: 'other', person: 'amina' }, 'name', 'Amina of another agency');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
        const sealed = await cipher.seal(amina, 'name', text);
        expect(await cipher.open(amina, 'name', sealed)).toBe(text);
        for (const [owner, purpose] of [
          [amina, 'certificate'],
          [{ ...amina, person: 'bilal' }, 'name'],
          [{ ...amina, tenant: 'other' }, 'name'],
        ] as const)
          await expect(cipher.open(owner, purpose, sealed)).rejects.toBeInstanceOf(CorruptStorage);
      }),
      { numRuns: 25 },
    );
  });

  it('reads differently each time, and nothing that was changed opens', async () => {
    const cipher = new PersonCipher({ dataKeys, random, now });
    const sealed = await cipher.seal(amina, 'name', 'Amina');
    expect(await cipher.seal(amina, 'name', 'Amina')).not.toBe(sealed);
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (const n of bytes.keys()) {
      const changed = Buffer.from(bytes);
      changed[n] = (changed[n] ?? 0) ^ 1;
      await expect(cipher.open(amina, 'name', `p1.${changed.toString('base64url')}`)).rejects.toBeInstanceOf(
        CorruptStorage,
      );
    }
    for (const cut of ['', 'p1.', sealed.slice(0, 20), sealed.slice(3)])
      await expect(cipher.open(amina, 'name', cut)).rejects.toBeInstanceOf(CorruptStorage);
  });

  it('is gone when the key is destroyed, whoever has opened it before', async () => {
    const mine = new PersonCipher({ dataKeys, random, now });
    const another = new PersonCipher({ dataKeys: await openKeys(), random, now });
    const sealed = await mine.seal(amina, 'name', 'Amina');
    expect(await another.open(amina, 'name', sealed)).toBe('Amina');
    await dataKeys.destroyDataKey('agii', 'amina');
    expect(await mine.open(amina, 'name', sealed)).toBeUndefined();
    expect(await another.open(amina, 'name', sealed)).toBeUndefined();
    await expect(mine.seal(amina, 'name', 'Amina')).rejects.toBeInstanceOf(PersonErased);
  });

  it('is gone after half a minute where nobody told that the key was destroyed', async () => {
    const deaf = { dataKeyOf: dataKeys.dataKeyOf, watch: () => () => undefined };
    const cipher = new PersonCipher({ dataKeys: deaf, random, now });
    const sealed = await cipher.seal(amina, 'name', 'Amina');
    await dataKeys.destroyDataKey('agii', 'amina');
    nowMs += 30_001;
    expect(await cipher.open(amina, 'name', sealed)).toBeUndefined();
  });

  it('is not kept open by a key that was read while it was destroyed', async () => {
    const dataKeyOf: DataKeyOf = async (...asked) => {
      const key = await dataKeys.dataKeyOf(...asked);
      await dataKeys.destroyDataKey('agii', 'amina');
      return key;
    };
    const sealed = await new PersonCipher({ dataKeys, random, now }).seal(amina, 'name', 'Amina');
    const cipher = new PersonCipher({
      dataKeys: { dataKeyOf, watch: (...given) => dataKeys.watch(...given) },
      random,
      now,
    });
    await cipher.open(amina, 'name', sealed);
    expect(await cipher.open(amina, 'name', sealed)).toBeUndefined();
  });
});
