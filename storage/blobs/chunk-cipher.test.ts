import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../document/hash.ts';
import { CorruptStorage } from '../port.ts';
import { openChunk, sealChunk } from './chunk-cipher.ts';

const upload = { tenant: 'agency', person: 'p1', id: 'u1' };
const key = new Uint8Array(32).fill(1);
const chunk = fc.uint8Array({ maxLength: 200 });

describe('an encrypted chunk', () => {
  it('opens to what was sealed, and is the same at every sealing', () => {
    fc.assert(
      fc.property(chunk, fc.nat(), (plain, n) => {
        const sealed = sealChunk(key, upload, n, sha256(plain), plain);
        expect(sealed).toEqual(sealChunk(key, upload, n, sha256(plain), plain));
        expect(sealed).toHaveLength(plain.length + 16);
        expect(new Uint8Array(openChunk(key, upload, n, sha256(plain), sealed))).toEqual(plain);
      }),
    );
  });

  it('opens nowhere else, by no other key, and not after a change', () => {
    fc.assert(
      fc.property(chunk, fc.nat(), fc.integer({ min: 1, max: 255 }), (plain, where, change) => {
        const hash = sha256(plain);
        const sealed = sealChunk(key, upload, 0, hash, plain);
        const open =
          (...other: Partial<[Uint8Array, typeof upload, number, string, Uint8Array]>) =>
          () =>
            openChunk(other[0] ?? key, other[1] ?? upload, other[2] ?? 0, other[3] ?? hash, other[4] ?? sealed);
        for (const attempt of [
          open(new Uint8Array(32)),
          open(key, { ...upload, tenant: 'another' }),
          open(key, { ...upload, person: 'p2' }),
          open(key, { ...upload, id: 'u2' }),
          open(key, upload, 1),
          open(key, upload, 0, sha256(Buffer.concat([plain, Buffer.of(0)]))),
          open(
            key,
            upload,
            0,
            hash,
            sealed.map((byte, n) => (n === where % sealed.length ? byte ^ change : byte)),
          ),
          open(key, upload, 0, hash, sealed.subarray(1)),
          open(key, upload, 0, hash, new Uint8Array(0)),
        ])
          expect(attempt).toThrow(CorruptStorage);
      }),
      { numRuns: 40 },
    );
  });
});
