/**
 * Issues the certificate of a released result, once. None is issued for a fail, below the lowest level, or without a
 * decision.
 */
import { type Collection, type CollectionDefinition, DuplicateKey } from '../../storage/port.ts';
import type { Instant } from '../../storage/document/instant.ts';
import type { ResultContent } from '../results/result.ts';
import { type Certificate, type Sign, signCertificate } from './sign.ts';

export interface Issued {
  readonly credential: string;
  readonly issuedAt: Instant;
}
export const certificates: CollectionDefinition<Issued, never> = {
  name: 'certificates',
  indexes: {},
  sealed: true,
};
export type Certificates = Collection<Issued, never>;

export interface CertificateFacts {
  readonly id: string;
  readonly issuer: string;
  readonly issuerName: string;
  readonly holder: { readonly name: string; readonly birthDate: string };
  readonly result: ResultContent;
  readonly releasedAt: Instant;
  readonly synthetic: boolean;
}

/** Undefined when the result earns none. */
export function certificateOf({
  id,
  issuer,
  issuerName,
  holder,
  result,
  releasedAt,
  synthetic,
}: CertificateFacts): Certificate | undefined {
  const common = {
    id,
    issuer,
    issuerName,
    holder,
    test: result.test,
    testDate: result.testDate,
    issuedAt: releasedAt,
    regime: { id: result.regime.id, title: result.regime.title['nl'] ?? result.regime.id },
    synthetic,
  };
  if (result.outcome === 'void') return undefined;
  if (result.test === 'mo')
    return result.outcome === 'pass'
      ? { ...common, score: { score: result.score ?? 0, max: result.max ?? 0 } }
      : undefined;
  if (result.level === undefined) return undefined;
  return {
    ...common,
    level: {
      reached: result.level,
      required: result.required ?? '',
      isMet: result.outcome === 'pass',
      scale: result.scale ?? 0,
      standardError: result.standardError ?? 0,
    },
  };
}

/** Idempotent: the first certificate of a result stays the only one. */
export async function issueCertificate(
  all: Certificates,
  tenant: string,
  facts: CertificateFacts,
  sign: Sign,
): Promise<string | undefined> {
  const key = { tenant, id: facts.id };
  const known = await all.get(key);
  if (known !== undefined) return known.value.credential;
  const certificate = certificateOf(facts);
  if (certificate === undefined) return undefined;
  const credential = await signCertificate(certificate, sign);
  try {
    await all.insert(key, { credential, issuedAt: facts.releasedAt });
  } catch (error) {
    if (!(error instanceof DuplicateKey)) throw error;
    return (await all.get(key))?.value.credential;
  }
  return credential;
}
