/** New parameters for the items of a bank, as the bank keeps them and the designer sees them. */
import { z } from 'zod';
import { ItemEstimate, ItemFit, Light, LightReason, OldParameters } from './judge.ts';

export const RecalibratedItem = z.strictObject({
  id: z.string(),
  /** Of the base; absent for an item that has none. */
  old: OldParameters.optional(),
  /** Absent where nothing could be estimated. */
  estimate: ItemEstimate.optional(),
  responses: z.int(),
  right: z.int(),
  fit: ItemFit.optional(),
  light: Light,
  reasons: z.array(LightReason),
  /** Kept its parameters and carried the scale: nothing of it is new. */
  isFixed: z.literal(true).optional(),
  /** Carried the scale: its parameters were kept, or the new scale was linked by it. Absent in older calibrations. */
  isAnchor: z.literal(true).optional(),
});
export type RecalibratedItem = z.infer<typeof RecalibratedItem>;
export const Recalibrated = z.strictObject({
  persons: z.int(),
  converged: z.boolean(),
  cycles: z.int(),
  logLikelihood: z.number(),
  largestChange: z.number(),
  /** θ(release) = slope·θ(new) + shift; 1 and 0 without anchors. `items` that linked. */
  link: z.strictObject({ items: z.int(), slope: z.number(), shift: z.number() }).optional(),
  items: z.array(RecalibratedItem),
});
export type Recalibrated = z.infer<typeof Recalibrated>;
