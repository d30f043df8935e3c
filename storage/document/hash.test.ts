import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from './hash.ts';
import { sha256 as native } from './native-hash.ts';

describe('SHA-256', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('of %j is what FIPS 180-4 says', (text, hash) => {
    expect([sha256(text), native(text)]).toEqual([hash, hash]);
  });
  it('is the same for every length and content of bytes, on the server and in a browser', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(sha256(bytes)).toBe(native(bytes));
      }),
    );
  });
  it('hashes a text as its UTF-8 bytes, whatever its characters, half a surrogate pair included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        expect(sha256(text)).toBe(native(text));
        expect(sha256(text)).toBe(native(new TextEncoder().encode(text)));
      }),
    );
    expect(sha256('\ud800')).toBe(native('\ud800'));
  });
});
