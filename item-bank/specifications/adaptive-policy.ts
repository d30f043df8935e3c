import { z } from 'zod';
import type { AdaptivePolicy } from '../../engine/adaptive/policy.ts';

/** The policy of an adaptive part as data; `engine/adaptive` gives every member its meaning. */
export const AdaptivePolicySchema = z.strictObject({
  startTheta: z.number(),
  /** Prior and grid of the interim EAP. */
  prior: z.strictObject({ mean: z.number(), sd: z.number().positive() }),
  grid: z.strictObject({ points: z.int().min(11), lower: z.number(), upper: z.number() }),
  selection: z.strictObject({
    rule: z.enum(['maximum-information', 'posterior-information']),
    randomesque: z.int().positive(),
  }),
  /** The cut on which most depends: items and length are spent there. */
  decisiveCut: z
    .strictObject({
      theta: z.number(),
      emphasis: z.strictObject({ weight: z.number().nonnegative(), width: z.number().positive() }),
      undecided: z.number().nonnegative(),
      spare: z.strictObject({ distance: z.number().nonnegative(), randomesque: z.int().positive() }),
    })
    .optional(),
  /** Wanted shares of a content attribute among the scored items, and how strongly a missing share pulls. */
  content: z
    .strictObject({
      attribute: z.string(),
      targets: z.record(z.string(), z.number().min(0).max(1)),
      weight: z.number().nonnegative(),
    })
    .optional(),
  minimumItems: z.int().positive(),
  maximumItems: z.int().positive(),
  /** Stop when the SE of the interim estimate is at most this, after minimumItems. */
  standardError: z.number().positive(),
  /** Positions (1-based, among all presented) of unscored pretest items. */
  pretestPositions: z.array(z.int().positive()),
}) satisfies z.ZodType<AdaptivePolicy>;
