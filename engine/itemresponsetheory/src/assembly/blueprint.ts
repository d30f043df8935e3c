/** What a test must look like: a table that a test designer can edit, and the checks on it. */
import { IrtError } from '../errors.ts';

export interface ClassBounds {
  readonly name: string;
  readonly lower: number;
  readonly upper: number;
}
/** A budget over the chosen items: words, seconds. */
export interface Resource {
  readonly name: string;
  readonly cost: ArrayLike<number>;
  readonly upper: number;
}

/** Every item in one class, an index into `bounds`; so many of each class. */
export interface Partition {
  readonly classOf: ArrayLike<number>;
  readonly bounds: readonly ClassBounds[];
}

/** Items that come together, e.g. under one audio: a set is used with so many of its items, or not at all. */
export interface ItemSets {
  /** Set of every item, an index into `bounds`; −1 = the item stands alone. */
  readonly setOf: ArrayLike<number>;
  readonly bounds: readonly ClassBounds[];
  /** How many sets are used. */
  readonly used: { readonly lower: number; readonly upper: number };
}

export interface Blueprint extends Partition {
  readonly length: number;
  /** A second partition across the first, e.g. level across task type. */
  readonly crossing?: Partition;
  /** Needs a solver of integer programmes (solver-port.ts). */
  readonly sets?: ItemSets;
  /** At most one of each set. */
  readonly enemies?: readonly (readonly number[])[];
  readonly resources?: readonly Resource[];
}

/** Which rules cannot hold together, in words for the test designer. */
export interface Conflict {
  readonly rule: string;
  readonly needed: number;
  readonly possible: number;
}

function checkPartition({ classOf, bounds }: Partition, size: number, field: string): void {
  if (classOf.length !== size)
    throw new IrtError(
      'unequal-lengths',
      `${field}classOf`,
      classOf.length,
      `must have a member for each of ${size} items`,
    );
  for (let item = 0; item < size; item += 1)
    if (bounds[classOf[item]] === undefined)
      throw new IrtError(
        'unknown-class',
        `${field}classOf[${item}]`,
        classOf[item],
        `must be a whole number from 0 to ${bounds.length - 1}`,
      );
  checkBounds(bounds);
}

function checkBounds(bounds: readonly ClassBounds[]): void {
  for (const { name, lower, upper } of bounds)
    if (!(lower >= 0 && upper >= lower))
      throw new IrtError(
        'bounds-crossed',
        `bounds of ${name}`,
        `${lower}..${upper}`,
        'must be at least 0 and in order',
      );
}

/**
 * Throws IrtError for a blueprint that does not fit a bank of `size` items.
 *
 * @example
 * ```ts
 * import { IrtError } from 'itemresponsetheory';
 * import { checkBlueprint } from 'itemresponsetheory/assembly';
 *
 * const blueprint = { length: 5, classOf: [0, 0, 0], bounds: [{ name: 'reading', lower: 1, upper: 5 }] };
 * try {
 *   checkBlueprint(blueprint, 3);
 * } catch (error) {
 *   console.log(error instanceof IrtError && error.code); // → length-out-of-range
 * }
 * ```
 */
export function checkBlueprint(blueprint: Blueprint, size: number): void {
  const { length, crossing, sets, enemies = [], resources = [] } = blueprint;
  if (!Number.isInteger(length) || length < 1 || length > size)
    throw new IrtError('length-out-of-range', 'length', length, `must be a whole number from 1 to ${size}`);
  checkPartition(blueprint, size, '');
  if (crossing !== undefined) checkPartition(crossing, size, 'crossing.');
  if (sets !== undefined) {
    if (sets.setOf.length !== size)
      throw new IrtError(
        'unequal-lengths',
        'sets.setOf',
        sets.setOf.length,
        `must have a member for each of ${size} items`,
      );
    for (let item = 0; item < size; item += 1)
      if (sets.setOf[item] !== -1 && sets.bounds[sets.setOf[item]] === undefined)
        throw new IrtError(
          'unknown-class',
          `sets.setOf[${item}]`,
          sets.setOf[item],
          `must be −1 or a whole number from 0 to ${sets.bounds.length - 1}`,
        );
    checkBounds(sets.bounds);
  }
  enemies.forEach((set, n) => {
    for (const item of set)
      if (!(item >= 0 && item < size))
        throw new IrtError('unknown-item', `enemies[${n}]`, item, `must be a whole number from 0 to ${size - 1}`);
  });
  for (const { name, cost } of resources)
    if (cost.length !== size)
      throw new IrtError(
        'unequal-lengths',
        `cost of ${name}`,
        cost.length,
        `must have a member for each of ${size} items`,
      );
}

function brokenBounds({ classOf, bounds }: Partition, items: readonly number[]): Conflict[] {
  const counts = new Float64Array(bounds.length);
  for (const item of items) counts[classOf[item]] += 1;
  return bounds.flatMap(({ name, lower, upper }, c) => {
    const count = counts[c];
    return [
      ...(count < lower ? [{ rule: `${name}: at least ${lower}`, needed: lower, possible: count }] : []),
      ...(count > upper ? [{ rule: `${name}: at most ${upper}`, needed: upper, possible: count }] : []),
    ];
  });
}

function brokenSets({ setOf, bounds, used }: ItemSets, items: readonly number[]): Conflict[] {
  const counts = bounds.map((_, set) => items.filter((item) => setOf[item] === set).length);
  const open = counts.filter((count) => count > 0).length;
  return [
    ...bounds.flatMap(({ name, lower, upper }, set) => {
      const count = counts[set];
      return count > 0 && (count < lower || count > upper)
        ? [{ rule: `${name}: ${lower} to ${upper} items or none`, needed: lower, possible: count }]
        : [];
    }),
    ...(open < used.lower || open > used.upper
      ? [{ rule: `sets: ${used.lower} to ${used.upper}`, needed: used.lower, possible: open }]
      : []),
  ];
}

/**
 * Every rule that a set of items breaks; empty when it is a test.
 *
 * @example
 * ```ts
 * import { violations } from 'itemresponsetheory/assembly';
 *
 * const blueprint = {
 *   length: 2,
 *   classOf: [0, 0, 1, 1],
 *   bounds: [
 *     { name: 'reading', lower: 1, upper: 1 },
 *     { name: 'writing', lower: 1, upper: 1 },
 *   ],
 * };
 * console.log(violations(blueprint, [0, 1]).map(({ rule }) => rule).join());
 * // → reading: at most 1,writing: at least 1
 * ```
 */
export function violations(blueprint: Blueprint, items: readonly number[]): Conflict[] {
  const { length, crossing, sets, enemies = [], resources = [] } = blueprint;
  const out: Conflict[] = [];
  const chosen = new Set(items);
  if (chosen.size !== length) out.push({ rule: 'length', needed: length, possible: chosen.size });
  out.push(
    ...brokenBounds(blueprint, items),
    ...(crossing === undefined ? [] : brokenBounds(crossing, items)),
    ...(sets === undefined ? [] : brokenSets(sets, items)),
  );
  enemies.forEach((set, n) => {
    const count = set.filter((item) => chosen.has(item)).length;
    if (count > 1) out.push({ rule: `enemies[${n}]`, needed: 1, possible: count });
  });
  for (const { name, cost, upper } of resources) {
    const total = items.reduce((sum, item) => sum + cost[item], 0);
    if (total > upper + 1e-9) out.push({ rule: `${name}: at most ${upper}`, needed: upper, possible: total });
  }
  return out;
}
