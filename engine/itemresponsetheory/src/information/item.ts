import { requireFinite } from '../errors.ts';
import { createCurves, type Curves, evaluate } from '../models/curves.ts';
import { sigmoid } from '../numeric/elementary.ts';
import { type ItemParameters, Model, requireItem } from '../parameters/item-parameters.ts';

const curves = createCurves();

/**
 * Fisher information Σ P'²/P = Σ P'·ℓ' of curves already evaluated.
 *
 * @example
 * ```ts
 * import { createCurves, createItemParameters, evaluate, informationOf } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const curves = createCurves();
 * const categories = evaluate(bank, 1, 0.5, curves);
 * console.log(informationOf(curves, categories).toFixed(3)); // → 0.490
 * ```
 */
export function informationOf({ first, score }: Curves, categories: number): number {
  let sum = 0;
  for (let k = 0; k < categories; k += 1) sum += first[k] * score[k];
  return sum;
}

/**
 * Warm's J = Σ P'·P''/P = Σ ℓ'·P'' of curves already evaluated (Warm 1989).
 *
 * @example
 * ```ts
 * import { createCurves, createItemParameters, evaluate, warmOf } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const curves = createCurves();
 * const categories = evaluate(bank, 1, 0.5, curves);
 * console.log(warmOf(curves, categories).toFixed(3)); // → 0.264
 * ```
 */
export function warmOf({ score, second }: Curves, categories: number): number {
  let sum = 0;
  for (let k = 0; k < categories; k += 1) sum += score[k] * second[k];
  return sum;
}

/**
 * dI/dθ = 2J − Σ P'³/P² of curves already evaluated.
 *
 * @example
 * ```ts
 * import { createCurves, createItemParameters, evaluate, informationDerivativeOf } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const curves = createCurves();
 * const categories = evaluate(bank, 1, 0.5, curves);
 * console.log(informationDerivativeOf(curves, categories).toFixed(3)); // → 0.264
 * ```
 */
export function informationDerivativeOf(evaluated: Curves, categories: number): number {
  const { first, score } = evaluated;
  let sum = 2 * warmOf(evaluated, categories);
  for (let k = 0; k < categories; k += 1) sum -= first[k] * score[k] * score[k];
  return sum;
}

/**
 * Fisher information without checks, for inner loops: a²s(1−s) for 1PL and 2PL, otherwise from the curves.
 *
 * @example
 * ```ts
 * import { createItemParameters, informationAt } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * console.log(informationAt(bank, 0, -1)); // → 0.25
 * ```
 */
export function informationAt(bank: ItemParameters, item: number, theta: number): number {
  if (bank.model[item] === Model.Logistic && bank.lower[item] === 0 && bank.upper[item] === 1) {
    const a = bank.slope[item];
    const s = sigmoid(-Math.abs(a * (theta - bank.step[bank.stepStart[item]])));
    return a * a * s * (1 - s);
  }
  return informationOf(curves, evaluate(bank, item, theta, curves));
}

/**
 * Fisher (expected) information of one item at θ.
 *
 * @example
 * ```ts
 * import { createItemParameters, itemInformation } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * console.log(itemInformation(bank, 1, 1)); // → 0.5625
 * ```
 */
export function itemInformation(bank: ItemParameters, item: number, theta: number): number {
  requireItem(bank, item);
  requireFinite('theta', theta);
  return informationAt(bank, item, theta);
}

/**
 * Observed information −ℓ''_k = ℓ'² − P''/P of one response; may be negative under 3PL and 4PL.
 *
 * @example
 * ```ts
 * import { createItemParameters, observedInformation } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * console.log(observedInformation(bank, 1, 1, 0).toFixed(3)); // → 0.336
 * ```
 */
export function observedInformation(bank: ItemParameters, item: number, category: number, theta: number): number {
  requireItem(bank, item);
  requireFinite('theta', theta);
  evaluate(bank, item, theta, curves);
  const score = curves.score[category];
  return score * score - curves.second[category] / curves.probability[category];
}

/**
 * Σ of the items' information at θ; the standard error of ml and wle is 1/√ of it.
 *
 * @example
 * ```ts
 * import { createItemParameters, testInformation } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * console.log(testInformation(bank, [0, 1, 2], 0).toFixed(3)); // → 1.011
 * ```
 */
export function testInformation(bank: ItemParameters, items: ArrayLike<number>, theta: number): number {
  let sum = 0;
  for (let n = 0; n < items.length; n += 1) sum += itemInformation(bank, items[n], theta);
  return sum;
}
