import { requireFinite } from '../errors.ts';
import { type ItemParameters, requireItem } from '../parameters/item-parameters.ts';
import { createCurves, evaluate } from './curves.ts';

const curves = createCurves();

/**
 * P(X = k | θ) for k = 0..K−1 into `out`; returns K.
 *
 * @example
 * ```ts
 * import { categoryProbabilities, createItemParameters } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const out = new Float64Array(3);
 * categoryProbabilities(bank, 2, 0, out);
 * console.log(Array.from(out, (p) => p.toFixed(3)).join()); // → 0.186,0.506,0.307
 * ```
 */
export function categoryProbabilities(bank: ItemParameters, item: number, theta: number, out: Float64Array): number {
  requireItem(bank, item);
  requireFinite('theta', theta);
  const categories = evaluate(bank, item, theta, curves);
  for (let k = 0; k < categories; k += 1) out[k] = curves.probability[k];
  return categories;
}

/**
 * Σ k·P_k(θ).
 *
 * @example
 * ```ts
 * import { createItemParameters, expectedScore } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * console.log(expectedScore(bank, 2, 0).toFixed(3)); // → 1.121
 * ```
 */
export function expectedScore(bank: ItemParameters, item: number, theta: number): number {
  requireItem(bank, item);
  requireFinite('theta', theta);
  const categories = evaluate(bank, item, theta, curves);
  let sum = 0;
  for (let k = 1; k < categories; k += 1) sum += k * curves.probability[k];
  return sum;
}

/**
 * Expected sum score of a test at θ, the test characteristic curve.
 *
 * @example
 * ```ts
 * import { createItemParameters, testCharacteristic } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * console.log(testCharacteristic(bank, [0, 1, 2], 0).toFixed(3)); // → 2.034
 * ```
 */
export function testCharacteristic(bank: ItemParameters, items: ArrayLike<number>, theta: number): number {
  let sum = 0;
  for (let n = 0; n < items.length; n += 1) sum += expectedScore(bank, items[n], theta);
  return sum;
}
