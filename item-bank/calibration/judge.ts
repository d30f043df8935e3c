/** The verdict on an item's new parameters, with its reasons. Pure. */
import { z } from 'zod';
import { ItemParameterRow } from '../releases/release.ts';

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
/** What a release holds of the item. */
export const OldParameters = ItemParameterRow.pick({ slope: true, difficulty: true, lower: true, origin: true });
export type OldParameters = z.infer<typeof OldParameters>;
export const ItemFit = z.strictObject({ infit: z.number(), outfit: z.number(), rmsd: z.number() });
export type ItemFit = z.infer<typeof ItemFit>;

export interface ItemEvidence {
  readonly estimate: ItemEstimate;
  readonly old?: OldParameters | undefined;
  readonly responses: number;
  /** Absent: there is none that is finite. */
  readonly fit?: ItemFit | undefined;
}
/** What only a whole calibration can say of an item. */
export interface ReportEvidence {
  /** Absent where the parameters were known beforehand. */
  readonly slope?: number | undefined;
  /** Responses in the rarest category. */
  readonly rarest: number;
  /** Of complete forms. */
  readonly itemRest?: number | undefined;
  /** S-X² says that the curve is not the item's. */
  readonly isScoreMisfit: boolean;
}

/**
 * Bounds by custom, not by law: a person decides. Responses and standard error: Linacre (1994); responses in a
 * category: Linacre (2002); mean squares: Wright & Linacre (1994); RMSD: PISA 2018.
 */
export const lightBounds = {
  responses: 100,
  perCategory: 10,
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
  itemRest: 0.1,
} as const;
const outside = (value: number, [low, high]: readonly [number, number]): boolean => value < low || value > high;

/** Reasons to drop an item's new parameters first, then reasons to look at them. */
export function appraise({ estimate, old, responses, fit }: ItemEvidence): ItemVerdict {
  if (fit === undefined) return { light: 'drop', reasons: ['gross-misfit'] };
  const { slope, difficulty, difficultyStandardError: error } = estimate;
  const drop: LightReason[] = [];
  if (error === undefined) drop.push('no-standard-error');
  if (slope <= lightBounds.leastSlope) drop.push('no-discrimination');
  if (fit.outfit > lightBounds.grossOutfit || fit.rmsd > lightBounds.grossRmsd) drop.push('gross-misfit');
  if (drop.length > 0) return { light: 'drop', reasons: drop };
  const look: LightReason[] = [];
  if (responses < lightBounds.responses) look.push('few');
  if ((error ?? 0) > lightBounds.standardError) look.push('imprecise');
  if (outside(fit.infit, lightBounds.infit) || outside(fit.outfit, lightBounds.outfit) || fit.rmsd > lightBounds.rmsd)
    look.push('misfit');
  if (outside(slope, lightBounds.slope)) look.push('slope');
  if (Math.abs(difficulty) > lightBounds.difficulty) look.push('extreme');
  if (
    old?.origin === 'calibrated' &&
    Math.abs(difficulty - old.difficulty) > Math.max(lightBounds.moved, 2 * (error ?? 0))
  )
    look.push('moved');
  return { light: look.length > 0 ? 'look' : 'keep', reasons: look };
}

/** The same, with what a report knows besides. */
export function appraiseInReport(
  evidence: ItemEvidence,
  { slope, rarest, itemRest, isScoreMisfit }: ReportEvidence,
): ItemVerdict {
  const { light, reasons } = appraise(evidence);
  const drop: LightReason[] = slope !== undefined && slope <= 0 ? ['negative-slope'] : [];
  const look: LightReason[] = [];
  if (rarest < lightBounds.perCategory) look.push('few-per-category');
  if (isScoreMisfit) look.push('score-misfit');
  if (itemRest !== undefined && itemRest < lightBounds.itemRest) look.push('low-item-rest');
  return {
    light: drop.length > 0 || light === 'drop' ? 'drop' : look.length > 0 ? 'look' : light,
    reasons: [...drop, ...reasons, ...look],
  };
}

/** Responses that are missing until the bounds for count, standard error and rarest category are met. */
export function moreResponses(responses: number, rarest: number, error: number | undefined): number {
  const forError =
    error === undefined || !Number.isFinite(error)
      ? 0
      : Math.ceil(responses * (error / lightBounds.standardError) ** 2);
  const forCategory = rarest > 0 ? Math.ceil((responses * lightBounds.perCategory) / rarest) : 2 * responses;
  return Math.max(0, lightBounds.responses - responses, forError - responses, forCategory - responses);
}
