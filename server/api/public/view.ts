/** What the holder of a receipt's key sees of the result, and anyone of a certificate. */
import type { JSONWebKeySet } from 'jose';
import { defined } from '../../../storage/document/defined.ts';
import { type Instant, toEpochMs } from '../../../storage/document/instant.ts';
import type { Anchor } from '../../../storage/journal/checkpoint.ts';
import type { RegisteredPersons } from '../../../delivery/sessions/personal.ts';
import type { Sessions } from '../../../delivery/sessions/run.ts';
import type { Certificates } from '../../../scoring/certificates/issue.ts';
import { type WithdrawnCertificates, withdrawalOf } from '../../../scoring/certificates/status.ts';
import { type Regime, regimeAt, regimeById } from '../../../scoring/regimes/regime.ts';
import { reportingScale } from '../../../scoring/regimes/reporting-scale.ts';
import { verifyCertificate } from '../../../scoring/certificates/verify.ts';
import type { PartResult as StoredPart, ResultContent } from '../../../scoring/results/result.ts';
import { promisedAt } from '../../../scoring/results/promise.ts';
import type { Results } from '../../../scoring/results/run.ts';
import type { CertificateCheck, ResultView } from './protocol.ts';

export interface ResultViewPorts {
  readonly results: Pick<Results, 'byKey'>;
  readonly sessions: Pick<Sessions, 'pinnedTest'>;
  readonly persons: Pick<RegisteredPersons, 'of'>;
  readonly regimes: readonly Regime[];
  readonly certificates: Certificates;
  readonly now: () => Instant;
  readonly newestCheckpoint: () => Promise<Anchor | undefined>;
}

const partView = ({
  part,
  scale,
  standardError,
  level,
  atLimit,
  score,
  max,
  criteria,
}: StoredPart): NonNullable<ResultView['parts']>[number] => ({
  part,
  ...defined({ scale, standardError, level, score, max }),
  ...(atLimit === true ? { atLimit } : {}),
  ...(criteria === undefined ? {} : { criteria: { ...criteria } }),
});

/** Undefined for a key that nobody has, and for that of a person who was erased. */
export async function resultView(ports: ResultViewPorts, key: string): Promise<ResultView | undefined> {
  const found = await ports.results.byKey(key);
  if (found === undefined) return undefined;
  const { id, session, result } = found;
  const { terms, closed, admittedAt } = session.state;
  const person = await ports.persons.of(id.tenant, terms);
  if (person === undefined) return undefined;
  const day = (admittedAt ?? ports.now()).slice(0, 10);
  const { specification } = ports.sessions.pinnedTest(session.state);
  const { released, annulled, provisional } = result.state ?? {};
  const { regime: family } = specification;
  const scale = reportingScale(
    released === undefined
      ? regimeAt(family, day, ports.regimes)
      : regimeById(family, released.result.regime.id, ports.regimes),
  );
  const common = {
    reference: terms.reference,
    test: terms.test,
    title: specification.title,
    ...(scale === undefined ? {} : { reportingScale: { ...scale, levels: [...scale.levels] } }),
    candidateName: person.name,
    testDate: day,
    synthetic: terms.synthetic,
    contactLanguage: terms.contactLanguage,
    ...defined({ checkpoint: await ports.newestCheckpoint() }),
  };
  if (annulled !== undefined) return { state: 'annulled', ...common };
  if (released === undefined) {
    const isRated = specification.parts.some(({ kind }) => kind === 'speaking');
    return {
      state: closed === undefined ? 'in-progress' : 'waiting-for-rating',
      ...common,
      ...(isRated ? { expectedBy: promisedAt(closed?.at ?? ports.now()).slice(0, 10) } : {}),
      ...defined({ parts: provisional?.map(partView) }),
    };
  }
  const credential = (await ports.certificates.get(id))?.value.credential;
  return { state: 'released', ...common, ...contentView(released.result), ...defined({ credential }) };
}

/** Scores and the decision; nothing of how they were computed. */
const contentView = (content: ResultContent) => {
  const { outcome, level, scale, required, score, max, conditions, parts, regime } = content;
  return {
    outcome,
    conditions: conditions.map((condition) => ({ ...condition })),
    parts: parts.map(partView),
    regime: { ...regime, title: { ...regime.title } },
    ...defined({ level, scale, requiredLevel: required, score, max }),
  };
};

export interface CertificateCheckPorts {
  readonly withdrawn: WithdrawnCertificates;
  readonly jwks: () => Promise<JSONWebKeySet>;
  readonly now: () => Instant;
}

/** Genuine, and not taken back since. */
export async function certificateCheck(ports: CertificateCheckPorts, credential: string): Promise<CertificateCheck> {
  const at = new Date(toEpochMs(ports.now()));
  const verified = await verifyCertificate(credential, { jwks: await ports.jwks(), at });
  if (!verified.valid) return { valid: false, reason: verified.reason };
  const withdrawal = await withdrawalOf(ports.withdrawn, verified.id);
  if (withdrawal !== undefined) return { valid: false, reason: withdrawal.why };
  const { issuer, holder, achievement, level, issuedAt, synthetic } = verified;
  return { valid: true, issuer, holder, achievement, issuedAt, synthetic, ...defined({ level }) };
}
