import {
  type CompactJWSHeaderParameters,
  CompactSign,
  type CryptoKey,
  type JWK,
  type JWTPayload,
  SignJWT,
  base64url,
  exportJWK,
  exportSPKI,
  generateKeyPair,
} from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { BadCertificate, type Certificate, type Sign, credentialOf, signCertificate } from './sign.ts';
import { verifyCertificate } from './verify.ts';

const certificate: Certificate = {
  id: 'c-0123456789abcdef',
  issuer: 'https://exam.example',
  issuerName: 'Meetlat',
  holder: { name: 'Amina Voorbeeld', birthDate: '1990-01-01' },
  test: 'nt2-oral',
  title: { nl: 'NT2 mondeling', en: 'Dutch, oral' },
  testDate: '2026-11-23',
  issuedAt: '2026-11-23T10:00:00.000Z',
  level: { reached: 'B1', required: 'B1', isMet: true, levels: ['A1', 'A2', 'B1'], scale: 512, standardError: 24 },
  regime: { id: 'nt2-oral-b1', title: 'NT2 mondeling: B1' },
  synthetic: true,
};
const { level: _level, ...withoutLevel } = certificate;
const civic: Certificate = {
  ...withoutLevel,
  test: 'mo',
  title: { nl: 'Maatschappelijke oriëntatie', en: 'Social orientation' },
  score: { score: 29, max: 41 },
  regime: { id: 'mo-70-2026', title: 'MO' },
  synthetic: false,
};
const at = new Date('2026-12-01T00:00:00Z');
const segment = (value: object): string => base64url.encode(JSON.stringify(value));

describe('the credential', () => {
  it('has the members that Open Badges 3.0 and the credentials data model 2.0 require', () => {
    expect(credentialOf(certificate)).toMatchObject({
      '@context': ['https://www.w3.org/ns/credentials/v2', expect.stringContaining('/ob/v3p0/')],
      type: ['VerifiableCredential', 'OpenBadgeCredential'],
      id: 'https://exam.example/certificates/c-0123456789abcdef',
      jti: 'https://exam.example/certificates/c-0123456789abcdef',
      iss: 'https://exam.example',
      issuer: { id: 'https://exam.example', type: ['Profile'], name: 'Meetlat' },
      validFrom: '2026-11-23T10:00:00.000Z',
      credentialSubject: {
        type: ['AchievementSubject'],
        achievement: {
          type: ['Achievement'],
          criteria: { narrative: 'NT2 mondeling: B1 (nt2-oral-b1)' },
          alignment: [{ targetName: 'B1' }],
        },
        result: [
          { achievedLevel: 'https://exam.example/levels/B1' },
          { value: '512', standardError: '24' },
          { status: 'Completed' },
        ],
      },
    });
    expect(credentialOf(certificate)).not.toHaveProperty('vc');
  });
  it('has a description of every result, and a level of the rubric for the one achieved', () => {
    for (const one of [certificate, civic]) {
      const text = JSON.stringify(credentialOf(one));
      for (const [, id] of text.matchAll(/"(?:resultDescription|achievedLevel|requiredLevel)":"([^"]+)"/g))
        expect(text).toContain(`"id":"${id}"`);
    }
  });
  it('says a synthetic person and synthetic items, and nothing of the kind for real ones', () => {
    expect(JSON.stringify(credentialOf(certificate))).toContain('DEMONSTRATION');
    expect(JSON.stringify(credentialOf(civic))).not.toContain('DEMONSTRATION');
  });
  it('is not made without an address of the issuer, or without a result', () => {
    expect(() => credentialOf({ ...certificate, issuer: '' })).toThrow(BadCertificate);
    expect(() => credentialOf(withoutLevel)).toThrow(BadCertificate);
  });
});

describe.each(['EdDSA', 'ES256'])('%s', (alg) => {
  let privateKey: CryptoKey;
  let publicKey: CryptoKey;
  let publicJwk: JWK;
  let credential: string;
  const check = (text: string, issuer?: string) =>
    verifyCertificate(text, { jwks: { keys: [publicJwk] }, at, ...(issuer === undefined ? {} : { issuer }) });
  const signed = (payload: string, header: Omit<CompactJWSHeaderParameters, 'alg'>): Promise<string> =>
    new CompactSign(new TextEncoder().encode(payload)).setProtectedHeader({ ...header, alg }).sign(privateKey);
  const sign: Sign = (payload, header) => signed(payload, { ...header, kid: 'k1' });
  const changed = (change: object): Promise<string> =>
    sign(JSON.stringify({ ...credentialOf(certificate), ...change }), { typ: 'vc+jwt', cty: 'vc' });
  const parts = (): readonly [string, string, string] => {
    const [header = '', body = '', signature = ''] = credential.split('.');
    return [header, body, signature];
  };

  beforeAll(async () => {
    ({ privateKey, publicKey } = await generateKeyPair(alg, { extractable: true }));
    publicJwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg, use: 'sig' };
    credential = await signCertificate(certificate, sign);
  });

  it('verifies with the published keys alone, and says what it says', async () => {
    expect(await check(credential, 'https://exam.example')).toEqual({
      valid: true,
      id: 'https://exam.example/certificates/c-0123456789abcdef',
      issuer: 'https://exam.example',
      holder: 'Amina Voorbeeld',
      achievement: 'Nederlands als tweede taal, mondeling B1',
      level: 'B1',
      isRequiredLevelMet: true,
      testDate: '2026-11-23',
      issuedAt: '2026-11-23T10:00:00.000Z',
      synthetic: true,
    });
    expect(
      await check(
        await signCertificate(
          {
            ...certificate,
            level: {
              reached: 'A2',
              required: 'B1',
              isMet: false,
              levels: ['A1', 'A2', 'B1'],
              scale: 433,
              standardError: 24,
            },
          },
          sign,
        ),
      ),
    ).toMatchObject({ valid: true, level: 'A2', isRequiredLevelMet: false });
    expect(await check(await signCertificate(civic, sign))).toMatchObject({
      valid: true,
      achievement: 'Maatschappelijke oriëntatie',
      level: undefined,
      isRequiredLevelMet: undefined,
      synthetic: false,
    });
  });
  it('an older key still verifies beside a newer one', async () => {
    const newer = {
      ...(await exportJWK((await generateKeyPair(alg, { extractable: true })).publicKey)),
      kid: 'k2',
      alg,
      use: 'sig',
    };
    expect(await verifyCertificate(credential, { jwks: { keys: [newer, publicJwk] }, at })).toMatchObject({
      valid: true,
    });
    expect(await verifyCertificate(credential, { jwks: { keys: [newer] }, at })).toEqual({
      valid: false,
      reason: 'unknown-key',
    });
  });
  it('any altered character fails', async () => {
    for (let n = 0; n < credential.length; n += 7) {
      const altered = `${credential.slice(0, n)}${credential[n] === 'A' ? 'B' : 'A'}${credential.slice(n + 1)}`;
      expect((await check(altered)).valid).toBe(false);
    }
  });
  it('another text of the same bytes', async () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = letters.indexOf(credential.at(-1) ?? '');
    const spare = `${credential.slice(0, -1)}${letters[last + 1] ?? ''}`;
    const bytes = (text: string): Buffer => Buffer.from(text.split('.')[2] ?? '', 'base64url');
    expect(bytes(spare)).toEqual(bytes(credential));
    for (const other of [spare, `${credential}=`, `${credential}==`, credential.replaceAll('.', ' .')])
      expect(await check(other)).toEqual({ valid: false, reason: 'malformed' });
    expect((await check(`${credential}\n`)).valid).toBe(true);
  });
  it('a name or level swapped under the same signature', async () => {
    const [header, , signature] = parts();
    const forged = credentialOf({ ...certificate, holder: { name: 'Iemand Anders', birthDate: '1990-01-01' } });
    expect(await check(`${header}.${segment(forged)}.${signature}`)).toEqual({ valid: false, reason: 'signature' });
  });
  it.each(['none', 'None', 'nOnE'])('alg %s', async (none) => {
    const [, body, signature] = parts();
    for (const end of ['', signature])
      expect((await check(`${segment({ alg: none, typ: 'vc+jwt', kid: 'k1' })}.${body}.${end}`)).valid).toBe(false);
  });
  it('HS256 with the public key as the secret, in any form', async () => {
    const payload: JWTPayload = JSON.parse(JSON.stringify(credentialOf(certificate)));
    for (const secret of [JSON.stringify(publicJwk), publicJwk.x ?? '', await exportSPKI(publicKey)]) {
      const forged = await new SignJWT(payload)
        .setProtectedHeader({ alg: 'HS256', typ: 'vc+jwt', kid: 'k1' })
        .sign(new TextEncoder().encode(secret.padEnd(32, '0')));
      expect(await check(forged)).toEqual({ valid: false, reason: 'signature' });
    }
  });
  it('a foreign key, under our kid, its own kid, or none; also when the token brings or names it', async () => {
    const foreign = await generateKeyPair(alg, { extractable: true });
    const foreignJwk = await exportJWK(foreign.publicKey);
    const bytes = new TextEncoder().encode(JSON.stringify(credentialOf(certificate)));
    const headers: Omit<CompactJWSHeaderParameters, 'alg'>[] = [
      { kid: 'k1' },
      { kid: 'k9' },
      {},
      { kid: 'k1', jwk: foreignJwk },
      { kid: 'k1', jku: 'https://evil.example/jwks.json' },
      { kid: 'k1', x5u: 'https://evil.example/x' },
      { kid: '../../dev/null' },
      { kid: "k1' OR '1'='1" },
    ];
    for (const header of headers) {
      const forged = await new CompactSign(bytes)
        .setProtectedHeader({ typ: 'vc+jwt', ...header, alg })
        .sign(foreign.privateKey);
      expect((await check(forged)).valid).toBe(false);
    }
  });
  it('our own key, without a kid', async () => {
    expect(await check(await signed(JSON.stringify(credentialOf(certificate)), { typ: 'vc+jwt' }))).toEqual({
      valid: false,
      reason: 'unknown-key',
    });
  });
  it('something else that we signed: another type, no type, other content, another issuer', async () => {
    const content = JSON.stringify(credentialOf(certificate));
    for (const typ of ['JWT', 'at+jwt', 'checkpoint', ''])
      expect(await check(await sign(content, { typ, cty: 'vc' }))).toMatchObject({
        valid: false,
        reason: 'not-a-certificate',
      });
    expect(await check(await signed(content, { kid: 'k1' }))).toMatchObject({
      valid: false,
      reason: 'not-a-certificate',
    });
    for (const change of [
      { type: ['VerifiableCredential'] },
      { credentialSubject: {} },
      { iss: 'https://evil.example' },
      { iss: undefined },
      { validFrom: 'soon' },
      { issuer: 'https://exam.example' },
    ]) {
      expect(await check(await changed(change))).toEqual({ valid: false, reason: 'not-a-certificate' });
    }
    expect(await check(credential, 'https://look-alike.example')).toEqual({ valid: false, reason: 'other-issuer' });
  });
  it("too early and too late, by the credential's dates and by the signature's", async () => {
    const seconds = Math.floor(at.getTime() / 1000);
    expect(await check(await changed({ validFrom: '2026-12-02T00:00:00Z' }))).toEqual({
      valid: false,
      reason: 'not-yet-valid',
    });
    expect(await check(await changed({ nbf: seconds + 3600 }))).toEqual({ valid: false, reason: 'not-yet-valid' });
    expect(await check(await changed({ validUntil: '2026-11-30T00:00:00Z' }))).toEqual({
      valid: false,
      reason: 'expired',
    });
    expect(await check(await changed({ exp: seconds - 3600 }))).toEqual({ valid: false, reason: 'expired' });
    // A reader's clock may be a little behind.
    expect(await check(await changed({ validFrom: '2026-12-01T00:04:00Z' }))).toMatchObject({ valid: true });
  });
  it('a critical header that nobody knows, on a signature that is right', async () => {
    const header = segment({ alg, typ: 'vc+jwt', kid: 'k1', crit: ['urgent'], urgent: true });
    const [, body] = parts();
    const algorithm = alg === 'EdDSA' ? { name: 'Ed25519' } : { name: 'ECDSA', hash: 'SHA-256' };
    const signature = await crypto.subtle.sign(algorithm, privateKey, new TextEncoder().encode(`${header}.${body}`));
    expect(await check(`${header}.${body}.${base64url.encode(new Uint8Array(signature))}`)).toEqual({
      valid: false,
      reason: 'malformed',
    });
  });
  it.each(['', '.', '..', 'nonsense', '{}', 'a.b.c.d.e'])('%j is malformed', async (text) => {
    expect(await check(text)).toEqual({ valid: false, reason: 'malformed' });
  });
});
