/**
 * DIF of items with several categories, or of any item matched on ability: Mantel's χ² (1963) and the standardised mean
 * difference (Dorans & Schmitt 1991) by strata; ordinal logistic regression (cumulative logits; Zumbo 1999; French &
 * Miller 1996).
 */
import { IrtError } from '../errors.ts';
import { exp, log, sigmoid } from '../numeric/elementary.ts';
import { invertSymmetric } from '../numeric/cholesky.ts';
import { type ChiSquareTest, chiSquareTest } from './strata.ts';

/** One item: answers, what persons are matched on (a score or an ability), and who is in the focal group. */
export interface MatchedAnswers {
  readonly category: ArrayLike<number>;
  readonly match: ArrayLike<number>;
  readonly isFocal: ArrayLike<number>;
}

function requireAnswers({ category, match, isFocal }: MatchedAnswers): void {
  if (match.length !== category.length)
    throw new IrtError(
      'unequal-lengths',
      'match',
      match.length,
      `must have a member for each of ${category.length} answers`,
    );
  if (isFocal.length !== category.length)
    throw new IrtError(
      'unequal-lengths',
      'isFocal',
      isFocal.length,
      `must have a member for each of ${category.length} answers`,
    );
  for (let n = 0; n < match.length; n += 1)
    if (!Number.isFinite(match[n])) throw new IrtError('not-finite', `match[${n}]`, match[n], 'must be a number');
}

export interface MantelDif extends ChiSquareTest {
  /** Focal minus reference mean score at equal match, weighted by the focal group; below 0: harder for it. */
  readonly difference: number;
  /** The same in standard deviations of the item's score over both groups. */
  readonly effect: number;
  /** ETS classes of items with several categories: not significant or |effect| up to .17, up to .25, above. */
  readonly etsClass: 'AA' | 'BB' | 'CC';
}

/**
 * `strata`: how many groups of equal size the match is cut into; default every value of its own when there are at most
 * 100, else 10.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { mantelDif } from 'itemresponsetheory/dif';
 *
 * const random = createRng('groups');
 * // An item with scores 0 to 2; every second person is of the focal group, for which it is harder.
 * const isFocal = Array.from({ length: 400 }, (_, n) => n % 2);
 * const match = isFocal.map(() => Math.floor(6 * random.uniform()));
 * const category = match.map((score, n) =>
 *   Math.max(0, Math.min(2, Math.round(score / 3 - (isFocal[n] ?? 0) / 2 + random.normal() / 3))),
 * );
 * console.log(mantelDif({ category, match, isFocal }).etsClass); // → CC
 * ```
 */
export function mantelDif(
  answers: MatchedAnswers,
  { strata, level = 0.05 }: { readonly strata?: number; readonly level?: number } = {},
): MantelDif {
  requireAnswers(answers);
  const { category, match, isFocal } = answers;
  const order = Array.from({ length: category.length }, (_, n) => n).sort((a, b) => match[a] - match[b] || a - b);
  const values = new Set(Array.from(match));
  const count = strata ?? 10;
  const cells =
    strata === undefined && values.size <= 100
      ? [...values].map((value) => order.filter((n) => match[n] === value))
      : Array.from({ length: count }, (_, s) =>
          order.slice(Math.floor((s * order.length) / count), Math.floor(((s + 1) * order.length) / count)),
        );
  let [observed, expected, variance, weighted, focal] = [0, 0, 0, 0, 0];
  for (const cell of cells) {
    let [n, nF, sum, squares, sumF] = [0, 0, 0, 0, 0];
    for (const one of cell) {
      const x = category[one];
      n += 1;
      sum += x;
      squares += x * x;
      if (isFocal[one] === 1) {
        nF += 1;
        sumF += x;
      }
    }
    const nR = n - nF;
    if (nF === 0 || nR === 0) continue;
    observed += sumF;
    expected += (nF * sum) / n;
    variance += (nR * nF * (n * squares - sum * sum)) / (n * n * (n - 1));
    weighted += nF * (sumF / nF - (sum - sumF) / nR);
    focal += nF;
  }
  const mean = Array.from(category).reduce((a, b) => a + b, 0) / category.length;
  const sd = Math.sqrt(Array.from(category).reduce((a, b) => a + (b - mean) ** 2, 0) / (category.length - 1));
  const difference = weighted / focal;
  const result = chiSquareTest((observed - expected) ** 2 / variance, 1, level);
  const size = Math.abs(difference / sd);
  return {
    ...result,
    difference,
    effect: difference / sd,
    etsClass: !result.isFlagged || size <= 0.17 ? 'AA' : size <= 0.25 ? 'BB' : 'CC',
  };
}

export interface OrdinalDif extends ChiSquareTest {
  /** Of match, group (focal = 1) and match × group in the larger model; above 0: higher categories. */
  readonly coefficients: readonly number[];
  /** Growth of Nagelkerke's R². Negligible, moderate, large: below .035, .07 (Jodoin & Gierl 2001). */
  readonly deltaR2: number;
  readonly jodoinGierl: 'A' | 'B' | 'C';
}

interface Ordinal {
  readonly logLikelihood: number;
  readonly slopes: readonly number[];
}

/** ln P(X ≥ k)/P(X < k) = α_k + x·β by Newton with Fisher's information; α falls with k. */
function fitOrdinal(category: ArrayLike<number>, columns: readonly ArrayLike<number>[]): Ordinal {
  const n = category.length;
  const m = Math.max(...Array.from(category));
  const size = m + columns.length;
  const x = new Float64Array(size);
  for (let k = 1; k <= m; k += 1) {
    const above = (Array.from(category).filter((c) => c >= k).length + 0.5) / (n + 1);
    x[k - 1] = log(above / (1 - above));
  }
  let best = -Infinity;
  for (let step = 0; step < 100; step += 1) {
    const { logLikelihood, gradient, information } = ordinalAt(category, columns, x, m);
    const inverse = invertSymmetric(information, size);
    if (inverse === undefined) break;
    const move = Float64Array.from({ length: size }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < size; j += 1) sum += inverse[i * size + j] * gradient[j];
      return sum;
    });
    best = logLikelihood;
    let share = 1;
    const from = Float64Array.from(x);
    for (;;) {
      for (let i = 0; i < size; i += 1) x[i] = from[i] + share * move[i];
      if (ordinalAt(category, columns, x, m).logLikelihood >= logLikelihood - 1e-10 || share < 1e-4) break;
      share /= 2;
    }
    if (move.every((value) => Math.abs(value) < 1e-9)) break;
  }
  return { logLikelihood: best, slopes: Array.from(x.subarray(m)) };
}

function ordinalAt(
  category: ArrayLike<number>,
  columns: readonly ArrayLike<number>[],
  x: Float64Array,
  m: number,
): { logLikelihood: number; gradient: Float64Array; information: Float64Array } {
  const size = x.length;
  const [gradient, information] = [new Float64Array(size), new Float64Array(size * size)];
  const cumulative = new Float64Array(m + 2);
  cumulative[0] = 1;
  let logLikelihood = 0;
  for (let row = 0; row < category.length; row += 1) {
    let eta = 0;
    for (let c = 0; c < columns.length; c += 1) eta += x[m + c] * columns[c][row];
    for (let k = 1; k <= m; k += 1) cumulative[k] = sigmoid(x[k - 1] + eta);
    const own = category[row];
    for (let k = 0; k <= m; k += 1) {
      // Of category k: derivative of P_k with respect to α_k is d_k, to α_{k+1} is −d_{k+1}.
      const [above, below] = [cumulative[k], cumulative[k + 1]];
      const p = above - below;
      if (!(p > 0)) return { logLikelihood: -Infinity, gradient, information };
      const [up, down] = [k === 0 ? 0 : above * (1 - above), k === m ? 0 : below * (1 - below)];
      const score = new Float64Array(size);
      if (k > 0) score[k - 1] = up / p;
      if (k < m) score[k] = -down / p;
      for (let c = 0; c < columns.length; c += 1) score[m + c] = ((up - down) / p) * columns[c][row];
      if (k === own) {
        logLikelihood += log(p);
        for (let i = 0; i < size; i += 1) gradient[i] += score[i];
      }
      for (let i = 0; i < size; i += 1) {
        const s = p * score[i];
        if (s !== 0) for (let j = 0; j <= i; j += 1) information[i * size + j] += s * score[j];
      }
    }
  }
  return { logLikelihood, gradient, information };
}

/**
 * Categories must follow one another from 0. `test`: group alone (uniform), its product with the match alone, or both
 * (default).
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { ordinalDif } from 'itemresponsetheory/dif';
 *
 * const random = createRng('groups');
 * // An item with scores 0 to 2; every second person is of the focal group, for which it is harder.
 * const isFocal = Array.from({ length: 400 }, (_, n) => n % 2);
 * const match = isFocal.map(() => Math.floor(6 * random.uniform()));
 * const category = match.map((score, n) =>
 *   Math.max(0, Math.min(2, Math.round(score / 3 - (isFocal[n] ?? 0) / 2 + random.normal() / 3))),
 * );
 * console.log(ordinalDif({ category, match, isFocal }).jodoinGierl); // → C
 * ```
 */
export function ordinalDif(
  answers: MatchedAnswers,
  { test = 'both', level = 0.05 }: { readonly test?: 'both' | 'uniform' | 'non-uniform'; readonly level?: number } = {},
): OrdinalDif {
  requireAnswers(answers);
  const { category, match, isFocal } = answers;
  const highest = Math.max(...Array.from(category));
  const seen = new Set(Array.from(category));
  for (let k = 0; k <= highest; k += 1)
    if (!seen.has(k))
      throw new IrtError('category-empty', 'category', k, 'has no answers: close the categories up first');
  const product = Array.from(match, (value, n) => value * isFocal[n]);
  const [small, large] = [
    test === 'non-uniform' ? [match, isFocal] : [match],
    test === 'uniform' ? [match, isFocal] : [match, isFocal, product],
  ];
  const [none, less, more] = [fitOrdinal(category, []), fitOrdinal(category, small), fitOrdinal(category, large)];
  const n = category.length;
  const nagelkerke = ({ logLikelihood }: Ordinal): number =>
    (1 - exp((2 / n) * (none.logLikelihood - logLikelihood))) / (1 - exp((2 / n) * none.logLikelihood));
  const deltaR2 = nagelkerke(more) - nagelkerke(less);
  return {
    ...chiSquareTest(2 * (more.logLikelihood - less.logLikelihood), large.length - small.length, level),
    coefficients: more.slopes,
    deltaR2,
    jodoinGierl: deltaR2 < 0.035 ? 'A' : deltaR2 < 0.07 ? 'B' : 'C',
  };
}
