import { z } from 'zod';
import { Language } from '../items/item.ts';
import { AdaptivePolicy } from './adaptive-policy.ts';

/** Listening: items chosen one by one by the engine under a policy. */
export const AdaptivePart = z.strictObject({
  kind: z.literal('adaptive'),
  id: z.literal('listening'),
  policy: AdaptivePolicy,
  /** Plays of the stimulus; question and options replay freely. */
  plays: z.int().positive(),
  /**
   * Time for one item, from its presentation, ms. Nothing advances by itself: when it is over the item takes no more
   * answers.
   */
  itemLimitMs: z.int().positive(),
});

/** Speaking: one prompt for each task, drawn by the session's seed. */
export const SpeakingPart = z.strictObject({
  kind: z.literal('speaking'),
  id: z.literal('speaking'),
  tasks: z.array(z.string()).min(2).max(5),
});

/** A linear-on-the-fly form: one item for each slot of the blueprint, free movement, review before submitting. */
export const LinearPart = z.strictObject({
  kind: z.literal('linear'),
  id: z.literal('mo'),
  slots: z.array(z.strictObject({ id: z.string(), part: z.enum(['values', 'practical']) })).min(1),
  /** Unscored items mixed in. */
  pretest: z.int().nonnegative(),
  limitMs: z.int().positive(),
});

export const Part = z.discriminatedUnion('kind', [AdaptivePart, SpeakingPart, LinearPart]);
export type Part = z.infer<typeof Part>;
export type AdaptivePart = z.infer<typeof AdaptivePart>;
export type SpeakingPart = z.infer<typeof SpeakingPart>;
export type LinearPart = z.infer<typeof LinearPart>;

/** The definition of a test; versioned, immutable once published. */
export const Specification = z.strictObject({
  id: z.enum(['nt2-oral', 'mo']),
  version: z.int().positive(),
  title: z.record(z.string(), z.string()),
  /** Banks whose newest release a registration pins. */
  banks: z.array(z.string()).min(1),
  /** Languages the scored content can be taken in. */
  languages: z.array(Language).min(1),
  /** Ids of practice items, in order; a speaking item is the last. */
  practice: z.array(z.string()),
  parts: z.array(Part).min(1),
  synthetic: z.boolean(),
});
export type Specification = z.infer<typeof Specification>;
export type SpecificationId = Specification['id'];
