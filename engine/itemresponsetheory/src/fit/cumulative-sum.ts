/**
 * Person fit in the order of the answers (van Krimpen-Stoop & Meijer 2000), for adaptive rows: C⁺ and C⁻ add up what is
 * better and what is worse than expected, and forget the rest, so that a bad beginning, a loss of concentration or
 * items known beforehand stand out.
 */
import { IrtError } from '../errors.ts';
import type { Rng } from '../numeric/rng.ts';
import { type ItemParameters, requireCategory, requireItem } from '../parameters/item-parameters.ts';
import { drawCategory } from '../simulation/generate.ts';
import { type ScoreMoments, scoreMoments } from './mean-square.ts';

export interface CumulativeSums {
  /** After each answer: max(0, C⁺ + T) and min(0, C⁻ + T), T = (x − E(x | θ))/((K − 1)·n). */
  readonly upper: Float64Array;
  readonly lower: Float64Array;
  /** Largest C⁺ and least C⁻. */
  readonly highest: number;
  readonly lowest: number;
}

/**
 * `theta`: the final estimate, or one for each answer (the estimate before it).
 *
 * @example
 * ```ts
 * import { createItemParameters } from 'itemresponsetheory';
 * import { cumulativeSums } from 'itemresponsetheory/fit';
 *
 * const bank = createItemParameters(
 *   [-1, 0, 1].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * const { highest, lowest } = cumulativeSums(bank, [0, 1, 2], [0, 0, 1], 0);
 * console.log(highest.toFixed(2), lowest.toFixed(2)); // → 0.24 -0.41
 * ```
 */
export function cumulativeSums(
  bank: ItemParameters,
  items: ArrayLike<number>,
  categories: ArrayLike<number>,
  theta: number | ArrayLike<number>,
): CumulativeSums {
  if (items.length !== categories.length)
    throw new IrtError(
      'unequal-lengths',
      'categories',
      categories.length,
      `must have as many members as items (${items.length})`,
    );
  if (typeof theta !== 'number' && theta.length !== items.length)
    throw new IrtError(
      'unequal-lengths',
      'theta',
      theta.length,
      `must have as many members as items (${items.length})`,
    );
  const upper = new Float64Array(items.length);
  const lower = new Float64Array(items.length);
  const moments: ScoreMoments = { mean: 0, variance: 0, fourth: 0 };
  let [above, below, highest, lowest] = [0, 0, 0, 0];
  for (let n = 0; n < items.length; n += 1) {
    const item = items[n];
    requireItem(bank, item);
    requireCategory(bank, item, categories[n]);
    const at = typeof theta === 'number' ? theta : theta[n];
    if (!Number.isFinite(at)) throw new IrtError('not-finite', 'theta', at, 'must be a finite number');
    scoreMoments(bank, item, at, moments);
    const step = (categories[n] - moments.mean) / ((bank.categories[item] - 1) * items.length);
    above = Math.max(0, above + step);
    below = Math.min(0, below + step);
    upper[n] = above;
    lower[n] = below;
    highest = Math.max(highest, above);
    lowest = Math.min(lowest, below);
  }
  return { upper, lower, highest, lowest };
}

export interface CumulativeBoundsOptions {
  /** Two-sided; default 0.05. */ readonly level?: number;
  /** Simulated rows; default 1,000. */ readonly replications?: number;
}

/**
 * Bounds of the largest C⁺ and the least C⁻ that people at θ stay within, each with chance 1 − level/2: there is no
 * formula, so they are drawn.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { cumulativeBounds } from 'itemresponsetheory/fit';
 *
 * const bank = createItemParameters(
 *   [-1, 0, 1].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * const { upper, lower } = cumulativeBounds(bank, [0, 1, 2], 0, createRng('example'));
 * console.log(upper.toFixed(2), lower.toFixed(2)); // → 0.50 -0.50
 * ```
 */
export function cumulativeBounds(
  bank: ItemParameters,
  items: ArrayLike<number>,
  theta: number,
  random: Rng,
  { level = 0.05, replications = 1000 }: CumulativeBoundsOptions = {},
): { readonly upper: number; readonly lower: number } {
  if (!(level > 0 && level < 1)) throw new IrtError('out-of-range', 'level', level, 'must be above 0 and below 1');
  if (!Number.isInteger(replications) || replications < 2)
    throw new IrtError('too-few', 'replications', replications, 'must be a whole number of at least 2');
  const drawn = Array.from({ length: replications }, (_, n) => {
    const stream = random.fork('cumulative-sum', n);
    return cumulativeSums(
      bank,
      items,
      Array.from(items, (item) => drawCategory(bank, item, theta, stream)),
      theta,
    );
  });
  const at = Math.min(replications - 1, Math.ceil(replications * (1 - level / 2)) - 1);
  const highs = drawn.map(({ highest }) => highest).sort((a, b) => a - b);
  const lows = drawn.map(({ lowest }) => lowest).sort((a, b) => b - a);
  return { upper: highs[at], lower: lows[at] };
}
