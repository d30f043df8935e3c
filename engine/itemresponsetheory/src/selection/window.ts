/**
 * Criteria at or around a point: Kullback–Leibler information in a shrinking window, at a cut, and towards a target.
 */
import { createCurves, evaluate } from '../models/curves.ts';
import { type ItemParameters, requireItem } from '../parameters/item-parameters.ts';

const [from, to] = [createCurves(), createCurves()];

/**
 * Σ_k P_k(θ)·ln[P_k(θ)/P_k(other)], the Kullback–Leibler divergence of the item's answers.
 *
 * @example
 * ```ts
 * import { createItemParameters, kullbackLeibler } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * console.log(kullbackLeibler(bank, 1, 0, 1).toFixed(3)); // → 0.218
 * ```
 */
export function kullbackLeibler(bank: ItemParameters, item: number, theta: number, other: number): number {
  requireItem(bank, item);
  const categories = evaluate(bank, item, theta, from);
  evaluate(bank, item, other, to);
  let sum = 0;
  for (let k = 0; k < categories; k += 1) sum += from.probability[k] * (from.logProbability[k] - to.logProbability[k]);
  return sum;
}

/**
 * ∫ over |θ' − θ| ≤ 3/√n of the divergence (Chang & Ying 1996), n = items given; Simpson's rule on 20 intervals.
 *
 * @example
 * ```ts
 * import { createItemParameters, windowedKullbackLeibler } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * console.log(windowedKullbackLeibler(bank, 1, 0, 4).toFixed(3)); // → 0.380
 * ```
 */
export function windowedKullbackLeibler(bank: ItemParameters, item: number, theta: number, given: number): number {
  const half = 3 / Math.sqrt(Math.max(1, given));
  const step = half / 10;
  let sum = 0;
  for (let n = 0; n <= 20; n += 1)
    sum +=
      (n === 0 || n === 20 ? 1 : n % 2 === 1 ? 4 : 2) * kullbackLeibler(bank, item, theta, theta - half + n * step);
  return (sum * step) / 3;
}

/**
 * Divergence between just above and just below a cut: cut + δ from cut − δ (Eggen 1999).
 *
 * @example
 * ```ts
 * import { createItemParameters, divergenceAtCut } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * console.log(divergenceAtCut(bank, 1, 0.5, 0.3).toFixed(3)); // → 0.092
 * ```
 */
export const divergenceAtCut = (bank: ItemParameters, item: number, cut: number, halfWidth: number): number =>
  kullbackLeibler(bank, item, cut + halfWidth, cut - halfWidth);

/**
 * −|information so far + the item's − target|: goal information (van der Linden's target for a shadow test, met item by
 * item).
 *
 * @example
 * ```ts
 * import { nearnessOfGoal } from 'itemresponsetheory';
 *
 * console.log(nearnessOfGoal(3, 0.4, 5).toFixed(1)); // → -1.6
 * ```
 */
export const nearnessOfGoal = (informationSoFar: number, itemInformation: number, target: number): number =>
  -Math.abs(informationSoFar + itemInformation - target);
