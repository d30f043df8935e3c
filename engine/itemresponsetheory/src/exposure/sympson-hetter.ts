/** Exposure parameters by Sympson & Hetter (1985). */
import { IrtError } from '../errors.ts';

/**
 * One round: from the rates at which items were given under the current K to the next K. P(selected) = P(given)/K; K =
 * r/P(selected) where P(selected) > r, else 1. K never falls below `least`, so that a chain of bad luck cannot empty a
 * test.
 *
 * @example
 * ```ts
 * import { adjustExposure } from 'itemresponsetheory/simulation';
 *
 * // The first item was given to half of all; a fifth at most shall get it.
 * console.log(adjustExposure(Float64Array.of(1, 1), [0.5, 0.1], 0.2).join()); // → 0.4,1
 * ```
 */
export function adjustExposure(k: Float64Array, rates: ArrayLike<number>, maximum: number, least = 0.01): Float64Array {
  if (!(maximum > 0 && maximum <= 1))
    throw new IrtError('rate-out-of-range', 'maximum', maximum, 'must be above 0 and at most 1');
  return k.map((chance, item) => {
    const selected = rates[item] / Math.max(least, chance);
    return selected > maximum ? Math.max(least, maximum / selected) : 1;
  });
}
