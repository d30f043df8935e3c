/**
 * Blueprints as integer programmes: what greed and flow cannot do, i.e. sets of items under one audio, and aims at
 * several abilities at once.
 */
import { IrtError } from '../errors.ts';
import type { Assembly, AssemblyOptions } from './assemble.ts';
import { type Blueprint, checkBlueprint, type ItemSets, type Partition, violations } from './blueprint.ts';
import type { IntegerProgramme, LinearRule, MipSolver } from './solver-port.ts';

export type Aim =
  /** The largest sum. */
  | { readonly kind: 'maximum'; readonly values: Float64Array }
  /** The largest smallest sum over several points, e.g. information at the cuts (van der Linden 2005, ch. 5). */
  | { readonly kind: 'maximin'; readonly values: readonly Float64Array[] }
  /** The smallest largest distance from a target at several points. */
  | { readonly kind: 'minimax'; readonly values: readonly Float64Array[]; readonly targets: readonly number[] };

export interface SolverOptions extends Pick<AssemblyOptions, 'include' | 'exclude' | 'relativeGap'> {
  /** Default 10. */ readonly seconds?: number;
}

const everyItem = (size: number): number[] => Array.from({ length: size }, (_, item) => item);
const ones = (count: number): number[] => new Array<number>(count).fill(1);
const countRule = (name: string, index: readonly number[], lower: number, upper: number): LinearRule => ({
  name,
  index,
  coefficient: ones(index.length),
  lower,
  upper,
});

const partitionRules = ({ classOf, bounds }: Partition, size: number): LinearRule[] =>
  bounds.map(({ name, lower, upper }, c) =>
    countRule(
      name,
      everyItem(size).filter((item) => classOf[item] === c),
      lower,
      upper,
    ),
  );

/** Variable `first + s` says whether set s is used: lower·z ≤ Σx ≤ upper·z, and z's within `used`. */
function setRules({ setOf, bounds, used }: ItemSets, size: number, first: number): LinearRule[] {
  return [
    ...bounds.flatMap(({ name, lower, upper }, set) => {
      const members = everyItem(size).filter((item) => setOf[item] === set);
      const rule = (bound: number, least: number, most: number): LinearRule => ({
        name,
        index: [...members, first + set],
        coefficient: [...ones(members.length), -bound],
        lower: least,
        upper: most,
      });
      return [rule(lower, 0, Infinity), rule(upper, -Infinity, 0)];
    }),
    countRule(
      'sets',
      bounds.map((_, set) => first + set),
      used.lower,
      used.upper,
    ),
  ];
}

/** The programme: items, then sets, then the level that maximin and minimax push. */
function programmeOf(
  aim: Aim,
  blueprint: Blueprint,
  size: number,
  { include = [], exclude = [] }: SolverOptions,
): IntegerProgramme {
  const { length, crossing, sets, enemies = [], resources = [] } = blueprint;
  const binaries = size + (sets?.bounds.length ?? 0);
  const items = everyItem(size);
  const rules: LinearRule[] = [
    countRule('length', items, length, length),
    ...partitionRules(blueprint, size),
    ...(crossing === undefined ? [] : partitionRules(crossing, size)),
    ...(sets === undefined ? [] : setRules(sets, size, size)),
    ...enemies.map((set, n) => countRule(`enemies[${n}]`, [...new Set(set)], 0, 1)),
    ...resources.map(({ name, cost, upper }) => ({
      name,
      index: items,
      coefficient: items.map((item) => cost[item]),
      lower: -Infinity,
      upper,
    })),
    ...include.map((item) => countRule('include', [item], 1, 1)),
    ...exclude.map((item) => countRule('exclude', [item], 0, 0)),
  ];
  if (aim.kind === 'maximum')
    return {
      binaries,
      continuous: 0,
      sense: 'maximise',
      objective: { index: items, coefficient: Array.from(aim.values) },
      rules,
    };
  const level = binaries;
  const against = (values: Float64Array, sign: 1 | -1, lower: number): LinearRule => ({
    name: 'aim',
    index: [...items, level],
    coefficient: [...items.map((item) => sign * values[item]), aim.kind === 'maximin' ? -1 : 1],
    lower,
    upper: Infinity,
  });
  const aims =
    aim.kind === 'maximin'
      ? aim.values.map((values) => against(values, 1, 0))
      : aim.values.flatMap((values, n) => [against(values, 1, aim.targets[n]), against(values, -1, -aim.targets[n])]);
  return {
    binaries,
    continuous: 1,
    sense: aim.kind === 'maximin' ? 'maximise' : 'minimise',
    objective: { index: [level], coefficient: [1] },
    rules: [...rules, ...aims],
  };
}

function valueOf(aim: Aim, items: readonly number[]): number {
  const total = (values: Float64Array | undefined): number =>
    items.reduce((sum, item) => sum + (values?.[item] ?? 0), 0);
  switch (aim.kind) {
    case 'maximum':
      return total(aim.values);
    case 'maximin':
      return Math.min(...aim.values.map(total));
    case 'minimax':
      return Math.max(...aim.values.map((values, n) => Math.abs(total(values) - aim.targets[n])));
  }
}

/**
 * Throws IrtError for a blueprint that does not fit the bank, and when the solver fails. What it returns was checked
 * against the blueprint.
 *
 * @example
 * ```ts
 * import { assembleBySolver, type MipSolver } from 'itemresponsetheory/assembly';
 *
 * // In place of `createHighsSolver(await highs())`: always the same answer.
 * const solver: MipSolver = {
 *   solve: () => ({ kind: 'solved', x: Float64Array.of(1, 0, 1, 0), isOptimal: true }),
 * };
 * const blueprint = {
 *   length: 2,
 *   classOf: [0, 0, 1, 1],
 *   bounds: [
 *     { name: 'reading', lower: 1, upper: 1 },
 *     { name: 'writing', lower: 1, upper: 1 },
 *   ],
 * };
 * const values = Float64Array.of(0.5, 0.4, 0.3, 0.2);
 * const found = assembleBySolver({ kind: 'maximum', values }, blueprint, 4, solver);
 * console.log(found.kind === 'assembled' && `${found.items.join()} ${found.value.toFixed(1)}`); // → 0,2 0.8
 * ```
 */
export function assembleBySolver(
  aim: Aim,
  blueprint: Blueprint,
  size: number,
  solver: MipSolver,
  options: SolverOptions = {},
): Assembly {
  checkBlueprint(blueprint, size);
  for (const values of aim.kind === 'maximum' ? [aim.values] : aim.values)
    if (values.length !== size)
      throw new IrtError(
        'unequal-lengths',
        'aim.values',
        values.length,
        `must have a member for each of ${size} items`,
      );
  if (aim.kind === 'minimax' && aim.targets.length !== aim.values.length)
    throw new IrtError(
      'unequal-lengths',
      'aim.targets',
      aim.targets.length,
      `must have ${aim.values.length} members, like values`,
    );
  const { relativeGap = 0, seconds = 10 } = options;
  const solution = solver.solve(programmeOf(aim, blueprint, size, options), { relativeGap, seconds });
  if (solution.kind === 'infeasible')
    return {
      kind: 'infeasible',
      conflicts: [{ rule: 'no test obeys the whole blueprint', needed: blueprint.length, possible: 0 }],
      nodes: 1,
    };
  const items = everyItem(size).filter((item) => solution.x[item] > 0.5);
  const broken = violations(blueprint, items);
  if (broken.length > 0)
    throw new IrtError('solver-failed', 'solver', broken.map(({ rule }) => rule).join(', '), 'must obey the blueprint');
  const value = valueOf(aim, items);
  return {
    kind: 'assembled',
    items,
    value,
    isOptimal: solution.isOptimal && relativeGap === 0,
    bound: solution.isOptimal ? value * (1 + relativeGap) : Infinity,
    nodes: 1,
  };
}
