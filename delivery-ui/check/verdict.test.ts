import { expect, it } from 'vitest';
import type { CertificateVerification } from '../../scoring/certificates/verify.ts';
import { verdictOf } from './verdict.ts';

const own: CertificateVerification = {
  valid: true,
  id: 'urn:1',
  issuer: 'https://x.example',
  holder: 'Amina',
  achievement: 'NT2',
  level: 'B1',
  isRequiredLevelMet: true,
  testDate: '2026-11-23',
  issuedAt: '2026-11-23T10:00:00.000Z',
  synthetic: true,
};
const server = { valid: true, holder: 'Amina', level: 'B1' };

it('valid where both say so; what the browser reads in addition is told', () => {
  expect(verdictOf(server, own)).toEqual({
    state: 'valid',
    facts: { ...server, isRequiredLevelMet: true },
    byServer: true,
    byBrowser: true,
  });
});
it('either alone is enough, and says who looked', () => {
  expect(verdictOf(server, undefined)).toMatchObject({ state: 'valid', byServer: true, byBrowser: false });
  expect(verdictOf(undefined, own)).toMatchObject({ state: 'valid', byServer: false, byBrowser: true });
  expect(verdictOf(undefined, undefined)).toEqual({ state: 'unknown' });
});
it('either alone can refuse', () => {
  expect(verdictOf({ valid: false, reason: 'expired' }, own)).toEqual({ state: 'invalid', reason: 'expired' });
  expect(verdictOf(server, { valid: false, reason: 'signature' })).toEqual({ state: 'invalid', reason: 'signature' });
  expect(verdictOf(undefined, { valid: false, reason: 'malformed' })).toEqual({
    state: 'invalid',
    reason: 'malformed',
  });
});
it('a browser that cannot calculate does not condemn what the server could read', () => {
  expect(verdictOf(server, { valid: false, reason: 'malformed' })).toMatchObject({ state: 'valid', byBrowser: false });
});
