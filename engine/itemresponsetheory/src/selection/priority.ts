/** Content and other constraints as weights on information. */
import { IrtError } from '../errors.ts';

/** One constraint: how many items of it a test may (or must) have. */
export interface Quota {
  readonly lower: number;
  readonly upper: number;
  readonly weight: number;
  /** Membership of every item. */ readonly isMember: (item: number) => boolean;
}

/**
 * Throws IrtError for bounds that cross and for a negative weight.
 *
 * @example
 * ```ts
 * import { IrtError, requireQuota } from 'itemresponsetheory';
 *
 * try {
 *   requireQuota({ lower: 3, upper: 2, weight: 1, isMember: () => true }, 'quotas[0]');
 * } catch (error) {
 *   if (error instanceof IrtError) console.log(error.code); // → quota-crossed
 * }
 * ```
 */
export function requireQuota({ lower, upper, weight }: Quota, field: string): void {
  if (!(lower >= 0 && upper >= lower))
    throw new IrtError('quota-crossed', `${field}.upper`, upper, `must be at least lower (${lower})`);
  if (!(weight >= 0)) throw new IrtError('weight-negative', `${field}.weight`, weight, 'must be at least 0');
}

/**
 * Modified priority index (Cheng & Chang 2009): information × Π over the item's constraints of w·f. Phase 1, while a
 * lower bound is open: f = (lower − given)/lower; then f = (upper − given)/upper. 0: a bound forbids the item. `given`:
 * items of each constraint so far.
 *
 * @example
 * ```ts
 * import { priorityIndex } from 'itemresponsetheory';
 *
 * const quota = { lower: 1, upper: 2, weight: 1, isMember: (item: number) => item !== 1 };
 * console.log(priorityIndex(0.4, 0, [quota], [1]).toFixed(3)); // → 0.200
 * ```
 */
export function priorityIndex(
  information: number,
  item: number,
  quotas: readonly Quota[],
  given: ArrayLike<number>,
): number {
  const isFilling = quotas.some(({ lower }, c) => given[c] < lower);
  let value = information;
  quotas.forEach(({ lower, upper, weight, isMember }, c) => {
    const count = given[c];
    if (!isMember(item)) return;
    if (count >= upper) value = 0;
    else if (isFilling && lower > 0) value *= weight * (Math.max(0, lower - count) / lower);
    else value *= weight * ((upper - count) / upper);
  });
  return value;
}

/**
 * Penalty of giving the item for the quotas (after Shin, Chien, Way & Swanson 2009): for each constraint of which the
 * item is a member, how far the expected final count, (given + 1)/(position)·length, leaves [lower, upper], times the
 * weight; smaller is better.
 *
 * @example
 * ```ts
 * import { quotaPenalty } from 'itemresponsetheory';
 *
 * const quota = { lower: 1, upper: 2, weight: 1, isMember: (item: number) => item !== 1 };
 * console.log(quotaPenalty(0, [quota], [1], 2, 10).toFixed(3)); // → 8.000
 * ```
 */
export function quotaPenalty(
  item: number,
  quotas: readonly Quota[],
  given: ArrayLike<number>,
  position: number,
  length: number,
): number {
  return quotas.reduce((sum, { lower, upper, weight, isMember }, c) => {
    const expected = ((given[c] + (isMember(item) ? 1 : 0)) / position) * length;
    return sum + weight * (expected < lower ? lower - expected : expected > upper ? expected - upper : 0);
  }, 0);
}
