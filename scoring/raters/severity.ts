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

/** All that were ever in use: a result is recomputed with those it was decided with. */
const severities: readonly RaterSeverity[] = [severity1].map((data) => RaterSeverity.parse(data));

export class UnknownSeverity extends Error {
  readonly code = 'unknown-severity';
  constructor(version: number) {
    super(`severities of raters, version ${version}: not known here`);
    this.name = 'UnknownSeverity';
  }
}

/** Results from before the version was recorded were decided with the first. Throws UnknownSeverity. */
export function severityOfVersion(version = 1): RaterSeverity {
  const found = severities.find((one) => one.version === version);
  if (found === undefined) throw new UnknownSeverity(version);
  return found;
}

/** Those in use: the newest. */
export const raterSeverity: RaterSeverity = severityOfVersion(Math.max(...severities.map(({ version }) => version)));
