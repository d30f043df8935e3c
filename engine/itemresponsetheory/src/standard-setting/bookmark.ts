/**
 * Bookmark (Lewis, Mitzel & Green 1996): items in order of the ability at which they are answered with a given chance;
 * judges lay a mark.
 */
import { IrtError } from '../errors.ts';
import { log } from '../numeric/elementary.ts';
import { expectedScore } from '../models/probability.ts';
import { type ItemParameters, Model } from '../parameters/item-parameters.ts';
import type { CutScore } from './angoff.ts';

export interface BookletPage {
  readonly item: number;
  readonly location: number;
}

/**
 * θ at which an item's expected share of its points is `chance`: closed form for logistic items, bisection otherwise.
 * Guessing counts.
 *
 * @example
 * ```ts
 * import { createItemParameters } from 'itemresponsetheory';
 * import { responseLocation } from 'itemresponsetheory/standard-setting';
 *
 * const bank = createItemParameters([{ model: 'logistic', id: 'a', difficulty: 0.5 }]);
 * console.log(responseLocation(bank, 0, 0.5), responseLocation(bank, 0, 0.67).toFixed(3)); // → 0.5 1.208
 * ```
 */
export function responseLocation(bank: ItemParameters, item: number, chance: number): number {
  const [a, b, c, d] = [bank.slope[item], bank.step[bank.stepStart[item]], bank.lower[item], bank.upper[item]];
  if (bank.model[item] === Model.Logistic)
    return chance <= c ? -Infinity : chance >= d ? Infinity : b + log((chance - c) / (d - chance)) / a;
  const most = bank.categories[item] - 1;
  let [low, high] = [-50, 50];
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2;
    if (expectedScore(bank, item, middle) / most < chance) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The booklet, easiest first. `chance`: response probability, default 0.67.
 *
 * @example
 * ```ts
 * import { createItemParameters } from 'itemresponsetheory';
 * import { orderedBooklet } from 'itemresponsetheory/standard-setting';
 *
 * const bank = createItemParameters(
 *   [1, -1, 0].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * console.log(orderedBooklet(bank).map(({ item }) => bank.id[item]).join()); // → i1,i2,i0
 * ```
 */
export function orderedBooklet(bank: ItemParameters, chance = 0.67): BookletPage[] {
  if (!(chance > 0 && chance < 1))
    throw new IrtError('chance-out-of-range', 'chance', chance, 'must be above 0 and below 1');
  return Array.from({ length: bank.size }, (_, item) => ({
    item,
    location: responseLocation(bank, item, chance),
  })).sort((x, y) => x.location - y.location || x.item - y.item);
}

/**
 * `marks`: for each judge the first page (from 1) that a just-qualified candidate would no longer master; the cut lies
 * between it and the page before. Median over judges; error by their spread.
 *
 * @example
 * ```ts
 * import { createItemParameters } from 'itemresponsetheory';
 * import { bookmark, orderedBooklet } from 'itemresponsetheory/standard-setting';
 *
 * const bank = createItemParameters(
 *   [-2, -1, 0, 1, 2].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * const { cut, standardError } = bookmark(orderedBooklet(bank), [3, 4, 4]);
 * console.log(cut.toFixed(2), standardError.toFixed(2)); // → 1.21 0.42
 * ```
 */
export function bookmark(
  booklet: readonly BookletPage[],
  marks: readonly number[],
): CutScore & { readonly judges: readonly number[] } {
  if (marks.length < 2)
    throw new IrtError('too-few-judgements', 'marks', marks.length, 'must have at least two judges');
  const judges = marks.map((mark, j) => {
    if (!Number.isInteger(mark) || mark < 1 || mark > booklet.length + 1)
      throw new IrtError('page-out-of-range', `marks[${j}]`, mark, `must be a page from 1 to ${booklet.length + 1}`);
    const [before, after] = [booklet[Math.max(0, mark - 2)], booklet[Math.min(mark, booklet.length) - 1]];
    return (before.location + after.location) / 2;
  });
  const sorted = [...judges].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  const cut = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  const mean = judges.reduce((sum, value) => sum + value, 0) / judges.length;
  const spread = Math.sqrt(judges.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (judges.length - 1));
  // Of a median, √(π/2) times that of a mean.
  return { cut, standardError: (1.2533141373155 * spread) / Math.sqrt(judges.length), judges };
}
