import { requireFinite } from '../errors.ts';
import { createCurves, type Curves, evaluate } from '../models/curves.ts';
import { type ItemParameters, requireItem } from '../parameters/item-parameters.ts';

const curves = createCurves();

/** Fisher information Σ P'²/P of curves already evaluated. */
export function informationOf({ probability, first }: Curves, categories: number): number {
  let sum = 0;
  for (let k = 0; k < categories; k += 1) { const p = probability[k] ?? 0; if (p > 0) sum += ((first[k] ?? 0) * (first[k] ?? 0)) / p; }
  return sum;
}

/** Warm's J = Σ P'·P''/P of curves already evaluated. */
export function warmOf({ probability, first, second }: Curves, categories: number): number {
  let sum = 0;
  for (let k = 0; k < categories; k += 1) { const p = probability[k] ?? 0; if (p > 0) sum += ((first[k] ?? 0) * (second[k] ?? 0)) / p; }
  return sum;
}

/** Fisher (expected) information of one item at θ. */
export function itemInformation(bank: ItemParameters, item: number, theta: number): number {
  requireItem(bank, item);
  requireFinite('theta', theta);
  return informationOf(curves, evaluate(bank, item, theta, curves));
}

/** Σ of the items' information at θ. */
export function testInformation(bank: ItemParameters, items: ArrayLike<number>, theta: number): number {
  let sum = 0;
  for (let n = 0; n < items.length; n += 1) sum += itemInformation(bank, items[n] ?? -1, theta);
  return sum;
}
