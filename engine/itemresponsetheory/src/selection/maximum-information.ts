/** Maximum Fisher information at θ (Lord 1980) among the available items, read from the nearest node of a table. */
import type { GridTable } from '../parameters/table.ts';

/** Index of the node nearest to θ; grids are equally spaced. */
export function nearestNode({ grid: { node } }: GridTable, theta: number): number {
  const [first = 0, last = node.length - 1] = [node[0], node[node.length - 1]];
  const q = Math.round(((theta - first) / (last - first)) * (node.length - 1));
  return Math.min(node.length - 1, Math.max(0, q));
}

export interface Ranked { readonly item: number; readonly value: number }

/**
 * Available items by criterion value, best first; ties in item order (the caller's seeded draw decides among the best).
 * `factor` weighs each item's information (content balance); default 1.
 */
export function rankByInformation(table: GridTable, theta: number, isAvailable: (item: number) => boolean, factor: (item: number) => number = () => 1): Ranked[] {
  const row = nearestNode(table, theta) * table.bank.size;
  const ranked: Ranked[] = [];
  for (let item = 0; item < table.bank.size; item += 1) if (isAvailable(item)) ranked.push({ item, value: (table.information[row + item] ?? 0) * factor(item) });
  return ranked.sort((a, b) => b.value - a.value || a.item - b.item);
}
