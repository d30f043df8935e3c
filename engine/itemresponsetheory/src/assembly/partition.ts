/**
 * The best test under bounds on one partition of the bank, exactly and without a solver: fixed items, then each class's
 * minimum with its best items, then the best of all within the maxima (a matroid, so greed is optimal; van der Linden
 * 2005, ch. 4).
 */
import type { Conflict, Partition } from './blueprint.ts';

/** 1 = must be in, −1 = must be out, 0 = free. */
export type Fixing = Int8Array;

export type PartitionFill =
  { readonly items: readonly number[]; readonly value: number } | { readonly conflicts: readonly Conflict[] };

/**
 * Values may be negative. Enemies and resources are not looked at.
 *
 * @example
 * ```ts
 * import { fillPartition } from 'itemresponsetheory/assembly';
 *
 * const blueprint = {
 *   length: 2,
 *   classOf: [0, 0, 1, 1],
 *   bounds: [
 *     { name: 'reading', lower: 1, upper: 1 },
 *     { name: 'writing', lower: 1, upper: 1 },
 *   ],
 * };
 * // The last item must be in.
 * const filled = fillPartition([0.5, 0.4, 0.3, 0.2], blueprint, Int8Array.of(0, 0, 0, 1));
 * console.log('items' in filled && filled.items.join()); // → 3,0
 * ```
 */
export function fillPartition(
  values: ArrayLike<number>,
  blueprint: Partition & { readonly length: number },
  fixing: Fixing,
): PartitionFill {
  const { length, classOf, bounds } = blueprint;
  const chosen: number[] = [];
  const counts = bounds.map(() => 0);
  const take = (item: number): void => {
    chosen.push(item);
    counts[classOf[item]] += 1;
  };
  const free: number[] = [];
  for (let item = 0; item < fixing.length; item += 1) {
    if (fixing[item] === 1) take(item);
    else if (fixing[item] === 0) free.push(item);
  }
  const conflicts = conflictsOf(blueprint, counts, free, chosen.length);
  if (conflicts.length > 0) return { conflicts };
  free.sort((a, b) => values[b] - values[a] || a - b);
  const left: number[] = [];
  for (const item of free) {
    const c = classOf[item];
    if (counts[c] < bounds[c].lower) take(item);
    else left.push(item);
  }
  for (const item of left) {
    const c = classOf[item];
    if (chosen.length < length && counts[c] < bounds[c].upper) take(item);
  }
  return { items: chosen, value: chosen.reduce((sum, item) => sum + values[item], 0) };
}

export function conflictsOf(
  { length, classOf, bounds }: Partition & { readonly length: number },
  counts: readonly number[],
  free: readonly number[],
  fixed: number,
): Conflict[] {
  const out: Conflict[] = [];
  const available = bounds.map((_, c) => free.filter((item) => classOf[item] === c).length);
  let [least, most] = [0, 0];
  bounds.forEach(({ name, lower, upper }, c) => {
    const [have, more] = [counts[c], available[c]];
    if (have > upper) out.push({ rule: `${name}: at most ${upper}`, needed: have, possible: upper });
    if (have + more < lower) out.push({ rule: `${name}: at least ${lower}`, needed: lower, possible: have + more });
    least += Math.max(have, lower);
    most += Math.min(have + more, Math.max(have, upper));
  });
  if (least > length)
    out.push({ rule: `length ${length} with every class's minimum`, needed: least, possible: length });
  if (most < length) out.push({ rule: `length ${length} with every class's maximum`, needed: length, possible: most });
  if (fixed > length) out.push({ rule: `length ${length} with the fixed items`, needed: fixed, possible: length });
  return out;
}
