/**
 * The test designer: `/api/v1/designer/…` (staff cookie, role designer).
 *   GET banks                     -> BankSummary[]
 *   GET banks/:bank/items?after=  -> ItemPage (with parameters and live statistics)
 *   GET banks/:bank/items/:id     -> ItemDetail (text, key, rationale, SVG item characteristic curve)
 *   GET banks/:bank/media/:media  -> a clip or picture
 *   GET specifications            -> SpecificationView[]
 */
import { z } from 'zod';

export const BankSummary = z.strictObject({ bank: z.string(), release: z.string(), createdAt: z.iso.datetime(), operational: z.int(), pretest: z.int(), practice: z.int(), synthetic: z.boolean() });
export type BankSummary = z.infer<typeof BankSummary>;

export const ItemRow = z.strictObject({
  id: z.string(), version: z.int(), kind: z.enum(['choice', 'speaking']), use: z.enum(['operational', 'pretest', 'practice']),
  attributes: z.record(z.string(), z.string()), languages: z.array(z.string()),
  slope: z.number().optional(), difficulty: z.number().optional(), origin: z.enum(['expert-guess', 'calibrated']).optional(),
  /** Live: times given, answered, share right, mean interim θ of those who had it; absent while too few. */
  given: z.int(), answered: z.int(), right: z.int(),
  reviewBy: z.string().optional(),
});
export type ItemRow = z.infer<typeof ItemRow>;
export const ItemPage = z.strictObject({ items: z.array(ItemRow), total: z.int(), next: z.string().optional() });
export type ItemPage = z.infer<typeof ItemPage>;

export const ItemDetail = ItemRow.extend({
  texts: z.record(z.string(), z.strictObject({ stimulus: z.string().optional(), stem: z.string(), options: z.array(z.strictObject({ text: z.string(), picture: z.string().optional(), audio: z.string().optional() })), stimulusAudio: z.string().optional(), stemAudio: z.string().optional() })),
  key: z.int().optional(), rationale: z.string().optional(), source: z.string().optional(), lookFor: z.string().optional(),
  enemies: z.array(z.string()),
  /** SVG texts: characteristic curve and information. */
  curve: z.string().optional(),
});
export type ItemDetail = z.infer<typeof ItemDetail>;

export const SpecificationView = z.strictObject({
  id: z.string(), version: z.int(), title: z.record(z.string(), z.string()), synthetic: z.boolean(),
  parts: z.array(z.strictObject({ id: z.string(), kind: z.string(), facts: z.array(z.strictObject({ name: z.string(), value: z.string() })) })),
  /** Test information with the cuts, SVG. */
  information: z.string().optional(),
});
export type SpecificationView = z.infer<typeof SpecificationView>;
