/**
 * Checks a certificate with nothing but the issuer's published keys: for servers, browsers and strangers alike. Imports
 * nothing of ours. The algorithms and the type are pinned; what is not exactly a certificate is invalid, with a reason.
 */
import { type JSONWebKeySet, base64url, createLocalJWKSet, errors, jwtVerify } from 'jose';

export interface VerifiedCertificate {
  readonly valid: true;
  readonly id: string;
  readonly issuer: string;
  readonly holder: string;
  readonly achievement: string;
  readonly level: string | undefined;
  /** Whether the level reached is the required one; undefined where no level is required. */
  readonly isRequiredLevelMet: boolean | undefined;
  readonly testDate: string | undefined;
  readonly issuedAt: string;
  readonly synthetic: boolean;
}
export type InvalidReason =
  'malformed' | 'signature' | 'unknown-key' | 'expired' | 'not-yet-valid' | 'not-a-certificate' | 'other-issuer';
export type CertificateVerification = VerifiedCertificate | { readonly valid: false; readonly reason: InvalidReason };

export interface VerifyOptions {
  readonly jwks: JSONWebKeySet;
  /** When given, the only issuer that is accepted. */ readonly issuer?: string;
  readonly at: Date;
}

const algorithms = ['EdDSA', 'ES256'];
/** How far a reader's clock may be behind the issuer's, seconds. */
const clockToleranceSeconds = 300;

export async function verifyCertificate(
  credential: string,
  { jwks, issuer, at }: VerifyOptions,
): Promise<CertificateVerification> {
  try {
    // The text as it was issued, and no other that stands for the same bytes.
    if (!credential.trim().split('.').every(isCanonical)) return { valid: false, reason: 'malformed' };
    const { payload, protectedHeader } = await jwtVerify(credential.trim(), createLocalJWKSet(jwks), {
      algorithms,
      typ: 'vc+jwt',
      currentDate: at,
      clockTolerance: clockToleranceSeconds,
    });
    // Without a kid jose would try whatever key fits.
    if (protectedHeader.kid === undefined) return { valid: false, reason: 'unknown-key' };
    const read = contentOf(payload);
    if (read === undefined || payload.iss !== read.issuer) return { valid: false, reason: 'not-a-certificate' };
    if (issuer !== undefined && read.issuer !== issuer) return { valid: false, reason: 'other-issuer' };
    const reason = outsideValidity(payload, at);
    return reason === undefined ? read : { valid: false, reason };
  } catch (error) {
    return { valid: false, reason: reasonOf(error) };
  }
}

/** base64url in its one right form: the last character's spare bits are zero, and nothing stands between. */
const isCanonical = (part: string): boolean => base64url.encode(base64url.decode(part)) === part;

/** The credential's own dates, beside `nbf` and `exp` which are the signature's. */
function outsideValidity(payload: unknown, at: Date): InvalidReason | undefined {
  const [from, until] = [member(payload, 'validFrom'), member(payload, 'validUntil')];
  const [fromMs, untilMs] = [
    Date.parse(text(from) ?? ''),
    until === undefined ? Infinity : Date.parse(text(until) ?? ''),
  ];
  if (Number.isNaN(fromMs) || Number.isNaN(untilMs)) return 'not-a-certificate';
  if (fromMs > at.getTime() + clockToleranceSeconds * 1000) return 'not-yet-valid';
  return untilMs < at.getTime() ? 'expired' : undefined;
}

function reasonOf(error: unknown): InvalidReason {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return 'unknown-key';
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JOSEAlgNotAllowed)
    return 'signature';
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.claim === 'nbf' ? 'not-yet-valid' : 'not-a-certificate';
  return 'malformed';
}

type Members = Readonly<Record<string, unknown>>;
const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const member = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((at, name) => (isMembers(at) ? at[name] : undefined), value);
const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const includes = (value: unknown, wanted: string): boolean => Array.isArray(value) && value.includes(wanted);

/** A W3C credential of the Open Badges shape that says of one person one achievement. */
function contentOf(payload: unknown): VerifiedCertificate | undefined {
  const types = member(payload, 'type');
  if (!includes(types, 'VerifiableCredential') || !includes(types, 'OpenBadgeCredential')) return undefined;
  const [id, issuer, issuedAt] = [
    text(member(payload, 'id')),
    text(member(payload, 'issuer', 'id')),
    text(member(payload, 'validFrom')),
  ];
  const subject = member(payload, 'credentialSubject');
  const [holder, achievement] = [
    text(member(first(member(subject, 'identifier')), 'identityHash')),
    text(member(subject, 'achievement', 'name')),
  ];
  if (
    id === undefined ||
    issuer === undefined ||
    issuedAt === undefined ||
    holder === undefined ||
    achievement === undefined
  )
    return undefined;
  return {
    valid: true,
    id,
    issuer,
    holder,
    achievement,
    issuedAt,
    ...levelOf(subject),
    testDate: text(member(subject, 'activityEndDate'))?.slice(0, 10),
    synthetic: member(subject, 'achievement', 'synthetic') === true,
  };
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Open Badges names a level by the id of its rubric's step, and a requirement by a result of its own. */
function levelOf(subject: unknown): Pick<VerifiedCertificate, 'level' | 'isRequiredLevelMet'> {
  const results = list(member(subject, 'result'));
  const achieved = results.map((one) => member(one, 'achievedLevel')).find((id) => id !== undefined);
  const steps = list(member(subject, 'achievement', 'resultDescription')).flatMap((description) =>
    list(member(description, 'rubricCriterionLevel')),
  );
  const level = text(
    member(
      steps.find((step) => achieved !== undefined && member(step, 'id') === achieved),
      'name',
    ),
  );
  const status =
    level === undefined ? undefined : results.map((one) => member(one, 'status')).find((one) => one !== undefined);
  return { level, isRequiredLevelMet: status === undefined ? undefined : status === 'Completed' };
}
