import { requireFinite } from '../errors.ts';
import { type ItemParameters, requireItem } from '../parameters/item-parameters.ts';
import { createCurves, evaluate } from './curves.ts';

const curves = createCurves();

/** P(X = k | θ) for k = 0..K−1 into `out`; returns K. */
export function categoryProbabilities(bank: ItemParameters, item: number, theta: number, out: Float64Array): number {
  requireItem(bank, item);
  requireFinite('theta', theta);
  const categories = evaluate(bank, item, theta, curves);
  for (let k = 0; k < categories; k += 1) out[k] = curves.probability[k];
  return categories;
}

/** Σ k·P_k(θ). */
export function expectedScore(bank: ItemParameters, item: number, theta: number): number {
  requireItem(bank, item);
  requireFinite('theta', theta);
  const categories = evaluate(bank, item, theta, curves);
  let sum = 0;
  for (let k = 1; k < categories; k += 1) sum += k * curves.probability[k];
  return sum;
}

/** Expected sum score of a test at θ, the test characteristic curve. */
export function testCharacteristic(bank: ItemParameters, items: ArrayLike<number>, theta: number): number {
  let sum = 0;
  for (let n = 0; n < items.length; n += 1) sum += expectedScore(bank, items[n], theta);
  return sum;
}
