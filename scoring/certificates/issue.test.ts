import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CryptoKey, CompactSign, generateKeyPair } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLmdb } from '../../storage/lmdb/open.ts';
import type { Storage } from '../../storage/port.ts';
import type { ResultContent } from '../results/result.ts';
import { type CertificateFacts, certificateOf, certificates, issueCertificate } from './issue.ts';
import type { Sign } from './sign.ts';

const regime = { id: 'r', validFrom: '2026-01-01', title: { nl: 'Regel', en: 'Rule' } };
const civic: ResultContent = {
  outcome: 'pass',
  test: 'mo',
  testDate: '2026-11-23',
  regime,
  engine: '1',
  score: 29,
  max: 41,
  conditions: [],
  parts: [],
};
const oral: ResultContent = {
  outcome: 'pass',
  test: 'nt2-oral',
  testDate: '2026-11-23',
  regime,
  engine: '1',
  level: 'B1',
  required: 'B1',
  scale: 512,
  standardError: 24,
  conditions: [],
  parts: [],
};
const { level: _level, ...belowA1 } = oral;
const facts = (result: ResultContent): CertificateFacts => ({
  id: 's1',
  candidate: 'c1',
  issuer: 'https://exam.example',
  issuerName: 'Agentschap',
  holder: { name: 'Zoë Voorbeeld', birthDate: '1990-01-01' },
  result,
  levels: ['A1', 'A2', 'B1'],
  title: { nl: 'Maatschappelijke oriëntatie', en: 'Social orientation' },
  releasedAt: '2026-11-24T09:00:00.000Z',
  synthetic: true,
});

describe('what a result earns', () => {
  it.each<[string, ResultContent, object | undefined]>([
    [
      'MO, a pass',
      civic,
      { score: { score: 29, max: 41 }, regime: { id: 'r', title: 'Regel' }, issuedAt: '2026-11-24T09:00:00.000Z' },
    ],
    ['MO, a fail', { ...civic, outcome: 'fail', score: 28 }, undefined],
    ['MO, no decision', { ...civic, outcome: 'void' }, undefined],
    [
      'NT2, the level that is required',
      oral,
      {
        level: {
          reached: 'B1',
          required: 'B1',
          isMet: true,
          levels: ['A1', 'A2', 'B1'],
          scale: 512,
          standardError: 24,
        },
      },
    ],
    [
      'NT2, a lower level',
      { ...oral, outcome: 'fail', level: 'A2' },
      { level: { reached: 'A2', required: 'B1', isMet: false } },
    ],
    ['NT2, below A1', { ...belowA1, outcome: 'fail' }, undefined],
    ['NT2, no decision', { ...oral, outcome: 'void' }, undefined],
  ])('%s', (_, result, expected) => {
    const certificate = certificateOf(facts(result));
    if (expected === undefined) expect(certificate).toBeUndefined();
    else expect(certificate).toMatchObject(expected);
  });
});

describe('issuing', () => {
  let [directory, signatures] = ['', 0];
  let storage: Storage;
  let key: CryptoKey;
  /** ES256 has a random part: two signatures of one text differ. */
  const sign: Sign = (payload, header) => {
    signatures += 1;
    return new CompactSign(new TextEncoder().encode(payload))
      .setProtectedHeader({ ...header, alg: 'ES256', kid: 'k1' })
      .sign(key);
  };
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'meetlat-issue-'));
    storage = await openLmdb({ directory });
    ({ privateKey: key } = await generateKeyPair('ES256'));
    signatures = 0;
  });
  afterEach(async () => {
    await storage.close();
    await rm(directory, { recursive: true });
  });

  it('twelve times at once: everyone gets the one that is kept', async () => {
    const all = await storage.collection(certificates);
    const given = await Promise.all(Array.from({ length: 12 }, () => issueCertificate(all, 'agii', facts(oral), sign)));
    const kept = await all.get({ tenant: 'agii', id: 's1' });
    expect(new Set(given)).toEqual(new Set([kept?.value.credential]));
    expect(kept).toMatchObject({ revision: 1, value: { issuedAt: '2026-11-24T09:00:00.000Z' } });
  });
  it('again: the first stays, and nothing more is signed', async () => {
    const all = await storage.collection(certificates);
    const first = await issueCertificate(all, 'agii', facts(oral), sign);
    expect(await issueCertificate(all, 'agii', { ...facts(oral), issuerName: 'Another name' }, sign)).toBe(first);
    expect(signatures).toBe(1);
  });
  it('each agency has its own; a fail signs and keeps nothing', async () => {
    const all = await storage.collection(certificates);
    expect(await issueCertificate(all, 'agii', facts(civic), sign)).not.toBe(
      await issueCertificate(all, 'other', facts(civic), sign),
    );
    expect(await issueCertificate(all, 'third', facts({ ...civic, outcome: 'fail' }), sign)).toBeUndefined();
    expect(await all.get({ tenant: 'third', id: 's1' })).toBeUndefined();
    expect(signatures).toBe(2);
  });
});
