/**
 * How severe raters are, in logits: a result of measurement, dated and versioned as such, and no part of the law. It
 * moves every threshold of the criteria.
 */
import { z } from 'zod';
import severity1 from './severity.json' with { type: 'json' };

export const RaterSeverity = z.strictObject({
  version: z.int().positive(),
  validFrom: z.iso.date(),
  note: z.string(),
  severity: z.number(),
});
export type RaterSeverity = z.infer<typeof RaterSeverity>;

/** The one in use. */
export const raterSeverity: RaterSeverity = RaterSeverity.parse(severity1);
