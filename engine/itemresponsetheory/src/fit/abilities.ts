/** The abilities at which residuals are taken. */
import { IrtError } from '../errors.ts';
import { type AbilityEstimate, estimateAbility } from '../ability/estimate.ts';
import { hasOneMode } from '../ability/likelihood.ts';
import { momentsOf, normalise } from '../ability/posterior.ts';
import { isPlain, scoreResponses } from '../ability/score-responses.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import { tabulate } from '../information/table.ts';
import { type Grid, normalGrid } from '../quadrature/grid.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { requireResponses } from './responses.ts';

export interface Abilities {
  readonly theta: Float64Array;
  readonly standardError: Float64Array;
}

/** Calls `each` with every person's posterior weights on the grid; the array is used again for the next. */
export function eachPosterior(
  bank: ItemParameters,
  data: ResponseMatrix,
  grid: Grid,
  each: (person: number, weight: Float64Array) => void,
): void {
  const { logWeight: prior, logProbability, rowStart } = tabulate(bank, grid);
  const points = grid.node.length;
  const logWeight = new Float64Array(points);
  const weight = new Float64Array(points);
  for (let person = 0; person < data.persons; person += 1) {
    logWeight.set(prior);
    for (let n = data.rowStart[person]; n < data.rowStart[person + 1]; n += 1) {
      const start = (rowStart[data.item[n]] + data.category[n]) * points;
      for (let q = 0; q < points; q += 1) logWeight[q] += logProbability[start + q];
    }
    each(person, normalise(logWeight, weight));
  }
}

/** One person's items and categories, without copying. */
export function rowOf(
  data: ResponseMatrix,
  person: number,
): { readonly items: Uint32Array; readonly categories: Uint8Array } {
  const [from, to] = [data.rowStart[person], data.rowStart[person + 1]];
  return { items: data.item.subarray(from, to), categories: data.category.subarray(from, to) };
}

export interface AbilitiesOptions {
  readonly method: 'eap' | 'wle';
  /** Density of the population under eap; default N(0, 1) on 61 points. */ readonly grid?: Grid;
  /** Bounds of wle; default [−10, 10]. */ readonly bound?: number;
}

/** Warm's root is sought around the EAP first, where the likelihood has one mode only: a quarter of the work. */
function nearby(
  bank: ItemParameters,
  items: Uint32Array,
  categories: Uint8Array,
  start: number,
  bound: number,
): AbilityEstimate {
  if (hasOneMode(bank, items)) {
    const found = estimateAbility(bank, items, categories, {
      method: 'wle',
      lower: Math.max(-bound, start - 1.5),
      upper: Math.min(bound, start + 1.5),
    });
    if (found.atBound === undefined && found.converged) return found;
  }
  return estimateAbility(bank, items, categories, { method: 'wle', lower: -bound, upper: bound });
}

/**
 * EAP and posterior SD, or Warm's WLE and 1/√I. Throws IrtError under wle for a person without responses.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { estimateAbilities } from 'itemresponsetheory/fit';
 * import { drawCategory } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters(
 *   [-1, -0.5, 0, 0.5, 1].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * const rows = Array.from({ length: 400 }, (_, person) => {
 *   const random = createRng('example').fork(person);
 *   const theta = random.normal();
 *   return Array.from(bank.id, (__, item) => drawCategory(bank, item, theta, random));
 * });
 * const data = responseMatrix(rows);
 * const { theta } = estimateAbilities(bank, data, { method: 'wle' });
 * console.log(theta.length); // → 400
 * ```
 */
export function estimateAbilities(
  bank: ItemParameters,
  data: ResponseMatrix,
  { method, grid = normalGrid(), bound = 10 }: AbilitiesOptions,
): Abilities {
  requireResponses(bank, data);
  const theta = new Float64Array(data.persons);
  const standardError = new Float64Array(data.persons);
  if (method === 'eap') {
    eachPosterior(bank, data, grid, (person, weight) => {
      const moments = momentsOf(grid.node, weight);
      theta[person] = moments.theta;
      standardError[person] = moments.standardError;
    });
    return { theta, standardError };
  }
  if (bank.model.every((_, item) => isPlain(bank, item))) {
    const empty = data.rowStart.findIndex(
      (from, person) => person < data.persons && from === data.rowStart[person + 1],
    );
    if (empty >= 0)
      throw new IrtError('no-responses', `data[${empty}]`, '[]', 'must have at least one member under wle');
    return scoreResponses(bank, data, { method: 'wle', lower: -bound, upper: bound });
  }
  const start = estimateAbilities(bank, data, { method: 'eap', grid }).theta;
  const known = new Map<string, { theta: number; standardError: number }>();
  for (let person = 0; person < data.persons; person += 1) {
    const { items, categories } = rowOf(data, person);
    const key = `${items.join()};${categories.join()}`;
    const estimate = known.get(key) ?? nearby(bank, items, categories, start[person], bound);
    known.set(key, estimate);
    theta[person] = estimate.theta;
    standardError[person] = estimate.standardError;
  }
  return { theta, standardError };
}

/** Throws IrtError unless there is one finite θ for each person. */
export function requireThetas(data: ResponseMatrix, theta: ArrayLike<number>): void {
  if (theta.length !== data.persons)
    throw new IrtError('unequal-lengths', 'theta', theta.length, `must be ${data.persons}, one for each person`);
  for (let person = 0; person < theta.length; person += 1)
    if (!Number.isFinite(theta[person]))
      throw new IrtError('not-finite', `theta[${person}]`, theta[person], 'must be a finite number');
}
