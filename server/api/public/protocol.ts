/**
 * What anyone may see: `/api/v1/public/…`.
 *   GET  about               -> About
 *   POST result {key}        -> ResultView: the key on the candidate's receipt (in the body, never in an address)
 *   POST check {credential}  -> CertificateCheck: verifies a certificate against our published keys and status
 *   GET  /.well-known/jwks.json
 */
import { z } from 'zod';
import { Language } from '../../../item-bank/items/item.ts';
import { Anchor } from '../../../storage/journal/checkpoint.ts';

export const About = z.strictObject({
  name: z.string(),
  version: z.string(),
  demonstration: z.boolean(),
  engine: z.string(),
  languages: z.array(Language),
});
export type About = z.infer<typeof About>;

export const ResultRequest = z.strictObject({ key: z.string().min(1).max(64) });
export const PartResult = z.strictObject({
  /** `listening`, `speaking`, or a part of the form. */
  part: z.string(),
  /** Listening and speaking: reporting scale with its SE, and the level. */
  scale: z.number().optional(),
  standardError: z.number().optional(),
  level: z.string().optional(),
  /** The estimate lies at or beyond the end of the scale. */
  atLimit: z.boolean().optional(),
  score: z.int().optional(),
  max: z.int().optional(),
  /** Speaking: mean category of each criterion, 0–5. */
  criteria: z.record(z.string(), z.number()).optional(),
});
export const ResultView = z.strictObject({
  /** annulled: it was released once and counts no more. */
  state: z.enum(['in-progress', 'waiting-for-rating', 'released', 'annulled']),
  reference: z.string(),
  test: z.string(),
  /** The test's title by language. */
  title: z.record(z.string(), z.string()),
  candidateName: z.string(),
  testDate: z.iso.date(),
  synthetic: z.boolean(),
  contactLanguage: Language,
  expectedBy: z.iso.date().optional(),
  /** void: the session was not completed; no decision, and it does not count as an attempt. */
  outcome: z.enum(['pass', 'fail', 'void']).optional(),
  level: z.string().optional(),
  scale: z.number().optional(),
  requiredLevel: z.string().optional(),
  score: z.int().optional(),
  max: z.int().optional(),
  conditions: z
    .array(z.strictObject({ id: z.string(), met: z.boolean(), have: z.string(), need: z.string() }))
    .optional(),
  parts: z.array(PartResult).optional(),
  /** The reporting scale and where its levels begin, where the regime has one. */
  reportingScale: z
    .strictObject({
      lowest: z.number(),
      highest: z.number(),
      levels: z.array(z.strictObject({ name: z.string(), at: z.number() })),
    })
    .optional(),
  regime: z.strictObject({ id: z.string(), validFrom: z.string(), title: z.record(z.string(), z.string()) }).optional(),
  /** The newest signed checkpoint of the journal: whoever keeps it can have the record checked against it. */
  checkpoint: Anchor.optional(),
  /** The signed certificate (a JWT), where one was earned. */
  credential: z.string().optional(),
});
export type ResultView = z.infer<typeof ResultView>;

export const CheckRequest = z.strictObject({ credential: z.string().min(1).max(20_000) });
export const CertificateCheck = z.strictObject({
  valid: z.boolean(),
  /** Why not: signature, expired, unknown-key, malformed; superseded or revoked by the issuer. */
  reason: z.string().optional(),
  issuer: z.string().optional(),
  holder: z.string().optional(),
  achievement: z.string().optional(),
  level: z.string().optional(),
  issuedAt: z.string().optional(),
  synthetic: z.boolean().optional(),
});
export type CertificateCheck = z.infer<typeof CertificateCheck>;
