import { CompactSign, type JWK, SignJWT, exportJWK, generateKeyPair } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Certificate, type Sign, signCertificate } from './sign.ts';
import { verifyCertificate } from './verify.ts';

const certificate: Certificate = {
  id: 'c-0123456789abcdef', issuer: 'https://exam.example', issuerName: 'Meetlat', holder: { name: 'Amina Voorbeeld', birthDate: '1990-01-01' }, test: 'nt2-oral', testDate: '2026-11-23', issuedAt: '2026-11-23T10:00:00.000Z',
  level: { reached: 'B1', required: 'B1', isMet: true, scale: 512, standardError: 24 }, regime: 'nt2-oral-b1', synthetic: true,
};
const at = new Date('2026-12-01T00:00:00Z');

describe.each(['EdDSA', 'ES256'])('%s', (alg) => {
  let sign: Sign;
  let publicJwk: JWK;
  let credential: string;
  const jwks = () => ({ keys: [publicJwk] });
  beforeAll(async () => {
    const pair = await generateKeyPair(alg, { extractable: true });
    publicJwk = { ...await exportJWK(pair.publicKey), kid: 'k1', alg, use: 'sig' };
    sign = (payload, header) => new CompactSign(new TextEncoder().encode(payload)).setProtectedHeader({ ...header, alg, kid: 'k1' }).sign(pair.privateKey);
    credential = await signCertificate(certificate, sign);
  });

  it('verifies with the published keys alone, and says what it says', async () => {
    expect(await verifyCertificate(credential, { jwks: jwks(), issuer: 'https://exam.example', at })).toEqual({
      valid: true, id: 'https://exam.example/certificates/c-0123456789abcdef', issuer: 'https://exam.example', holder: 'Amina Voorbeeld', achievement: 'Nederlands als tweede taal, mondeling B1', level: 'B1', issuedAt: '2026-11-23T10:00:00.000Z', synthetic: true,
    });
  });
  it('any altered character fails', async () => {
    for (let n = 0; n < credential.length; n += 7) {
      const altered = `${credential.slice(0, n)}${credential[n] === 'A' ? 'B' : 'A'}${credential.slice(n + 1)}`;
      // The last character of a base64 group may carry unused bits: then the bytes are the same.
      const same = altered.split('.').every((part, i) => Buffer.from(part, 'base64url').equals(Buffer.from(credential.split('.')[i] ?? '', 'base64url')));
      if (!same) expect((await verifyCertificate(altered, { jwks: jwks(), at })).valid).toBe(false);
    }
  });
  it('alg none, a foreign key, another issuer, another type', async () => {
    const [, body = '', signature = ''] = credential.split('.');
    const header = (members: object): string => Buffer.from(JSON.stringify(members)).toString('base64url');
    expect(await verifyCertificate(`${header({ alg: 'none', typ: 'vc+jwt' })}.${body}.`, { jwks: jwks(), at })).toMatchObject({ valid: false });
    expect(await verifyCertificate(`${header({ alg, typ: 'vc+jwt', kid: 'other' })}.${body}.${signature}`, { jwks: jwks(), at })).toMatchObject({ valid: false, reason: 'unknown-key' });
    expect(await verifyCertificate(credential, { jwks: jwks(), issuer: 'https://look-alike.example', at })).toMatchObject({ valid: false, reason: 'other-issuer' });
    expect(await verifyCertificate(await sign('{"sub":"x"}', { typ: 'JWT', cty: 'vc' }), { jwks: jwks(), at })).toMatchObject({ valid: false, reason: 'not-a-certificate' });
    expect(await verifyCertificate(await sign('{"type":["VerifiableCredential"]}', { typ: 'vc+jwt', cty: 'vc' }), { jwks: jwks(), at })).toMatchObject({ valid: false, reason: 'not-a-certificate' });
    expect(await verifyCertificate('nonsense', { jwks: jwks(), at })).toMatchObject({ valid: false, reason: 'malformed' });
  });
  it('HS256 with the public key as the secret', async () => {
    const forged = await new SignJWT({ type: ['VerifiableCredential', 'OpenBadgeCredential'] }).setProtectedHeader({ alg: 'HS256', typ: 'vc+jwt', kid: 'k1' }).sign(new TextEncoder().encode(JSON.stringify(publicJwk)));
    expect((await verifyCertificate(forged, { jwks: jwks(), at })).valid).toBe(false);
  });
  it('a critical header that nobody knows', async () => {
    const [, body = '', signature = ''] = credential.split('.');
    const header = Buffer.from(JSON.stringify({ alg, typ: 'vc+jwt', kid: 'k1', crit: ['b64', 'x'], b64: true })).toString('base64url');
    expect((await verifyCertificate(`${header}.${body}.${signature}`, { jwks: jwks(), at })).valid).toBe(false);
  });
});
