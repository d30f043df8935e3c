/** What the holder of a receipt's key sees of the result. */
import type { Program } from '../../program.ts';
import type { CertificateCheck, ResultView } from './protocol.ts';
import { verifyCertificate } from '../../../scoring/certificates/verify.ts';
import { toEpochMs, toInstant } from '../../../storage/document/instant.ts';
import type { PartResult as StoredPart } from '../../../scoring/results/result.ts';
import type { JSONWebKeySet } from 'jose';

/** Days in which an oral result is promised; a demonstration value. */
const promisedDays = 14;

function partView({
  part,
  scale,
  standardError,
  level,
  atLimit,
  score,
  max,
  criteria,
}: StoredPart): NonNullable<ResultView['parts']>[number] {
  return {
    part,
    ...(scale === undefined ? {} : { scale }),
    ...(standardError === undefined ? {} : { standardError }),
    ...(level === undefined ? {} : { level }),
    ...(atLimit === true ? { atLimit } : {}),
    ...(score === undefined ? {} : { score }),
    ...(max === undefined ? {} : { max }),
    ...(criteria === undefined ? {} : { criteria: { ...criteria } }),
  };
}

export async function resultView(program: Program, key: string): Promise<ResultView | undefined> {
  const found = await program.results.byKey(key);
  if (found === undefined) return undefined;
  const { id, session, result } = found;
  const { registration, closed, admittedAt } = session.state;
  const day = (admittedAt ?? program.now()).slice(0, 10);
  const common = {
    reference: registration.reference,
    test: registration.test,
    candidateName: registration.candidateName,
    testDate: day,
    synthetic: registration.synthetic,
    contactLanguage: registration.contactLanguage,
  };
  const released = result.state?.released;
  if (released === undefined) {
    const promised = toInstant(toEpochMs(closed?.at ?? program.now()) + promisedDays * 24 * 3_600_000).slice(0, 10);
    return {
      state: closed === undefined ? 'in-progress' : 'waiting-for-rating',
      ...common,
      ...(registration.test === 'mo' ? {} : { expectedBy: promised }),
      ...(result.state?.provisional === undefined ? {} : { parts: result.state.provisional.map(partView) }),
    };
  }
  const { outcome, level, scale, required, score, max, conditions, parts, regime } = released.result;
  const credential = (await program.certificates.get(id))?.value.credential;
  return {
    state: 'released',
    ...common,
    outcome,
    conditions: conditions.map((condition) => ({ ...condition })),
    parts: parts.map(partView),
    regime: { ...regime, title: { ...regime.title } },
    ...(level === undefined ? {} : { level }),
    ...(scale === undefined ? {} : { scale }),
    ...(required === undefined ? {} : { requiredLevel: required }),
    ...(score === undefined ? {} : { score }),
    ...(max === undefined ? {} : { max }),
    ...(credential === undefined ? {} : { credential }),
  };
}

export async function certificateCheck(
  program: Program,
  jwks: JSONWebKeySet,
  credential: string,
): Promise<CertificateCheck> {
  const verified = await verifyCertificate(credential, { jwks, at: new Date(toEpochMs(program.now())) });
  if (!verified.valid) return { valid: false, reason: verified.reason };
  const { issuer, holder, achievement, level, issuedAt, synthetic } = verified;
  return { valid: true, issuer, holder, achievement, issuedAt, synthetic, ...(level === undefined ? {} : { level }) };
}
