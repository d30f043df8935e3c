import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packCredential, pastedCredential, unpackCredential } from './credential-link.ts';

const part = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url');
const credentialOf = (payload: unknown): string =>
  `${part({ alg: 'EdDSA', typ: 'vc+jwt', kid: 'k1' })}.${part(payload)}.${Buffer.alloc(64, 7).toString('base64url')}`;

describe('a packed certificate', () => {
  it('is the same certificate, letter for letter', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (payload) => {
        const credential = credentialOf(payload);
        expect(await unpackCredential((await packCredential(credential)) ?? '')).toBe(credential);
      }),
      { numRuns: 50 },
    );
  });
  it('is much shorter where names repeat', async () => {
    const credential = credentialOf({
      result: Array.from({ length: 30 }, (_, n) => ({
        type: ['Result'],
        resultDescription: `https://example.org/results/${n}`,
      })),
    });
    expect(((await packCredential(credential)) ?? credential).length).toBeLessThan(credential.length / 3);
  });
  it('is not made of what is no certificate', async () => {
    expect(await packCredential('no')).toBeUndefined();
    // Padding bits that a decoder drops: not exact, so not packed.
    expect(await packCredential('QR.QR.x')).toBeUndefined();
  });
  it('that is broken or a bomb throws', async () => {
    await expect(unpackCredential('z.AAAA.x')).rejects.toThrow();
    const bomb = await packCredential(credentialOf('0'.repeat(18_000)));
    expect(bomb).toBeDefined();
    await expect(packCredential(credentialOf('0'.repeat(40_000)))).rejects.toThrow(RangeError);
  });
  it('leaves an unpacked one as it is', async () => expect(await unpackCredential('eyJ.x.y')).toBe('eyJ.x.y'));
});

it('takes what people paste', () => {
  expect(
    ['a.b.c', ' a.b\n .c ', 'https://x.example/check/#a.b.c', 'https://x.example/check/#a%2Eb.c', '"a.b.c"', 'a%b'].map(
      pastedCredential,
    ),
  ).toEqual(['a.b.c', 'a.b.c', 'a.b.c', 'a.b.c', 'a.b.c', 'a%b']);
});
