/** What the server says of a certificate and what this browser found itself, as one answer. */
import type { CertificateVerification } from '../../scoring/certificates/verify.ts';
import type { CertificateCheck } from '../../server/api/public/protocol.ts';

export type CheckedFacts = Pick<
  CertificateCheck,
  'issuer' | 'holder' | 'achievement' | 'level' | 'issuedAt' | 'synthetic'
> & {
  readonly isRequiredLevelMet?: boolean | undefined;
};
export type CheckVerdict =
  | { readonly state: 'valid'; readonly facts: CheckedFacts; readonly byServer: boolean; readonly byBrowser: boolean }
  | { readonly state: 'invalid'; readonly reason: string }
  /** Nobody could look. */
  | { readonly state: 'unknown' };

/**
 * Either of the two may be missing, and either may refuse. A browser that cannot do the mathematics (no secure page, no
 * Ed25519) finds everything malformed: beside a server that read the certificate, that is no word against it.
 */
export function verdictOf(
  server: CertificateCheck | undefined,
  browser: CertificateVerification | undefined,
): CheckVerdict {
  const own =
    browser?.valid === false && browser.reason === 'malformed' && server?.valid === true ? undefined : browser;
  if (server?.valid === false) return { state: 'invalid', reason: server.reason ?? 'signature' };
  if (own?.valid === false) return { state: 'invalid', reason: own.reason };
  const facts = server ?? own;
  if (facts === undefined) return { state: 'unknown' };
  return {
    state: 'valid',
    facts: { ...facts, isRequiredLevelMet: own?.isRequiredLevelMet },
    byServer: server !== undefined,
    byBrowser: own !== undefined,
  };
}
