/**
 * When an adaptive test may end. Each rule answers yes or no from the state; a policy combines them (any, all, never
 * before a minimum).
 */
import { informationAt } from '../information/item.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';

/** Fixed length: `given` items reach `length`. */
export const isLongEnough = (given: number, length: number): boolean => given >= length;

/** SE ≤ limit. */
export const isPrecise = (standardError: number, limit: number): boolean => standardError <= limit;

/** The interval θ ± z·SE excludes every cut (Kingsbury & Weiss 1983). */
export const isClassified = (theta: number, standardError: number, cuts: readonly number[], z: number): boolean =>
  cuts.every((cut) => Math.abs(theta - cut) > z * standardError);

/** No available item would tell more than `limit` at θ. */
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

/** |Δθ| < limit in each of the last `steps` steps; `thetas` holds the estimate after each item. */
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
