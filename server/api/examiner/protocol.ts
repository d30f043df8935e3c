/**
 * The examiner: `/api/v1/examiner/…` (staff cookie, role examiner). Nobody here learns who the candidate is.
 *   GET  queue                       -> Queue
 *   POST claims                      -> Claim | 204 when nothing waits (atomic, with a lease)
 *   GET  claims/current              -> Claim | 204
 *   POST claims/:performance/renew   -> {leaseUntil}
 *   POST claims/:performance/release -> 204
 *   GET  claims/:performance/turns/:n/audio -> the recording (supports Range)
 *   GET  claims/:performance/turns/:n/prompt -> the prompt's audio
 *   POST claims/:performance/rating  Rating -> 204 | 409 problem `lease-lost`
 */
import { z } from 'zod';
import { Criterion } from '../../../item-bank/items/item.ts';

export const Queue = z.strictObject({
  waiting: z.int(),
  oldestAt: z.iso.datetime().optional(),
  ratedByMe: z.int(),
  /** Promised date of the oldest. */ dueAt: z.iso.datetime().optional(),
});
export type Queue = z.infer<typeof Queue>;

export const Claim = z.strictObject({
  /** A pseudonym of the performance; says nothing about the candidate. */
  performance: z.string(),
  task: z.string(),
  title: z.string(),
  lookFor: z.string(),
  criteria: z.array(Criterion),
  turns: z.array(
    z.strictObject({ n: z.int(), prompt: z.string(), durationMs: z.int().optional(), recorded: z.boolean() }),
  ),
  leaseUntil: z.iso.datetime(),
});
export type Claim = z.infer<typeof Claim>;

/**
 * 0–5 on a criterion, or NR: not ratable (technical fault, silence by fault, another language). NR is missing, never 0.
 */
export const Score = z.union([z.int().min(0).max(5), z.literal('NR')]);
export const Rating = z.strictObject({
  scores: z.partialRecord(Criterion, Score),
  remark: z.string().max(1000).optional(),
});
export type Rating = z.infer<typeof Rating>;
