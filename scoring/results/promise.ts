/** When a result that must be rated is promised; the examiners' work is due then, too. */
import { type Instant, toEpochMs, toInstant } from '../../storage/document/instant.ts';

/** A demonstration value. */
export const promisedDays = 14;

export const promisedAt = (closedAt: Instant): Instant =>
  toInstant(toEpochMs(closedAt) + promisedDays * 24 * 3_600_000);
