/**
 * How long a release lasts: items become known to candidates; when is one to be retired, and when is too little left to
 * measure with?
 */
import { IrtError } from '../errors.ts';
import { informationAt } from '../information/item.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';

export interface LifeDesign {
  readonly bank: ItemParameters;
  /** Share of candidates who get each item, e.g. from a study. */
  readonly rates: ArrayLike<number>;
  /** Items in use: pretest items are not. */
  readonly isInUse: (item: number) => boolean;
  readonly candidatesPerMonth: number;
  /** Candidates who may see an item before it is retired. */
  readonly mostSeen: number;
  /** Points at which the bank must stay able to measure, and by tests of how many items. */
  readonly cuts: readonly number[];
  readonly length: number;
  /**
   * The bank is worn out when the best test at a cut has less than this share of the information it began with; default
   * 0.9.
   */
  readonly leastShare?: number;
}

export interface ItemLife {
  readonly item: number;
  readonly rate: number;
  /** At which it reaches `mostSeen`; Infinity when it is not used. */ readonly month: number;
}
export interface BankLife {
  /** First month in which too little information is left at a cut; at most 1,200. */
  readonly wornOutInMonth: number;
  readonly atCut: number;
  /** Items in the order in which they are to be retired up to then. */
  readonly retirement: readonly ItemLife[];
}

/** Σ I at θ of the `length` best items that are left. */
function bestTest(bank: ItemParameters, isLeft: (item: number) => boolean, theta: number, length: number): number {
  const values = Array.from({ length: bank.size }, (_, item) =>
    isLeft(item) ? informationAt(bank, item, theta) : 0,
  ).sort((a, b) => b - a);
  return values.slice(0, length).reduce((sum, value) => sum + value, 0);
}

/**
 * Month by month. What retired items would have been given falls to the items left, in proportion to their rates, at
 * most to every candidate: so a bank wears faster the smaller it gets.
 *
 * @example
 * ```ts
 * import { createItemParameters } from 'itemresponsetheory';
 * import { bankLife } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters(
 *   Array.from({ length: 20 }, (_, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty: (n - 10) / 10 })),
 * );
 * const { wornOutInMonth, retirement } = bankLife({
 *   bank,
 *   rates: Array.from(bank.id, (_, item) => (item < 10 ? 0.6 : 0.4)),
 *   isInUse: () => true,
 *   candidatesPerMonth: 100,
 *   mostSeen: 500,
 *   cuts: [0],
 *   length: 10,
 * });
 * console.log(wornOutInMonth, retirement[0]?.month); // → 11 9
 * ```
 */
export function bankLife({
  bank,
  rates,
  isInUse,
  candidatesPerMonth,
  mostSeen,
  cuts,
  length,
  leastShare = 0.9,
}: LifeDesign): BankLife {
  for (const [field, value] of Object.entries({ candidatesPerMonth, mostSeen, length }))
    if (!(value > 0)) throw new IrtError('not-positive', field, value, 'must be greater than 0');
  if (rates.length !== bank.size)
    throw new IrtError('unequal-lengths', 'rates', rates.length, `must have a member for each of ${bank.size} items`);
  const left = new Set(Array.from({ length: bank.size }, (_, item) => item).filter(isInUse));
  const total = [...left].reduce((sum, item) => sum + rates[item], 0);
  const seen = new Float64Array(bank.size);
  const atStart = cuts.map((cut) => bestTest(bank, (item) => left.has(item), cut, length));
  const retirement: ItemLife[] = [];
  for (let month = 1; month <= 1200; month += 1) {
    const now = [...left].reduce((sum, item) => sum + rates[item], 0);
    const share = now === 0 ? 0 : total / now;
    for (const item of [...left].sort((a, b) => rates[b] - rates[a] || a - b)) {
      seen[item] += Math.min(1, rates[item] * share) * candidatesPerMonth;
      if (seen[item] >= mostSeen) {
        left.delete(item);
        retirement.push({ item, rate: rates[item], month });
      }
    }
    const worn = cuts.findIndex(
      (cut, n) => bestTest(bank, (item) => left.has(item), cut, length) < leastShare * atStart[n],
    );
    if (worn >= 0) return { wornOutInMonth: month, atCut: cuts[worn], retirement };
  }
  return { wornOutInMonth: Infinity, atCut: NaN, retirement };
}
