/**
 * The best test under bounds on two partitions that cross (type and level, say), exactly: a flow of `length` items from
 * the classes of the first to those of the second, each item an arc of its own. Augmented along the most valuable path,
 * one item at a time; the flow is the best of its size at every step (successive shortest paths; Ahuja, Magnanti &
 * Orlin 1993, ch. 9).
 */
import type { Blueprint, Conflict, Partition } from './blueprint.ts';
import { conflictsOf, type PartitionFill, type Fixing } from './partition.ts';

interface FlowCells {
  /** Free items of each pair of classes, best first; those before `count` are taken. */
  readonly items: readonly (readonly number[])[];
  readonly count: Int32Array;
}

interface FlowSide {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly count: Int32Array;
}

/** What is left of the bounds after the fixed items. */
function sideOf({ classOf, bounds }: Partition, fixed: readonly number[]): FlowSide {
  const have = bounds.map((_, c) => fixed.filter((item) => classOf[item] === c).length);
  return {
    lower: bounds.map(({ lower }, c) => Math.max(0, lower - have[c])),
    upper: bounds.map(({ upper }, c) => upper - have[c]),
    count: new Int32Array(bounds.length),
  };
}

/** One more through class c: a bonus while its minimum is not met, nothing up to its maximum, then impossible. */
const gainOf = ({ lower, upper, count }: FlowSide, c: number, bonus: number): number =>
  count[c] < lower[c] ? bonus : count[c] < upper[c] ? 0 : -Infinity;

interface Path {
  readonly value: number;
  /** Cells in turn: into, out of, into … */ readonly cells: readonly number[];
  readonly row: number;
  readonly column: number;
}

/**
 * The most valuable way to bring in one more item (Bellman–Ford over the classes; items given back cost their value).
 */
function bestPath(
  values: ArrayLike<number>,
  { items, count }: FlowCells,
  rows: FlowSide,
  columns: FlowSide,
  bonus: number,
): Path | undefined {
  const [a, b] = [rows.upper.length, columns.upper.length];
  const best = new Float64Array(a + b).fill(-Infinity);
  const via = new Int32Array(a + b).fill(-1);
  for (let r = 0; r < a; r += 1) best[r] = gainOf(rows, r, bonus);
  for (let round = 0, changed = true; changed && round <= a + b; round += 1) {
    changed = false;
    for (let cell = 0; cell < a * b; cell += 1) {
      const [r, c] = [Math.floor(cell / b), a + (cell % b)];
      const [list, taken] = [items[cell], count[cell]];
      const next = list[taken];
      if (next !== undefined) {
        const value = best[r] + values[next];
        if (value > best[c] + 1e-12) {
          best[c] = value;
          via[c] = cell;
          changed = true;
        }
      }
      const last = taken > 0 ? list[taken - 1] : undefined;
      if (last !== undefined) {
        const value = best[c] - values[last];
        if (value > best[r] + 1e-12) {
          best[r] = value;
          via[r] = cell;
          changed = true;
        }
      }
    }
  }
  let [column, value] = [-1, -Infinity];
  for (let c = 0; c < b; c += 1) {
    const total = best[a + c] + gainOf(columns, c, bonus);
    if (total > value) {
      column = c;
      value = total;
    }
  }
  if (column < 0) return undefined;
  const cells: number[] = [];
  let at = a + column;
  while (via[at] >= 0 && cells.length <= a + b) {
    const cell = via[at];
    cells.unshift(cell);
    at = at >= a ? Math.floor(cell / b) : a + (cell % b);
  }
  return { value, cells, row: at, column };
}

/**
 * What fillPartition does, with the crossing partition's bounds too. Enemies, sets and resources are not looked at.
 *
 * @example
 * ```ts
 * import { fillCrossing } from 'itemresponsetheory/assembly';
 *
 * const blueprint = {
 *   length: 2,
 *   classOf: [0, 0, 1, 1],
 *   bounds: [
 *     { name: 'reading', lower: 1, upper: 1 },
 *     { name: 'writing', lower: 1, upper: 1 },
 *   ],
 * };
 * const crossing = {
 *   classOf: [0, 1, 0, 1],
 *   bounds: [
 *     { name: 'easy', lower: 1, upper: 1 },
 *     { name: 'hard', lower: 1, upper: 1 },
 *   ],
 * };
 * const filled = fillCrossing([0.5, 0.4, 0.3, 0.1], blueprint, crossing, new Int8Array(4));
 * console.log('items' in filled && filled.items.join()); // → 1,2
 * ```
 */
export function fillCrossing(
  values: ArrayLike<number>,
  blueprint: Blueprint,
  crossing: Partition,
  fixing: Fixing,
): PartitionFill {
  const { length } = blueprint;
  const [fixed, free]: [number[], number[]] = [[], []];
  for (let item = 0; item < fixing.length; item += 1) {
    if (fixing[item] === 1) fixed.push(item);
    else if (fixing[item] === 0) free.push(item);
  }
  const conflicts = [blueprint, { ...crossing, length }].flatMap((partition) =>
    conflictsOf(
      partition,
      partition.bounds.map((_, c) => fixed.filter((item) => partition.classOf[item] === c).length),
      free,
      fixed.length,
    ),
  );
  if (conflicts.length > 0) return { conflicts };
  const [rows, columns] = [sideOf(blueprint, fixed), sideOf(crossing, fixed)];
  const width = crossing.bounds.length;
  const items: number[][] = Array.from({ length: blueprint.bounds.length * width }, () => []);
  for (const item of free) items[blueprint.classOf[item] * width + crossing.classOf[item]].push(item);
  for (const list of items) list.sort((p, q) => values[q] - values[p] || p - q);
  const cells: FlowCells = { items, count: new Int32Array(items.length) };
  // More than any exchange of items could be worth: minima come first.
  const bonus = 1 + 2 * length * free.reduce((most, item) => Math.max(most, Math.abs(values[item])), 0);
  for (let more = length - fixed.length; more > 0; more -= 1) {
    const path = bestPath(values, cells, rows, columns, bonus);
    if (path === undefined)
      return {
        conflicts: [
          { rule: `length ${length} within both partitions' maxima`, needed: length, possible: length - more },
        ],
      };
    path.cells.forEach((cell, n) => {
      cells.count[cell] += n % 2 === 0 ? 1 : -1;
    });
    rows.count[path.row] += 1;
    columns.count[path.column] += 1;
  }
  const missing = [...unmet(blueprint, rows, fixed), ...unmet(crossing, columns, fixed)];
  if (missing.length > 0) return { conflicts: missing };
  const chosen = [...fixed, ...items.flatMap((list, cell) => list.slice(0, cells.count[cell]))];
  return { items: chosen, value: chosen.reduce((sum, item) => sum + values[item], 0) };
}

/** Minima that the largest flow could not meet. */
function unmet({ bounds, classOf }: Partition, { lower, count }: FlowSide, fixed: readonly number[]): Conflict[] {
  return bounds.flatMap(({ name, lower: least }, c) =>
    count[c] < lower[c]
      ? [
          {
            rule: `${name}: at least ${least}, with the bounds that cross it`,
            needed: least,
            possible: count[c] + fixed.filter((item) => classOf[item] === c).length,
          },
        ]
      : [],
  );
}
