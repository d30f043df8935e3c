/**
 * The best test under a blueprint with enemies and budgets, by branch and bound: each node's bound is the exact
 * partition solution with Lagrange multipliers on the budgets (Fisher 1981). No solver needed; small banks are proved
 * optimal, larger ones report their gap.
 */
import { IrtError } from '../errors.ts';
import { type Blueprint, checkBlueprint, type Conflict, violations } from './blueprint.ts';
import { fillCrossing } from './flow.ts';
import { type PartitionFill, fillPartition, type Fixing } from './partition.ts';

export interface AssemblyOptions {
  /** Items that must be in, e.g. those already given, and items that may not. */
  readonly include?: readonly number[];
  readonly exclude?: readonly number[];
  /** Nodes to visit at most; default 20,000. */
  readonly maximumNodes?: number;
  /** Gap to the bound at which a solution counts as optimal; default 1e-9. */
  readonly tolerance?: number;
  /** The same as a share of the value; default 0. A hundredth spares most of the search where budgets bind. */
  readonly relativeGap?: number;
  /** A test known to obey the blueprint, e.g. the last shadow test: nothing worse is returned. */
  readonly known?: readonly number[];
}

export type Assembly =
  | {
      readonly kind: 'assembled';
      readonly items: readonly number[];
      readonly value: number;
      readonly isOptimal: boolean;
      /** Nothing can be better than this. */ readonly bound: number;
      readonly nodes: number;
    }
  | { readonly kind: 'infeasible'; readonly conflicts: readonly Conflict[]; readonly nodes: number };

const fill = (values: Float64Array, blueprint: Blueprint, fixing: Fixing): PartitionFill =>
  blueprint.crossing === undefined
    ? fillPartition(values, blueprint, fixing)
    : fillCrossing(values, blueprint, blueprint.crossing, fixing);

interface Relaxation {
  readonly items: readonly number[];
  readonly bound: number;
}

/**
 * min over λ ≥ 0 of max Σ(v − λ·cost)x + λ·upper; one budget at a time, by bisection on whether it is met. Every λ
 * gives a valid bound.
 */
function relax(
  values: Float64Array,
  blueprint: Blueprint,
  fixing: Fixing,
  report: (items: readonly number[]) => void,
  isGoodEnough: (bound: number) => boolean,
): Relaxation | readonly Conflict[] {
  const { resources = [] } = blueprint;
  const multipliers = resources.map(() => 0);
  const solve = (): Relaxation | readonly Conflict[] => {
    const reduced = values.map((value, item) =>
      resources.reduce((left, { cost }, r) => left - multipliers[r] * cost[item], value),
    );
    const filled = fill(reduced, blueprint, fixing);
    if ('conflicts' in filled) return filled.conflicts;
    report(filled.items);
    return {
      items: filled.items,
      bound: filled.value + resources.reduce((sum, { upper }, r) => sum + multipliers[r] * upper, 0),
    };
  };
  let best = solve();
  if (!('bound' in best)) return best;
  for (const [r, { cost, upper }] of resources.entries()) {
    const used = (items: readonly number[]): number => items.reduce((sum, item) => sum + cost[item], 0);
    if (used(best.items) <= upper) continue;
    let [low, high] = [0, 1];
    for (let step = 0; step < 40 && !isGoodEnough(best.bound); step += 1) {
      multipliers[r] = step < 12 && low === high / 2 ? high : (low + high) / 2;
      const found = solve();
      if (!('bound' in found)) return found;
      if (found.bound < best.bound) best = found;
      if (used(found.items) > upper) {
        low = multipliers[r];
        if (high <= low * 1.0001) high *= 4;
      } else high = multipliers[r];
    }
  }
  return best;
}

/**
 * The rule of a relaxed solution to branch on: an enemy set with two of its items in, or else the dearest free item in
 * it.
 */
function branches(
  { enemies = [], resources = [] }: Blueprint,
  items: readonly number[],
  fixing: Fixing,
): readonly (readonly [number, 1 | -1])[][] {
  const chosen = new Set(items);
  for (const set of enemies) {
    const both = set.filter((item) => chosen.has(item));
    // Either the first is in, and then its enemies are out; or it is out.
    if (both.length > 1) {
      const first = both.find((item) => fixing[item] === 0);
      if (first !== undefined)
        return [
          [[first, 1], ...set.filter((item) => item !== first).map((item) => [item, -1] as const)],
          [[first, -1]],
        ];
    }
  }
  const free = items.filter((item) => fixing[item] === 0);
  const cost = (item: number): number =>
    resources.reduce((sum, resource) => sum + resource.cost[item] / Math.max(1e-9, resource.upper), 0);
  const dearest = free.reduce<number | undefined>(
    (best, item) => (best === undefined || cost(item) > cost(best) ? item : best),
    undefined,
  );
  return dearest === undefined ? [] : [[[dearest, -1]], [[dearest, 1]]];
}

/** 1 for items to include, −1 for items to exclude. Throws IrtError for an item that is both. */
function fixingOf(size: number, include: readonly number[], exclude: readonly number[]): Fixing {
  const fixing: Fixing = new Int8Array(size);
  for (const item of exclude) fixing[item] = -1;
  for (const item of include) {
    if (fixing[item] === -1) throw new IrtError('include-excluded', 'include', item, 'must not be excluded too');
    fixing[item] = 1;
  }
  return fixing;
}

interface ValuedTest {
  readonly items: readonly number[];
  readonly value: number;
}

/** The best test found so far. */
interface Incumbent {
  readonly best: () => ValuedTest | undefined;
  readonly report: (items: readonly number[]) => void;
  /** Whether no better test is worth looking for under this bound. */
  readonly isGoodEnough: (bound: number) => boolean;
}

function incumbentOf(values: Float64Array, blueprint: Blueprint, tolerance: number, relativeGap: number): Incumbent {
  let best: ValuedTest | undefined;
  return {
    best: () => best,
    report: (items) => {
      const value = items.reduce((sum, item) => sum + values[item], 0);
      if ((best === undefined || value > best.value) && violations(blueprint, items).length === 0)
        best = { items, value };
    },
    isGoodEnough: (bound) =>
      best !== undefined && bound <= best.value + Math.max(tolerance, relativeGap * Math.abs(best.value)),
  };
}

interface OpenNode {
  readonly fixing: Fixing;
  readonly relaxed: Relaxation;
}

/** Branch and bound, best bound first; ties in order of creation, so that the same input gives the same test. */
function search(
  values: Float64Array,
  blueprint: Blueprint,
  { report, isGoodEnough, best }: Incumbent,
  open: OpenNode[],
  { maximumNodes, tolerance }: { readonly maximumNodes: number; readonly tolerance: number },
): number {
  let nodes = 1;
  while (open.length > 0 && nodes < maximumNodes) {
    const at = open.reduce((lead, node, n) => (node.relaxed.bound > open[lead].relaxed.bound ? n : lead), 0);
    const [node] = open.splice(at, 1);
    if (isGoodEnough(node.relaxed.bound)) {
      open.push(node);
      break;
    }
    for (const changes of branches(blueprint, node.relaxed.items, node.fixing)) {
      const fixing = Int8Array.from(node.fixing);
      if (changes.some(([item, value]) => fixing[item] === -value)) continue;
      for (const [item, value] of changes) fixing[item] = value;
      nodes += 1;
      const relaxed = relax(values, blueprint, fixing, report, isGoodEnough);
      const least = best()?.value ?? -Infinity;
      if ('bound' in relaxed && relaxed.bound > least + tolerance) open.push({ fixing, relaxed });
    }
  }
  return nodes;
}

/**
 * `values`: what each item is worth, e.g. its information. Throws IrtError for a blueprint that does not fit the bank.
 *
 * @example
 * ```ts
 * import { assemble } from 'itemresponsetheory/assembly';
 *
 * const values = Float64Array.of(0.5, 0.4, 0.3, 0.2);
 * const blueprint = {
 *   length: 2,
 *   classOf: [0, 0, 1, 1],
 *   bounds: [
 *     { name: 'reading', lower: 1, upper: 1 },
 *     { name: 'writing', lower: 1, upper: 1 },
 *   ],
 * };
 * const found = assemble(values, blueprint);
 * console.log(found.kind === 'assembled' && found.items.join()); // → 0,2
 * ```
 */
export function assemble(values: Float64Array, blueprint: Blueprint, options: AssemblyOptions = {}): Assembly {
  const { include = [], exclude = [], maximumNodes = 20_000, tolerance = 1e-9, relativeGap = 0, known } = options;
  checkBlueprint(blueprint, values.length);
  if (blueprint.sets !== undefined)
    throw new IrtError(
      'needs-solver',
      'blueprint.sets',
      blueprint.sets.bounds.length,
      'needs a solver: use assembleBySolver',
    );
  const root = fixingOf(values.length, include, exclude);
  const incumbent = incumbentOf(values, blueprint, tolerance, relativeGap);
  const isAllowed = (items: readonly number[]): boolean =>
    include.every((item) => items.includes(item)) && !exclude.some((item) => items.includes(item));
  if (known !== undefined && isAllowed(known)) incumbent.report(known);
  const first = relax(values, blueprint, root, incumbent.report, incumbent.isGoodEnough);
  if (!('bound' in first)) return { kind: 'infeasible', conflicts: first, nodes: 1 };
  const open: OpenNode[] = [{ fixing: root, relaxed: first }];
  const nodes = search(values, blueprint, incumbent, open, { maximumNodes, tolerance });
  const best = incumbent.best();
  if (best === undefined)
    return {
      kind: 'infeasible',
      conflicts:
        open.length > 0
          ? [{ rule: `no test found in ${nodes} nodes`, needed: 1, possible: 0 }]
          : // What the best test without enemies and budgets would break.
            violations(blueprint, first.items),
      nodes,
    };
  const bound = open.reduce((highest, { relaxed }) => Math.max(highest, relaxed.bound), best.value);
  return {
    kind: 'assembled',
    items: [...best.items].sort((a, b) => a - b),
    value: best.value,
    isOptimal: bound <= best.value + tolerance,
    bound,
    nodes,
  };
}
