/** Maximum Fisher information at θ (Lord 1980). */
import { requireFinite } from '../errors.ts';
import { informationAt } from '../information/item.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import type { GridTable } from '../information/table.ts';
import { type RankedItem, rankBy } from './rank.ts';

/**
 * Index of the node nearest to θ; grids are equally spaced.
 *
 * @example
 * ```ts
 * import { createItemParameters, nearestNode, normalGrid, tabulate } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const table = tabulate(bank, normalGrid());
 * console.log(nearestNode(table, 0.07)); // → 30
 * ```
 */
export function nearestNode({ grid: { node } }: GridTable, theta: number): number {
  const [first = 0, last = node.length - 1] = [node[0], node[node.length - 1]];
  const q = Math.round(((theta - first) / (last - first)) * (node.length - 1));
  return Math.min(node.length - 1, Math.max(0, q));
}

/**
 * `factor` weighs each item's information at θ (content balance); default 1. Throws IrtError for a θ that is not
 * finite.
 *
 * @example
 * ```ts
 * import { createItemParameters, rankByInformation } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const [best] = rankByInformation(bank, 1, () => true);
 * console.log(best?.item); // → 1
 * ```
 */
export function rankByInformation(
  bank: ItemParameters,
  theta: number,
  isAvailable: (item: number) => boolean,
  factor: (item: number) => number = () => 1,
): Generator<RankedItem, void, undefined> {
  requireFinite('theta', theta);
  return rankBy(bank.size, isAvailable, (item) => informationAt(bank, item, theta) * factor(item));
}
