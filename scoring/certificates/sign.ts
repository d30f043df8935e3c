/**
 * A released result as a W3C Verifiable Credential 2.0 in the shape of Open Badges 3.0, signed as a JWT (VC-JOSE-COSE,
 * `typ: vc+jwt`).
 * The signing key stays behind `sign`, which adds `alg` and `kid`; this file makes the content.
 */
import { jsonObject, type JsonObject } from '../../storage/document/json.ts';
import type { Instant } from '../../storage/document/instant.ts';
import { documentVoice } from '../../words/documents.ts';

export interface Certificate {
  /** Random, 128 bits and more. */
  readonly id: string;
  /** Address of the issuer; its keys are at /.well-known/jwks.json. */
  readonly issuer: string;
  readonly issuerName: string;
  readonly holder: { readonly name: string; readonly birthDate: string };
  readonly test: string;
  /** What was passed, where answers were counted: the test's title. */
  readonly title: { readonly nl: string; readonly en: string };
  readonly testDate: string;
  readonly issuedAt: Instant;
  /** Oral: the level reached, and whether it is the required one. */
  readonly level?: {
    readonly reached: string;
    readonly required: string;
    readonly isMet: boolean;
    /** Of the regime, ascending. */
    readonly levels: readonly string[];
    readonly scale: number;
    readonly standardError: number;
  };
  /** The counted score. */
  readonly score?: { readonly score: number; readonly max: number };
  readonly regime: { readonly id: string; readonly title: string };
  readonly synthetic: boolean;
}

/** Compact JWS of the payload; the header gets `alg` and `kid`. */
export type Sign = (payload: string, header: { readonly typ: string; readonly cty: string }) => Promise<string>;

export class BadCertificate extends Error {
  readonly code = 'bad-certificate';
  constructor(
    readonly field: string,
    value: string,
    rule: string,
  ) {
    super(`${field} is ${JSON.stringify(value)}: ${rule}`);
    this.name = 'BadCertificate';
  }
}

/** A test is called what the law calls it; what is explained to whoever checks it, in English. */
const [dutch, english] = [documentVoice('nl'), documentVoice('en')];

const cefr = {
  type: ['Alignment'],
  targetFramework: english('certificate.framework'),
  targetUrl: 'https://www.coe.int/en/web/common-european-framework-reference-languages',
};

type Shown = JsonObject;

function oralAchievement({ issuer }: Certificate, level: NonNullable<Certificate['level']>): Shown {
  const levels = level.levels.map((name) => ({
    id: `${issuer}/levels/${name}`,
    type: ['RubricCriterionLevel'],
    name,
    level: name,
  }));
  return {
    name: dutch('certificate.oral.name', { level: level.reached }),
    description: english('certificate.oral.description'),
    resultDescription: [
      {
        id: `${issuer}/results/level`,
        type: ['ResultDescription'],
        name: english('certificate.level'),
        resultType: 'RubricCriterionLevel',
        rubricCriterionLevel: levels,
        requiredLevel: `${issuer}/levels/${level.required}`,
      },
      {
        id: `${issuer}/results/scale`,
        type: ['ResultDescription'],
        name: english('certificate.scale'),
        resultType: 'ScaledScore',
      },
      {
        id: `${issuer}/results/requirement`,
        type: ['ResultDescription'],
        name: english('certificate.required', { level: level.required }),
        resultType: 'Status',
      },
    ],
    alignment: [
      {
        ...cefr,
        targetName: level.reached,
        targetDescription: english('certificate.reached', { level: level.reached }),
      },
    ],
  };
}
const oralResult = (
  issuer: string,
  { reached, isMet, scale, standardError }: NonNullable<Certificate['level']>,
): JsonObject[] => [
  { type: ['Result'], resultDescription: `${issuer}/results/level`, achievedLevel: `${issuer}/levels/${reached}` },
  {
    type: ['Result'],
    resultDescription: `${issuer}/results/scale`,
    value: String(scale),
    standardError: String(standardError),
  },
  { type: ['Result'], resultDescription: `${issuer}/results/requirement`, status: isMet ? 'Completed' : 'Failed' },
];

const countedAchievement = ({ issuer, title }: Certificate, { max }: NonNullable<Certificate['score']>): Shown => ({
  name: title.nl,
  description: english('certificate.counted.description', { title: title.en }),
  resultDescription: [
    {
      id: `${issuer}/results/score`,
      type: ['ResultDescription'],
      name: english('certificate.score'),
      resultType: 'RawScore',
      valueMin: '0',
      valueMax: String(max),
    },
  ],
});
const countedResult = (issuer: string, { score }: NonNullable<Certificate['score']>): JsonObject[] => [
  { type: ['Result'], resultDescription: `${issuer}/results/score`, value: String(score), status: 'Completed' },
];

/**
 * The credential, before it is signed. Throws BadCertificate when there is nothing to certify or the issuer has no
 * address.
 */
export function credentialOf(certificate: Certificate): JsonObject {
  const { id, issuer, issuerName, holder, issuedAt, testDate, regime, synthetic, test, level, score } = certificate;
  if (!/^https?:\/\/[^/]+/.test(issuer))
    throw new BadCertificate('issuer', issuer, 'must be the address of the installation');
  const [shown, result] =
    level !== undefined
      ? [oralAchievement(certificate, level), oralResult(issuer, level)]
      : score !== undefined
        ? [countedAchievement(certificate, score), countedResult(issuer, score)]
        : [];
  if (shown === undefined) throw new BadCertificate('level, score', '', 'one of them must be there');
  const address = `${issuer}/certificates/${id}`;
  return jsonObject({
    '@context': ['https://www.w3.org/ns/credentials/v2', 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'],
    id: address,
    type: ['VerifiableCredential', 'OpenBadgeCredential'],
    name: shown['name'],
    iss: issuer,
    jti: address,
    iat: Math.floor(Date.parse(issuedAt) / 1000),
    issuer: { id: issuer, type: ['Profile'], name: issuerName },
    validFrom: issuedAt,
    credentialSubject: {
      type: ['AchievementSubject'],
      result,
      activityEndDate: `${testDate}T00:00:00Z`,
      achievement: {
        id: `${issuer}/achievements/${test}`,
        type: ['Achievement'],
        synthetic,
        criteria: { narrative: `${regime.title} (${regime.id})` },
        ...shown,
      },
      identifier: [
        { type: 'IdentityObject', identityType: 'name', hashed: false, identityHash: holder.name },
        { type: 'IdentityObject', identityType: 'ext:birthDate', hashed: false, identityHash: holder.birthDate },
      ],
    },
    evidence: [
      {
        type: ['Evidence'],
        name: regime.id,
        narrative: english(synthetic ? 'certificate.synthetic' : 'certificate.decided'),
      },
    ],
  });
}

export const signCertificate = (certificate: Certificate, sign: Sign): Promise<string> =>
  sign(JSON.stringify(credentialOf(certificate)), { typ: 'vc+jwt', cty: 'vc' });
