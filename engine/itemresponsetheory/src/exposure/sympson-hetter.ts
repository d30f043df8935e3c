/** Exposure parameters by Sympson & Hetter (1985). */
import { IrtError } from '../errors.ts';

/**
 * One round: from the rates at which items were given under the current K to the next K. P(selected) = P(given)/K; K =
 * r/P(selected) where P(selected) > r, else 1. K never falls below `least`, so that a chain of bad luck cannot empty a
 * test.
 */
export function adjustExposure(k: Float64Array, rates: ArrayLike<number>, maximum: number, least = 0.01): Float64Array {
  if (!(maximum > 0 && maximum <= 1))
    throw new IrtError('rate-out-of-range', 'maximum', maximum, 'must be above 0 and at most 1');
  return k.map((chance, item) => {
    const selected = rates[item] / Math.max(least, chance);
    return selected > maximum ? Math.max(least, maximum / selected) : 1;
  });
}
