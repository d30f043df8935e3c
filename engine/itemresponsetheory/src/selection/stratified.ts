/**
 * a-stratification with b-blocking (Chang & Ying 1999; Chang, Qian & Ying 2001): low slopes first, difficulties spread
 * alike over strata.
 */
import { IrtError } from '../errors.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';

/**
 * Stratum of every item, 0 = the lowest slopes: items in order of difficulty are cut into blocks of `strata`, each
 * block spread by slope.
 *
 * @example
 * ```ts
 * import { createItemParameters, stratify } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * console.log(stratify(bank, 2).join()); // → 0,0,1
 * ```
 */
export function stratify(bank: ItemParameters, strata: number): Uint16Array {
  if (!Number.isInteger(strata) || strata < 1 || strata > bank.size)
    throw new IrtError('strata-out-of-range', 'strata', strata, `must be a whole number from 1 to ${bank.size}`);
  const difficulty = (item: number): number => bank.step[bank.stepStart[item]];
  const slope = (item: number): number => bank.slope[item];
  const byDifficulty = Array.from({ length: bank.size }, (_, item) => item).sort(
    (a, b) => difficulty(a) - difficulty(b) || a - b,
  );
  const out = new Uint16Array(bank.size);
  for (let start = 0; start < bank.size; start += strata)
    byDifficulty
      .slice(start, start + strata)
      .sort((a, b) => slope(a) - slope(b) || a - b)
      .forEach((item, stratum) => {
        out[item] = stratum;
      });
  return out;
}

/**
 * Stratum to choose from at a position (1-based) of a test of `length` items.
 *
 * @example
 * ```ts
 * import { stratumAt } from 'itemresponsetheory';
 *
 * console.log(stratumAt(7, 20, 4)); // → 1
 * ```
 */
export const stratumAt = (position: number, length: number, strata: number): number =>
  Math.min(strata - 1, Math.floor(((position - 1) * strata) / length));
