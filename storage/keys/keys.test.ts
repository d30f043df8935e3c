import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { calculateJwkThumbprint, compactVerify, createLocalJWKSet, exportJWK, importJWK } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LmdbStorage, openLmdb } from '../lmdb/open.ts';
import { DataKeys } from './data-keys.ts';
import { type SigningAlgorithm, makeKeyPair } from './key-pair.ts';
import { SigningKeys } from './signing-keys.ts';
import { NewerStorage, Wrapping, WrongSecret } from './wrapping.ts';

const random = (bytes: number): Uint8Array => randomBytes(bytes);
const now = (): string => '2026-11-23T09:00:00.000Z';
const secret = 'the secret of this test';

let directory = '';
let storage: LmdbStorage;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meetlat-keys-'));
  storage = await openLmdb({ directory });
});
afterEach(async () => {
  await storage.close();
  await rm(directory, { recursive: true, force: true });
});

describe('wrapping', () => {
  it('opens what it wrapped, for the same purpose only', async () => {
    const wrapping = await Wrapping.open({ storage, secret, random });
    const again = await Wrapping.open({ storage, secret, random });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.string(), (bytes, purpose) => {
        const wrapped = wrapping.wrap(purpose, bytes);
        expect(new Uint8Array(again.unwrap(purpose, wrapped))).toEqual(bytes);
        expect(() => again.unwrap(`${purpose}x`, wrapped)).toThrow(WrongSecret);
      }),
      { numRuns: 30 },
    );
    expect(wrapping.derive('tokens')).toEqual(again.derive('tokens'));
    expect(wrapping.derive('tokens')).not.toEqual(again.derive('seeds'));
  });

  it('says in one line that the secret is another', async () => {
    await Wrapping.open({ storage, secret, random });
    await expect(Wrapping.open({ storage, secret: 'another secret', random })).rejects.toMatchObject({
      code: 'wrong-secret',
    });
    await expect(Wrapping.open({ storage, secret: 'another secret', random })).rejects.toThrow(
      /^MEETLAT_SECRET [^\n]+$/,
    );
  });

  it('refuses what a newer version brought up to date, and is refused by an earlier one', async () => {
    const wrapping = await Wrapping.open({ storage, secret, random });
    expect(wrapping.isStorageClosed).toBe(true);
    const records = await storage.collection<{ salt: string; check: string }, never>({ name: 'wrapping', indexes: {} });
    const [record] = await records.every();
    if (record === undefined) throw new Error('no record');
    // What versions that know no stages ask of it.
    expect(() => wrapping.unwrap('check', record.value.check)).toThrow(WrongSecret);
    const written = async (purpose: string, stage: string, revision: number) => {
      await records.replace(record, revision, { ...record.value, check: wrapping.wrap(purpose, Buffer.from(stage)) });
      return Wrapping.open({ storage, secret, random });
    };
    const earlier = await written('check', 'encrypted', 1);
    expect([earlier.isStorageEncrypted, earlier.isStorageClosed]).toEqual([true, false]);
    await earlier.storageIsClosed();
    const closed = await Wrapping.open({ storage, secret, random });
    expect([closed.isStorageClosed, closed.isStorageBound]).toEqual([true, false]);
    await closed.storageIsBound();
    const bound = await Wrapping.open({ storage, secret, random });
    expect([bound.isStorageClosed, bound.isStorageBound]).toEqual([true, true]);
    await expect(written('check, closed to earlier versions', 'of next year', 4)).rejects.toThrow(NewerStorage);
  });
  it('has one salt when processes start at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => Wrapping.open({ storage, secret, random })));
    const wrapped = all.map((wrapping) => wrapping.wrap('x', new Uint8Array([7])));
    for (const wrapping of all) for (const text of wrapped) expect([...wrapping.unwrap('x', text)]).toEqual([7]);
  });
});

describe('signing keys', () => {
  const open = async (algorithm?: SigningAlgorithm): Promise<SigningKeys> =>
    SigningKeys.open({
      storage,
      wrapping: await Wrapping.open({ storage, secret, random }),
      random,
      now,
      ...(algorithm === undefined ? {} : { algorithm }),
    });

  it.each(['EdDSA', 'ES256'] as const)(
    '%s: sign, verify from the JWKS, rotate, and keep old signatures good',
    async (algorithm) => {
      const keys = await open(algorithm);
      const before = await keys.sign('{"a":1}', { typ: 'test' });
      const kid = await keys.rotate();
      const after = await keys.sign('{"a":2}');
      const jwks = await keys.jwks();
      expect(jwks.keys).toHaveLength(2);
      expect(jwks.keys.every((key) => key.d === undefined && key.use === 'sig' && key.alg === algorithm)).toBe(true);
      const first = await compactVerify(before, createLocalJWKSet(jwks));
      expect(first.protectedHeader).toEqual({ alg: algorithm, typ: 'test', kid: jwks.keys[1]?.kid });
      expect((await compactVerify(after, createLocalJWKSet(jwks))).protectedHeader.kid).toBe(kid);
      expect((await open(algorithm)).algorithm).toBe(algorithm);
      expect((await (await open(algorithm)).jwks()).keys).toEqual(jwks.keys);
    },
  );

  it('are one key when processes start at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => open()));
    expect(new Set(await Promise.all(all.map((keys) => keys.sign('x')))).size).toBe(1);
    expect((await all[0]?.jwks())?.keys).toHaveLength(1);
    await Promise.all(all.map((keys) => keys.rotate()));
    expect(new Set(await Promise.all(all.map((keys) => keys.sign('x')))).size).toBe(1);
  });

  it('are in the files wrapped only', async () => {
    const drawn: Uint8Array[] = [];
    const recording = (bytes: number): Uint8Array => {
      const drawing = random(bytes);
      drawn.push(drawing);
      return drawing;
    };
    const wrapping = await Wrapping.open({ storage, secret, random });
    const keys = await SigningKeys.open({ storage, wrapping, random: recording, now });
    const dataKeys = await DataKeys.open({ storage, wrapping, random: recording, now });
    await keys.sign('x');
    await dataKeys.dataKeyOf('agency', 'p1', true);
    const file = await readFile(join(directory, 'database', 'data.mdb'));
    const secrets = drawn.filter((bytes) => bytes.length === 32);
    expect(secrets).toHaveLength(2);
    for (const bytes of secrets)
      for (const encoding of ['base64url', 'base64', 'hex'] as const) {
        expect(file.includes(Buffer.from(bytes))).toBe(false);
        expect(file.includes(Buffer.from(bytes).toString(encoding))).toBe(false);
      }
  });
});

describe('a key pair', () => {
  it.each(['EdDSA', 'ES256'] as const)(
    '%s: follows from the random bytes; its public half belongs to the private',
    async (algorithm) => {
      const fixed = (): Uint8Array => new Uint8Array(32).fill(7);
      const [one, two] = [await makeKeyPair(algorithm, fixed), await makeKeyPair(algorithm, fixed)];
      expect(one).toEqual(two);
      expect(one.kid).toBe(await calculateJwkThumbprint(one.publicJwk));
      const key = await importJWK({ ...one.publicJwk, ext: true }, algorithm);
      if (key instanceof Uint8Array) throw new Error('a secret came back');
      expect(await exportJWK(key)).toMatchObject({ x: one.publicJwk.x });
    },
  );

  // RFC 8032, section 7.1, test 1.
  it('is the one of the standard for a known seed', async () => {
    const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
    const { publicJwk } = await makeKeyPair('EdDSA', () => seed);
    expect(Buffer.from(publicJwk.x ?? '', 'base64url').toString('hex')).toBe(
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    );
  });

  it('draws again when the number is no scalar of the curve', async () => {
    const draws = [new Uint8Array(32), new Uint8Array(32).fill(255), new Uint8Array(32).fill(9)];
    const { privateJwk } = await makeKeyPair('ES256', () => draws.shift() ?? new Uint8Array(32).fill(1));
    expect([...Buffer.from(privateJwk.d ?? '', 'base64url')]).toEqual(new Array(32).fill(9));
  });
});

describe('data keys', () => {
  it('are one for each person, in every process, and gone for good when destroyed', async () => {
    const wrapping = await Wrapping.open({ storage, secret, random });
    const keys = await DataKeys.open({ storage, wrapping, random, now });
    expect(await keys.dataKeyOf('agency', 'p1', false)).toBeUndefined();
    const drawn = await Promise.all(Array.from({ length: 6 }, () => keys.dataKeyOf('agency', 'p1', true)));
    expect(new Set(drawn.map((key) => Buffer.from(key ?? []).toString('hex'))).size).toBe(1);
    expect(drawn[0]).toHaveLength(32);
    expect(await keys.dataKeyOf('another', 'p1', true)).not.toEqual(drawn[0]);
    await Promise.all([
      keys.destroyDataKey('agency', 'p1'),
      keys.destroyDataKey('agency', 'p1'),
      keys.destroyDataKey('agency', 'p9'),
    ]);
    expect(await keys.dataKeyOf('agency', 'p1', true)).toBeUndefined();
    expect(await keys.dataKeyOf('agency', 'p9', true)).toBeUndefined();
    expect(await keys.dataKeyOf('another', 'p1', false)).toBeDefined();
  });
});
