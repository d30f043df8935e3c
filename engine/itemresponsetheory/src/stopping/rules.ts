/**
 * When an adaptive test may end. Each rule answers yes or no from the state; a policy combines them (any, all, never
 * before a minimum).
 */
import { informationAt } from '../information/item.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';

/**
 * Fixed length: `given` items reach `length`.
 *
 * @example
 * ```ts
 * import { isLongEnough } from 'itemresponsetheory';
 *
 * console.log(isLongEnough(20, 20)); // → true
 * ```
 */
export const isLongEnough = (given: number, length: number): boolean => given >= length;

/**
 * SE ≤ limit.
 *
 * @example
 * ```ts
 * import { isPrecise } from 'itemresponsetheory';
 *
 * console.log(isPrecise(0.29, 0.3)); // → true
 * ```
 */
export const isPrecise = (standardError: number, limit: number): boolean => standardError <= limit;

/**
 * The interval θ ± z·SE excludes every cut (Kingsbury & Weiss 1983).
 *
 * @example
 * ```ts
 * import { isClassified } from 'itemresponsetheory';
 *
 * console.log(isClassified(0.8, 0.3, [0], 1.96)); // → true
 * ```
 */
export const isClassified = (theta: number, standardError: number, cuts: readonly number[], z: number): boolean =>
  cuts.every((cut) => Math.abs(theta - cut) > z * standardError);

/**
 * No available item would tell more than `limit` at θ.
 *
 * @example
 * ```ts
 * import { createItemParameters, isExhausted } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * console.log(isExhausted(bank, 0, () => true, 0.1)); // → false
 * ```
 */
export function isExhausted(
  bank: ItemParameters,
  theta: number,
  isAvailable: (item: number) => boolean,
  limit: number,
): boolean {
  for (let item = 0; item < bank.size; item += 1)
    if (isAvailable(item) && informationAt(bank, item, theta) > limit) return false;
  return true;
}

/**
 * |Δθ| < limit in each of the last `steps` steps; `thetas` holds the estimate after each item.
 *
 * @example
 * ```ts
 * import { isStable } from 'itemresponsetheory';
 *
 * console.log(isStable([0.4, 0.42, 0.41], 0.05, 2)); // → true
 * ```
 */
export function isStable(thetas: readonly number[], limit: number, steps: number): boolean {
  if (thetas.length <= steps) return false;
  return thetas
    .slice(-steps)
    .every((theta, n, last) => Math.abs(theta - (n === 0 ? thetas[thetas.length - steps - 1] : last[n - 1])) < limit);
}

/**
 * Predicted standard error reduction (Choi, Grady & Dodd 2011): the SE that the best item left would bring is 1/√(1/SE²
 * + I). Goes on past `limit` while that gains more than `worthwhile`, stops short of it when it gains less than
 * `negligible`.
 *
 * @example
 * ```ts
 * import { isReductionSpent } from 'itemresponsetheory';
 *
 * console.log(isReductionSpent(0.3, 0.1, { limit: 0.3, worthwhile: 0.01, negligible: 0.001 })); // → true
 * ```
 */
export function isReductionSpent(
  standardError: number,
  bestInformation: number,
  {
    limit,
    worthwhile,
    negligible,
  }: { readonly limit: number; readonly worthwhile: number; readonly negligible: number },
): boolean {
  const gain = standardError - 1 / Math.sqrt(1 / (standardError * standardError) + bestInformation);
  return standardError <= limit ? gain <= worthwhile : gain < negligible;
}
