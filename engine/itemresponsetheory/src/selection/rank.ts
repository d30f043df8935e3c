/** Ranking of the items that may still be given, by any criterion. */
export interface RankedItem {
  readonly item: number;
  readonly value: number;
}

/**
 * Items by criterion value, best (largest) first, found only as far as the caller goes on: O(items) for each. Ties come
 * in item order; the caller's seeded draw decides among the best. A criterion that is NaN ranks nowhere.
 *
 * @example
 * ```ts
 * import { rankBy } from 'itemresponsetheory';
 *
 * const [best] = Array.from(rankBy(3, () => true, (item) => [0.2, 0.9, 0.4][item] ?? 0));
 * console.log(best?.item); // → 1
 * ```
 */
export function* rankBy(
  size: number,
  isAvailable: (item: number) => boolean,
  criterion: (item: number) => number,
): Generator<RankedItem, void, undefined> {
  const values = new Float64Array(size).fill(NaN);
  for (let item = 0; item < size; item += 1) if (isAvailable(item)) values[item] = criterion(item);
  for (;;) {
    let best = -1;
    let highest = -Infinity;
    for (let item = 0; item < size; item += 1) {
      const value = values[item];
      if (value > highest) {
        best = item;
        highest = value;
      }
    }
    if (best < 0) return;
    values[best] = NaN;
    yield { item: best, value: highest };
  }
}
