/** What a test must look like: a table that a test designer can edit, and the checks on it. */
import { IrtError } from '../errors.ts';

export interface ClassBounds { readonly name: string; readonly lower: number; readonly upper: number }
/** A budget over the chosen items: words, seconds. */
export interface Resource { readonly name: string; readonly cost: ArrayLike<number>; readonly upper: number }

export interface Blueprint {
  readonly length: number;
  /** Class of every item, an index into `bounds`: one partition of the bank. */
  readonly classOf: ArrayLike<number>;
  readonly bounds: readonly ClassBounds[];
  /** At most one of each set. */
  readonly enemies?: readonly (readonly number[])[];
  readonly resources?: readonly Resource[];
}

/** Which rules cannot hold together, in words for the test designer. */
export interface Conflict { readonly rule: string; readonly needed: number; readonly possible: number }

export function checkBlueprint({ length, classOf, bounds, enemies = [], resources = [] }: Blueprint, size: number): void {
  if (!Number.isInteger(length) || length < 1 || length > size) throw new IrtError('length-out-of-range', 'length', length, `must be a whole number from 1 to ${size}`);
  if (classOf.length !== size) throw new IrtError('unequal-lengths', 'classOf', classOf.length, `must have a member for each of ${size} items`);
  for (let item = 0; item < size; item += 1) if (bounds[classOf[item] ?? -1] === undefined) throw new IrtError('unknown-class', `classOf[${item}]`, classOf[item], `must be a whole number from 0 to ${bounds.length - 1}`);
  for (const { name, lower, upper } of bounds) if (!(lower >= 0 && upper >= lower)) throw new IrtError('bounds-crossed', `bounds of ${name}`, `${lower}..${upper}`, 'must be at least 0 and in order');
  enemies.forEach((set, n) => { for (const item of set) if (!(item >= 0 && item < size)) throw new IrtError('unknown-item', `enemies[${n}]`, item, `must be a whole number from 0 to ${size - 1}`); });
  for (const { name, cost } of resources) if (cost.length !== size) throw new IrtError('unequal-lengths', `cost of ${name}`, cost.length, `must have a member for each of ${size} items`);
}

/** Every rule that a set of items breaks; empty when it is a test. */
export function violations({ length, classOf, bounds, enemies = [], resources = [] }: Blueprint, items: readonly number[]): Conflict[] {
  const out: Conflict[] = [];
  const chosen = new Set(items);
  if (chosen.size !== length) out.push({ rule: 'length', needed: length, possible: chosen.size });
  bounds.forEach(({ name, lower, upper }, c) => {
    const count = items.filter((item) => classOf[item] === c).length;
    if (count < lower) out.push({ rule: `${name}: at least ${lower}`, needed: lower, possible: count });
    if (count > upper) out.push({ rule: `${name}: at most ${upper}`, needed: upper, possible: count });
  });
  enemies.forEach((set, n) => { const count = set.filter((item) => chosen.has(item)).length; if (count > 1) out.push({ rule: `enemies[${n}]`, needed: 1, possible: count }); });
  for (const { name, cost, upper } of resources) { const total = items.reduce((sum, item) => sum + (cost[item] ?? 0), 0); if (total > upper + 1e-9) out.push({ rule: `${name}: at most ${upper}`, needed: upper, possible: total }); }
  return out;
}
