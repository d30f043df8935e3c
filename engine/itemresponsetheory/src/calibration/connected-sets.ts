/** Sets of items that some person's responses join. */
import { DisjointSets } from '../numeric/disjoint-sets.ts';

/** Responses by rows (persons, or patterns of them): row r has `item[n]`, n from `rowStart[r]` up to that of r + 1. */
export interface RowsOfItems {
  readonly items: number;
  readonly rowStart: ArrayLike<number>;
  readonly item: ArrayLike<number>;
}

/**
 * Items are in one set when a chain of persons links them: only then do their parameters have a common scale without an
 * assumption about the persons. Each set ascending, in the order of their first items.
 *
 * @example
 * ```ts
 * import { connectedItems } from 'itemresponsetheory/calibration';
 *
 * // Person 0 answered items 0 and 1, person 1 items 2 and 3.
 * const sets = connectedItems({ items: 4, rowStart: [0, 2, 4], item: [0, 1, 2, 3] });
 * console.log(sets.map((set) => set.join()).join(' ')); // → 0,1 2,3
 * ```
 */
export function connectedItems({ items, rowStart, item }: RowsOfItems): number[][] {
  const sets = new DisjointSets(items);
  for (let row = 0; row + 1 < rowStart.length; row += 1)
    for (let n = rowStart[row] + 1; n < rowStart[row + 1]; n += 1) sets.join(item[n], item[rowStart[row]]);
  return sets.sets();
}
