/**
 * The shadow test (van der Linden & Reese 1998): before every item, the best whole test that contains what was given
 * and obeys the blueprint; its best free item comes next. So no blueprint is ever broken, and information is as high as
 * the blueprint allows.
 */
import { informationAt } from '../information/item.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import { type Assembly, assemble, type AssemblyOptions } from './assemble.ts';
import type { Blueprint } from './blueprint.ts';
import { assembleBySolver } from './by-solver.ts';
import type { MipSolver } from './solver-port.ts';

export interface ShadowStep {
  readonly shadow: Assembly;
  /** Free items of the shadow test, best first; those of an open set before all others. */
  readonly free: readonly number[];
}

export interface ShadowOptions extends Omit<AssemblyOptions, 'include' | 'exclude'> {
  /** For blueprints with sets; otherwise it is not needed. */ readonly solver?: MipSolver;
}

/**
 * Within a hundredth of the best shadow test unless `options` say otherwise. `given`: items so far; `exclude`: items
 * that may not be used (earlier attempts, ineligible).
 *
 * @example
 * ```ts
 * import { createItemParameters } from 'itemresponsetheory';
 * import { shadowStep } from 'itemresponsetheory/assembly';
 *
 * const bank = createItemParameters(
 *   [-1, 0, 0.5, 1].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * const blueprint = {
 *   length: 2,
 *   classOf: [0, 0, 1, 1],
 *   bounds: [
 *     { name: 'reading', lower: 1, upper: 1 },
 *     { name: 'writing', lower: 1, upper: 1 },
 *   ],
 * };
 * // The second item, of reading, was given: writing comes next.
 * console.log(shadowStep(bank, blueprint, 0, [1]).free.join()); // → 2
 * ```
 */
export function shadowStep(
  bank: ItemParameters,
  blueprint: Blueprint,
  theta: number,
  given: readonly number[],
  exclude: readonly number[] = [],
  options: ShadowOptions = {},
): ShadowStep {
  const values = Float64Array.from({ length: bank.size }, (_, item) => informationAt(bank, item, theta));
  const { solver, relativeGap = 0.01, ...search } = options;
  const request = {
    relativeGap,
    include: given,
    exclude: [...exclude, ...closedItems(blueprint, given)].filter((item) => !given.includes(item)),
  };
  const shadow =
    solver === undefined
      ? assemble(values, blueprint, { ...search, ...request })
      : assembleBySolver({ kind: 'maximum', values }, blueprint, bank.size, solver, request);
  const free = shadow.kind === 'assembled' ? shadow.items.filter((item) => !given.includes(item)) : [];
  const open = setInProgress(blueprint, given, free);
  const rank = (item: number): number => (open !== undefined && blueprint.sets?.setOf[item] === open ? 0 : 1);
  return { shadow, free: [...free].sort((a, b) => rank(a) - rank(b) || values[b] - values[a] || a - b) };
}

/** What is left of sets that were begun and left: nobody hears the same audio again later in the test. */
function closedItems({ sets }: Blueprint, given: readonly number[]): number[] {
  if (sets === undefined) return [];
  const setOf = (item: number): number => sets.setOf[item];
  const last = given.at(-1);
  const closed = new Set(given.map(setOf).filter((set) => set >= 0 && (last === undefined || set !== setOf(last))));
  return Array.from(sets.setOf, (set, item) => (closed.has(set) ? item : -1)).filter((item) => item >= 0);
}

/**
 * The set of the last given item, while the shadow test holds more of it: its items are heard under one audio and stay
 * together.
 */
function setInProgress({ sets }: Blueprint, given: readonly number[], free: readonly number[]): number | undefined {
  const last = given.at(-1);
  const set = sets === undefined || last === undefined ? -1 : sets.setOf[last];
  return set >= 0 && free.some((item) => sets?.setOf[item] === set) ? set : undefined;
}
