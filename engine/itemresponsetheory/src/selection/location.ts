/** Where an item measures best, and rules that choose by location. */
import { informationAt } from '../information/item.ts';
import { log } from '../numeric/elementary.ts';
import { type ItemParameters, Model, requireItem } from '../parameters/item-parameters.ts';

/** Golden section within 1e-10, for 4PL and polytomous items, from the best point of a scan of [−8, 8]. */
function highestInformation(bank: ItemParameters, item: number): number {
  let best = -8;
  for (let q = 0; q <= 160; q += 1) {
    const theta = -8 + q / 10;
    if (informationAt(bank, item, theta) > informationAt(bank, item, best)) best = theta;
  }
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [best - 0.1, best + 0.1];
  while (high - low > 1e-10) {
    const [left, right] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (informationAt(bank, item, left) > informationAt(bank, item, right)) high = right;
    else low = left;
  }
  return (low + high) / 2;
}

/**
 * θ of an item's maximum information: 2PL b, 3PL b + ln[(1 + √(1 + 8c))/2]/a (Birnbaum 1968); otherwise by search.
 *
 * @example
 * ```ts
 * import { createItemParameters, mostInformativeTheta } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([{ model: 'logistic', id: 'a', difficulty: 0, lower: 0.25 }]);
 * console.log(mostInformativeTheta(bank, 0).toFixed(3)); // → 0.312
 * ```
 */
export function mostInformativeTheta(bank: ItemParameters, item: number): number {
  requireItem(bank, item);
  const [a, b, c] = [bank.slope[item], bank.step[bank.stepStart[item]], bank.lower[item]];
  if (bank.model[item] !== Model.Logistic || bank.upper[item] !== 1) return highestInformation(bank, item);
  return c === 0 ? b : b + log((1 + Math.sqrt(1 + 8 * c)) / 2) / a;
}

/**
 * −|b − θ| (Urry 1970), dichotomous items; the larger the better.
 *
 * @example
 * ```ts
 * import { createItemParameters, nearnessOfDifficulty } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * console.log(nearnessOfDifficulty(bank, 0, 0)); // → -1
 * ```
 */
export const nearnessOfDifficulty = (bank: ItemParameters, item: number, theta: number): number =>
  -Math.abs(bank.step[bank.stepStart[item]] - theta);

/**
 * −|θ_max − θ| (Barrada, Mazuela & Olea 2006; Magis 2013).
 *
 * @example
 * ```ts
 * import { createItemParameters, nearnessOfMaximum } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * console.log(nearnessOfMaximum(bank, 1, 0)); // → -1
 * ```
 */
export const nearnessOfMaximum = (bank: ItemParameters, item: number, theta: number): number =>
  -Math.abs(mostInformativeTheta(bank, item) - theta);
