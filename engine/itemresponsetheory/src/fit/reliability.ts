/** Reliability on the scale of θ. */
import { IrtError } from '../errors.ts';
import { informationAt } from '../information/item.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import { type Grid, normalGrid } from '../quadrature/grid.ts';

/**
 * Before anybody was tested: ∫I/(I + 1/σ²)·φ, the share of the variance that a posterior takes away (Green et al.
 * 1984); σ² of the grid.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { marginalReliability } from 'itemresponsetheory/fit';
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
 * console.log(marginalReliability(bank).toFixed(3)); // → 0.485
 * ```
 */
export function marginalReliability(bank: ItemParameters, { node, weight }: Grid = normalGrid()): number {
  let mean = 0;
  for (let q = 0; q < node.length; q += 1) mean += weight[q] * node[q];
  let variance = 0;
  for (let q = 0; q < node.length; q += 1) variance += weight[q] * (node[q] - mean) ** 2;
  let reliability = 0;
  for (let q = 0; q < node.length; q += 1) {
    let information = 0;
    for (let item = 0; item < bank.size; item += 1) information += informationAt(bank, item, node[q]);
    reliability += weight[q] * (information / (information + 1 / variance));
  }
  return reliability;
}

/**
 * From estimates and their SEs. EAP: var(θ̂)/(var(θ̂) + mean SE²), as the two add up to the variance of θ. ML and WLE:
 * (var(θ̂) − mean SE²)/var(θ̂), as θ̂ varies by the error on top of θ. Variance with N − 1; infinite estimates are left
 * out. Throws IrtError for fewer than two estimates.
 *
 * @example
 * ```ts
 * import { empiricalReliability } from 'itemresponsetheory/fit';
 *
 * console.log(empiricalReliability([-1, 0, 1], [0.5, 0.5, 0.5], 'wle')); // → 0.75
 * ```
 */
export function empiricalReliability(
  theta: ArrayLike<number>,
  standardError: ArrayLike<number>,
  method: 'eap' | 'ml' | 'wle',
): number {
  if (theta.length !== standardError.length)
    throw new IrtError(
      'unequal-lengths',
      'standardError',
      standardError.length,
      `must have as many members as theta (${theta.length})`,
    );
  const pairs = Array.from(theta, (value, n) => ({ value, square: standardError[n] ** 2 })).filter(
    ({ value, square }) => Number.isFinite(value) && Number.isFinite(square),
  );
  if (pairs.length < 2) throw new IrtError('too-few', 'theta', pairs.length, 'must be at least 2 finite estimates');
  const mean = pairs.reduce((sum, { value }) => sum + value, 0) / pairs.length;
  const variance = pairs.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / (pairs.length - 1);
  const error = pairs.reduce((sum, { square }) => sum + square, 0) / pairs.length;
  return method === 'eap' ? variance / (variance + error) : (variance - error) / variance;
}
