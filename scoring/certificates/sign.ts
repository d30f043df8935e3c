/**
 * A released result as a W3C Verifiable Credential 2.0 in the shape of Open Badges 3.0, signed as a JWT (VC-JOSE-COSE, `typ: vc+jwt`).
 * The signing key stays behind `sign`; this file makes the content.
 */
import { jsonObject, type JsonObject } from '../../storage/document/json.ts';
import type { Instant } from '../../storage/document/instant.ts';

export interface Certificate {
  /** Random, 128 bits and more. */
  readonly id: string;
  /** Address of the issuer; its keys are at /.well-known/jwks.json. */
  readonly issuer: string;
  readonly issuerName: string;
  readonly holder: { readonly name: string; readonly birthDate: string };
  readonly test: 'nt2-oral' | 'mo';
  readonly testDate: string;
  readonly issuedAt: Instant;
  /** NT2: the level reached, and whether it is the required one. */
  readonly level?: { readonly reached: string; readonly required: string; readonly isMet: boolean; readonly scale: number; readonly standardError: number };
  /** MO: the counted score. */
  readonly score?: { readonly score: number; readonly max: number };
  readonly regime: string;
  readonly synthetic: boolean;
}

export type Sign = (payload: string, header: { readonly typ: string; readonly cty: string }) => Promise<string>;

const cefr = 'Common European Framework of Reference for Languages';

function achievement({ issuer, test, level, synthetic }: Certificate): JsonObject {
  const levels = ['A1', 'A2', 'B1'].map((name) => ({ id: `${issuer}/levels/${name}`, type: ['RubricCriterionLevel'], name, level: name }));
  const isOral = test === 'nt2-oral';
  return {
    id: `${issuer}/achievements/${test}`, type: ['Achievement'], synthetic,
    name: isOral ? `Nederlands als tweede taal, mondeling ${level?.reached ?? ''}`.trim() : 'Maatschappelijke oriëntatie',
    description: isOral ? 'Listening and speaking in Dutch as a second language, on the CEFR scale.' : 'Test of social orientation, passed.',
    criteria: { narrative: isOral ? 'Adaptive listening test and rated speaking tasks.' : 'At least 70 % of the scored questions.' },
    resultDescription: [isOral
      ? { id: `${issuer}/results/level`, type: ['ResultDescription'], name: 'CEFR level', resultType: 'RubricCriterionLevel', rubricCriterionLevel: levels, requiredLevel: `${issuer}/levels/${level?.required ?? 'B1'}` }
      : { id: `${issuer}/results/score`, type: ['ResultDescription'], name: 'Score', resultType: 'RawScore', valueMin: '0' }],
    ...(isOral ? { alignment: [{ type: ['Alignment'], targetName: level?.reached ?? '', targetFramework: cefr, targetUrl: 'https://www.coe.int/en/web/common-european-framework-reference-languages', targetType: 'CTDL' }] } : {}),
  };
}

function result({ issuer, level, score }: Certificate): JsonObject[] {
  if (level !== undefined) return [{ type: ['Result'], resultDescription: `${issuer}/results/level`, achievedLevel: level.reached, value: String(level.scale), status: level.isMet ? 'Completed' : 'InProgress' }];
  return [{ type: ['Result'], resultDescription: `${issuer}/results/score`, value: `${score?.score ?? 0}/${score?.max ?? 0}`, status: 'Completed' }];
}

/** The credential, before it is signed. */
export function credentialOf(certificate: Certificate): JsonObject {
  const { id, issuer, issuerName, holder, issuedAt, testDate, regime, synthetic } = certificate;
  const made = achievement(certificate);
  return jsonObject({
    '@context': ['https://www.w3.org/ns/credentials/v2', 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'],
    id: `${issuer}/certificates/${id}`, type: ['VerifiableCredential', 'OpenBadgeCredential'], name: made['name'], iss: issuer, jti: id, iat: Math.floor(Date.parse(issuedAt) / 1000),
    issuer: { id: issuer, type: ['Profile'], name: issuerName }, validFrom: issuedAt,
    credentialSubject: {
      type: ['AchievementSubject'], achievement: made, result: result(certificate), activityEndDate: `${testDate}T00:00:00Z`,
      identifier: [
        { type: 'IdentityObject', identityType: 'name', hashed: false, identityHash: holder.name },
        { type: 'IdentityObject', identityType: 'ext:birthDate', hashed: false, identityHash: holder.birthDate },
      ],
    },
    evidence: [{ type: ['Evidence'], name: regime, narrative: synthetic ? 'DEMONSTRATION: synthetic person and items; gives no right.' : 'Result decided by the named regime.' }],
  });
}

export const signCertificate = (certificate: Certificate, sign: Sign): Promise<string> => sign(JSON.stringify(credentialOf(certificate)), { typ: 'vc+jwt', cty: 'vc' });
