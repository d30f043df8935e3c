import type { ItemSpec } from 'itemresponsetheory';
import { z } from 'zod';
import { ItemVersion } from '../items/item.ts';

/** Parameters of one item on the release's scale (logistic metric, D = 1) with their standing. */
export const ItemParameterRow = z.strictObject({
  id: z.string(),
  model: z.literal('logistic'),
  slope: z.number().positive(),
  difficulty: z.number(),
  /** Chance of a right answer far below the item's difficulty (3PL); absent = 0. */
  lower: z.number().min(0).lt(1).optional(),
  /** Sympson–Hetter K, frozen with the release; 1 = no control. */
  exposure: z.number().min(0).max(1),
  /** Where the numbers come from; the demonstration has expert guesses only. */
  origin: z.enum(['expert-guess', 'calibrated']),
  standardError: z.number().nonnegative().optional(),
});
export type ItemParameterRow = z.infer<typeof ItemParameterRow>;

export type LogisticSpec = Extract<ItemSpec, { readonly model: 'logistic' }>;
/** The row's curve, as the engine computes with it. */
export const specOf = ({
  id,
  slope,
  difficulty,
  lower,
}: Pick<ItemParameterRow, 'id' | 'slope' | 'difficulty' | 'lower'>): LogisticSpec => ({
  model: 'logistic',
  id,
  slope,
  difficulty,
  ...(lower === undefined ? {} : { lower }),
});

/** Models of items that are right or wrong, as all of a bank's choice items are. */
export const BankModel = z.enum(['rasch', '1pl', '2pl', '3pl']);
export type BankModel = z.infer<typeof BankModel>;

/** Where a release's new parameters come from: who put them in the place of which others, on what grounds. */
export const Recalibration = z.strictObject({
  /** The release that this one is made of. */
  base: z.string(),
  job: z.string(),
  model: BankModel,
  anchors: z.enum(['fixed', 'linked', 'none']),
  by: z.string(),
  reason: z.string(),
  /** Items whose parameters were replaced. */
  replaced: z.array(z.string()).min(1),
});
export type Recalibration = z.infer<typeof Recalibration>;

/** An immutable snapshot of the bank: items with parameters on one scale. */
export const Release = z.strictObject({
  id: z.string(),
  /** e.g. nt2-listening, nt2-speaking, mo */
  bank: z.string(),
  createdAt: z.iso.datetime(),
  synthetic: z.boolean(),
  items: z.array(ItemVersion),
  /** For choice items that an adaptive part uses or statistics show. */
  parameters: z.array(ItemParameterRow),
  /** Of a release made by a calibration. It comes into force only when a designer says so. */
  recalibration: Recalibration.optional(),
});
export type Release = z.infer<typeof Release>;
