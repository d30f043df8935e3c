/** The verdict on an item's new parameters, with its reasons. Pure. */
import { z } from 'zod';

export const LightReason = z.enum([
  'not-in-bank',
  'no-variance',
  'no-standard-error',
  'no-discrimination',
  'negative-slope',
  'gross-misfit',
  'few',
  'imprecise',
  'misfit',
  'slope',
  'extreme',
  'moved',
  'few-per-category',
  'score-misfit',
  'low-item-rest',
]);
export type LightReason = z.infer<typeof LightReason>;
export const Light = z.enum(['keep', 'look', 'drop']);
export type Light = z.infer<typeof Light>;
export interface ItemVerdict {
  readonly light: Light;
  readonly reasons: readonly LightReason[];
}

/** What is known of an item's estimates; a standard error is absent where none could be computed. */
export const ItemEstimate = z.strictObject({
  slope: z.number(),
  slopeStandardError: z.number().optional(),
  difficulty: z.number(),
  difficultyStandardError: z.number().optional(),
  /** 3PL. */ lower: z.number().optional(),
  lowerStandardError: z.number().optional(),
});
export type ItemEstimate = z.infer<typeof ItemEstimate>;
export const OldParameters = z.strictObject({
  slope: z.number(),
  difficulty: z.number(),
  lower: z.number().optional(),
  origin: z.enum(['expert-guess', 'calibrated']),
});
export type OldParameters = z.infer<typeof OldParameters>;
export const ItemFit = z.strictObject({ infit: z.number(), outfit: z.number(), rmsd: z.number() });
export type ItemFit = z.infer<typeof ItemFit>;

/** Absent fit: there is none that is finite. */
export interface ItemEvidence {
  readonly estimate: ItemEstimate;
  readonly old?: OldParameters | undefined;
  readonly responses: number;
  readonly fit?: ItemFit | undefined;
}

/**
 * Bounds by custom, not by law: a person decides. Responses and standard error: Linacre (1994); mean squares: Wright &
 * Linacre (1994); RMSD: PISA 2018.
 */
const bounds = {
  responses: 100,
  standardError: 0.3,
  infit: [0.7, 1.3],
  outfit: [0.5, 1.5],
  grossOutfit: 2,
  rmsd: 0.1,
  grossRmsd: 0.2,
  slope: [0.5, 3],
  leastSlope: 0.2,
  difficulty: 4,
  moved: 0.5,
} as const;
const outside = (value: number, [low, high]: readonly [number, number]): boolean => value < low || value > high;

/** Reasons to drop an item's new parameters first, then reasons to look at them. */
export function appraise({ estimate, old, responses, fit }: ItemEvidence): ItemVerdict {
  if (fit === undefined) return { light: 'drop', reasons: ['gross-misfit'] };
  const { slope, difficulty, difficultyStandardError: error } = estimate;
  const drop: LightReason[] = [];
  if (error === undefined) drop.push('no-standard-error');
  if (slope <= bounds.leastSlope) drop.push('no-discrimination');
  if (fit.outfit > bounds.grossOutfit || fit.rmsd > bounds.grossRmsd) drop.push('gross-misfit');
  if (drop.length > 0) return { light: 'drop', reasons: drop };
  const look: LightReason[] = [];
  if (responses < bounds.responses) look.push('few');
  if ((error ?? 0) > bounds.standardError) look.push('imprecise');
  if (outside(fit.infit, bounds.infit) || outside(fit.outfit, bounds.outfit) || fit.rmsd > bounds.rmsd)
    look.push('misfit');
  if (outside(slope, bounds.slope)) look.push('slope');
  if (Math.abs(difficulty) > bounds.difficulty) look.push('extreme');
  if (old?.origin === 'calibrated' && Math.abs(difficulty - old.difficulty) > Math.max(bounds.moved, 2 * (error ?? 0)))
    look.push('moved');
  return { light: look.length > 0 ? 'look' : 'keep', reasons: look };
}
