/** Rules that mix chance into maximum information, so that the best items are not given to everybody at the start. */
import { IrtError } from '../errors.ts';
import { exp, log } from '../numeric/elementary.ts';
import type { Rng } from '../numeric/rng.ts';

/**
 * W_n = Σ_{f≤n}(f−1)^t / Σ_{f≤N}(f−1)^t: 0 at the first item, 1 at the last (Barrada et al. 2008); larger t keeps
 * chance longer.
 *
 * @example
 * ```ts
 * import { progressiveWeight } from 'itemresponsetheory';
 *
 * console.log(progressiveWeight(5, 20, 1).toFixed(3)); // → 0.053
 * ```
 */
export function progressiveWeight(position: number, length: number, acceleration: number): number {
  if (!(length >= 1) || !(position >= 1 && position <= length))
    throw new IrtError(
      'position-out-of-range',
      'position',
      position,
      `must be from 1 to the length of the test (${length})`,
    );
  if (length === 1) return 1;
  const power = (base: number): number => (base === 0 ? (acceleration === 0 ? 1 : 0) : exp(acceleration * log(base)));
  let [until, total] = [0, 0];
  for (let f = 1; f <= length; f += 1) {
    total += power(f - 1);
    if (f <= position) until += power(f - 1);
  }
  return until / total;
}

/**
 * (1 − W)·R + W·I with R uniform on [0, highest information available] (Revuelta & Ponsoda 1998).
 *
 * @example
 * ```ts
 * import { createRng, progressiveValue } from 'itemresponsetheory';
 *
 * console.log(progressiveValue(0.4, 0.5, 0.25, createRng('session')).toFixed(3)); // → 0.422
 * ```
 */
export const progressiveValue = (information: number, highest: number, weight: number, random: Rng): number =>
  (1 - weight) * highest * random.uniform() + weight * information;

/**
 * One index with chance ∝ value^power (Barrada et al. 2008); undefined when no value is positive.
 *
 * @example
 * ```ts
 * import { createRng, drawProportional } from 'itemresponsetheory';
 *
 * console.log(drawProportional([0.1, 0.5, 0.2], 2, createRng('session'))); // → 1
 * ```
 */
export function drawProportional(values: ArrayLike<number>, power: number, random: Rng): number | undefined {
  let highest = 0;
  for (let n = 0; n < values.length; n += 1) highest = Math.max(highest, values[n]);
  if (highest === 0) return undefined;
  const weights = Float64Array.from(values, (value) => (value > 0 ? exp(power * log(value / highest)) : 0));
  let left = random.uniform() * weights.reduce((sum, w) => sum + w, 0);
  for (let n = 0; n < weights.length; n += 1) {
    left -= weights[n];
    if (left < 0) return n;
  }
  return weights.findLastIndex((w) => w > 0);
}
