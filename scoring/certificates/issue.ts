/**
 * Issues the certificate of a released result, once; replaces it by that of a correction; takes it back. None is issued
 * for a fail, below the lowest level, or without a decision.
 */
import { defined } from '../../storage/document/defined.ts';
import type { PersonCipher } from '../../storage/keys/person-cipher.ts';
import { PersonalCollection } from '../../storage/keys/personal-collection.ts';
import type { Collection, CollectionDefinition, Key, Storage } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';
import type { Instant } from '../../storage/document/instant.ts';
import type { ResultContent } from '../results/result.ts';
import { type Certificate, type Sign, signCertificate } from './sign.ts';
import { type WithdrawnCertificates, withdraw } from './status.ts';

/** What a result has, under the session's id. */
export interface IssuedCertificate {
  /** Whose, by the pseudonym. */
  readonly candidate: string;
  /** Absent when it was taken back and nothing took its place, and once the person was erased. */
  readonly credential?: string;
  readonly issuedAt: Instant;
  /** Where it took the place of another: its own id, and the version of the result that it shows. */
  readonly replacement?: { readonly id: string; readonly version: number };
}
export const certificates: CollectionDefinition<IssuedCertificate, 'candidate'> = {
  name: 'certificates',
  indexes: { candidate: { fields: ['candidate'] } },
  sealed: true,
};
export type Certificates = Collection<IssuedCertificate, 'candidate'>;

/** The credential names its holder: it is kept under that person's key. */
export const openCertificates = async (storage: Storage, cipher: PersonCipher): Promise<Certificates> =>
  new PersonalCollection(await storage.collection(certificates), 'credential', cipher);

export interface CertificateFacts {
  readonly id: string;
  readonly candidate: string;
  readonly issuer: string;
  readonly issuerName: string;
  readonly holder: { readonly name: string; readonly birthDate: string };
  readonly result: ResultContent;
  /** Names of the levels of the result's regime, ascending; none where answers are counted. */
  readonly levels: readonly string[];
  /** The test's titles by language. */
  readonly title: Readonly<Record<string, string>>;
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
  levels,
  title,
  releasedAt,
  synthetic,
}: CertificateFacts): Certificate | undefined {
  const common = {
    id,
    issuer,
    issuerName,
    holder,
    test: result.test,
    title: { nl: title['nl'] ?? result.test, en: title['en'] ?? title['nl'] ?? result.test },
    testDate: result.testDate,
    issuedAt: releasedAt,
    regime: { id: result.regime.id, title: result.regime.title['nl'] ?? result.regime.id },
    synthetic,
  };
  if (result.outcome === 'void') return undefined;
  const { score, max } = result;
  if (score !== undefined && max !== undefined)
    return result.outcome === 'pass' ? { ...common, score: { score, max } } : undefined;
  if (result.level === undefined) return undefined;
  return {
    ...common,
    level: {
      reached: result.level,
      required: result.required ?? '',
      isMet: result.outcome === 'pass',
      levels,
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
  const kept = await unlessRaced(
    all.insert(key, { candidate: facts.candidate, credential, issuedAt: facts.releasedAt }),
  );
  return kept === undefined ? (await all.get(key))?.value.credential : credential;
}

export interface Replacement {
  /** The result's session; the facts' id names the new certificate. */
  readonly key: Key;
  /** Version of the result with the correction. */
  readonly version: number;
  readonly facts: CertificateFacts;
}

/** The certificate of a corrected result takes the place of the one before, which counts no more. Idempotent. */
export async function replaceCertificate(
  all: Certificates,
  withdrawn: WithdrawnCertificates,
  { key, version, facts }: Replacement,
  sign: Sign,
): Promise<string | undefined> {
  const known = await all.get(key);
  if (known?.value.replacement !== undefined && known.value.replacement.version >= version)
    return known.value.credential;
  if (known !== undefined)
    await withdraw(withdrawn, idOf(known.id, known.value), { why: 'superseded', at: facts.releasedAt });
  const certificate = certificateOf(facts);
  const credential = certificate === undefined ? undefined : await signCertificate(certificate, sign);
  const { candidate, releasedAt: issuedAt } = facts;
  const issued = { candidate, ...defined({ credential }), issuedAt, replacement: { id: facts.id, version } };
  const kept = await unlessRaced(
    known === undefined ? all.insert(key, issued) : all.replace(known, known.revision, issued),
  );
  return kept === undefined ? (await all.get(key))?.value.credential : credential;
}

/** The certificate of an annulled result is revoked, and given out no more. Idempotent. */
export async function revokeCertificate(
  all: Certificates,
  withdrawn: WithdrawnCertificates,
  key: Key,
  at: Instant,
): Promise<void> {
  const known = await all.get(key);
  if (known === undefined) return;
  await withdraw(withdrawn, idOf(known.id, known.value), { why: 'revoked', at });
  const { credential: _credential, ...rest } = known.value;
  await unlessRaced(all.replace(known, known.revision, rest));
}

/** Id of the certificate that a result has now: the session's, but for a replacement. */
const idOf = (session: string, { replacement }: IssuedCertificate): string => replacement?.id ?? session;
