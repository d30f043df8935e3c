/**
 * Checks a certificate with nothing but the issuer's published keys: for servers, browsers and strangers alike. Imports nothing of
 * ours. The algorithms and the type are pinned; what is not exactly a certificate is invalid, with a reason.
 */
import { type JSONWebKeySet, createLocalJWKSet, errors, jwtVerify } from 'jose';

export interface VerifiedCertificate {
  readonly valid: true;
  readonly id: string; readonly issuer: string; readonly holder: string; readonly achievement: string; readonly level: string | undefined; readonly issuedAt: string; readonly synthetic: boolean;
}
export type InvalidReason = 'malformed' | 'signature' | 'unknown-key' | 'expired' | 'not-a-certificate' | 'other-issuer';
export type CertificateVerification = VerifiedCertificate | { readonly valid: false; readonly reason: InvalidReason };

export interface VerifyOptions { readonly jwks: JSONWebKeySet; /** When given, the only issuer that is accepted. */ readonly issuer?: string; readonly at: Date }

const algorithms = ['EdDSA', 'ES256'];

export async function verifyCertificate(credential: string, { jwks, issuer, at }: VerifyOptions): Promise<CertificateVerification> {
  try {
    const { payload } = await jwtVerify(credential.trim(), createLocalJWKSet(jwks), { algorithms, typ: 'vc+jwt', currentDate: at });
    const read = contentOf(payload);
    if (read === undefined) return { valid: false, reason: 'not-a-certificate' };
    return issuer !== undefined && read.issuer !== issuer ? { valid: false, reason: 'other-issuer' } : read;
  } catch (error) {
    return { valid: false, reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): InvalidReason {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) return 'unknown-key';
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JOSEAlgNotAllowed) return 'signature';
  if (error instanceof errors.JWTClaimValidationFailed) return 'not-a-certificate';
  return 'malformed';
}

type Members = Readonly<Record<string, unknown>>;
const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);
const member = (value: unknown, ...path: readonly string[]): unknown => path.reduce<unknown>((at, name) => (isMembers(at) ? at[name] : undefined), value);
const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const includes = (value: unknown, wanted: string): boolean => Array.isArray(value) && value.includes(wanted);

/** A W3C credential of the Open Badges shape that says of one person one achievement. */
function contentOf(payload: unknown): VerifiedCertificate | undefined {
  const types = member(payload, 'type');
  if (!includes(types, 'VerifiableCredential') || !includes(types, 'OpenBadgeCredential')) return undefined;
  const [id, issuer, issuedAt] = [text(member(payload, 'id')), text(member(payload, 'issuer', 'id')), text(member(payload, 'validFrom'))];
  const subject = member(payload, 'credentialSubject');
  const [holder, achievement] = [text(member(first(member(subject, 'identifier')), 'identityHash')), text(member(subject, 'achievement', 'name'))];
  if (id === undefined || issuer === undefined || issuedAt === undefined || holder === undefined || achievement === undefined) return undefined;
  return { valid: true, id, issuer, holder, achievement, issuedAt, level: text(member(first(member(subject, 'result')), 'achievedLevel')), synthetic: member(subject, 'achievement', 'synthetic') === true };
}
