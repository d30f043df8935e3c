/**
 * Maximum information by table: a scan that interpolates between two nodes, or lists ranked once at every node, which
 * make a choice cost as many steps as items of the list were given already. For banks of thousands of items and studies
 * of millions of tests.
 */
import { IrtError } from '../errors.ts';
import type { GridTable } from '../information/table.ts';

/** The `top` most informative items at each node, best first; ties in item order. */
export interface RankedLists {
  readonly top: number;
  readonly item: Int32Array;
}

/**
 * For each node the `top` items by information there, best first.
 *
 * @example
 * ```ts
 * import { createItemParameters, normalGrid, rankAtNodes, tabulate } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const table = tabulate(bank, normalGrid());
 * const { item } = rankAtNodes(table, 2);
 * console.log(item.length); // → 122
 * ```
 */
export function rankAtNodes({ bank: { size }, grid: { node }, information }: GridTable, top: number): RankedLists {
  if (!Number.isInteger(top) || top < 1)
    throw new IrtError('top-out-of-range', 'top', top, 'must be a whole number of at least 1');
  const kept = Math.min(top, size);
  const item = new Int32Array(node.length * kept);
  for (let q = 0; q < node.length; q += 1) {
    const column = information.subarray(q * size, (q + 1) * size);
    const order = Int32Array.from(column, (_, n) => n).sort((a, b) => column[b] - column[a] || a - b);
    item.set(order.subarray(0, kept), q * kept);
  }
  return { top: kept, item };
}

/** Place of θ between two nodes of an equally spaced grid: the lower one, and how far towards the next (0..1). */
function place({ grid: { node } }: GridTable, theta: number): { readonly q: number; readonly share: number } {
  const [first = 0, last = 1] = [node[0], node[node.length - 1]];
  const at = Math.min(node.length - 1, Math.max(0, ((theta - first) / (last - first)) * (node.length - 1)));
  const q = Math.min(node.length - 2, Math.floor(at));
  return { q, share: at - q };
}

/**
 * The best item that is not `used` (one byte an item), by information interpolated at θ; −1 when none is left.
 *
 * @example
 * ```ts
 * import { createItemParameters, normalGrid, scanForBest, tabulate } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const table = tabulate(bank, normalGrid());
 * console.log(scanForBest(table, 1, Uint8Array.of(0, 1, 0))); // → 2
 * ```
 */
export function scanForBest(table: GridTable, theta: number, used: Uint8Array): number {
  const {
    information,
    bank: { size },
  } = table;
  const { q, share } = place(table, theta);
  let [best, highest] = [-1, -1];
  for (let item = 0, a = q * size, b = a + size; item < size; item += 1, a += 1, b += 1) {
    if (used[item] !== 0) continue;
    const low = information[a];
    const value = low + share * (information[b] - low);
    if (value > highest) {
      best = item;
      highest = value;
    }
  }
  return best;
}

/**
 * The best item that is not `used` at the node nearest to θ; by a scan when the whole list is used; −1 when none is
 * left. Half-way between two nodes of 0.2 it may have a sixth less information than the best one there.
 *
 * @example
 * ```ts
 * import { bestOfRanked, createItemParameters, normalGrid, rankAtNodes, tabulate } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const table = tabulate(bank, normalGrid());
 * const ranked = rankAtNodes(table, 2);
 * console.log(bestOfRanked(table, ranked, 1, new Uint8Array(3))); // → 1
 * ```
 */
export function bestOfRanked(table: GridTable, { top, item }: RankedLists, theta: number, used: Uint8Array): number {
  const { q, share } = place(table, theta);
  const start = (share < 0.5 ? q : q + 1) * top;
  for (let n = start; n < start + top; n += 1) {
    const candidate = item[n];
    if (used[candidate] === 0) return candidate;
  }
  return scanForBest(table, theta, used);
}
