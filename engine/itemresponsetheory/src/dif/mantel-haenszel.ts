/**
 * Mantel–Haenszel (Holland & Thayer 1988) with the ETS classes, the standardised difference (Dorans & Kulick 1986),
 * Breslow–Day, and shrinkage (Zwick, Thayer & Lewis 1999).
 */
import { log } from '../numeric/elementary.ts';
import {
  matchingScore,
  type PurifyOptions,
  type Stratum,
  strataOf,
  type ChiSquareTest,
  chiSquareTest,
  testItems,
  type TwoGroups,
} from './strata.ts';

export interface MantelHaenszel extends ChiSquareTest {
  /** Common odds ratio, reference over focal; Δ = −2.35 ln α, negative: harder for the focal group. */
  readonly alpha: number;
  readonly delta: number;
  readonly varianceLogAlpha: number;
  /** By |Δ| alone: below 1, to 1.5, above. */
  readonly size: 'A' | 'B' | 'C';
  /** The full ETS rule: B and C need significance too, C that |Δ| is significantly above 1 (one-sided at .05). */
  readonly etsClass: 'A' | 'B' | 'C';
}

export interface MantelHaenszelOptions extends PurifyOptions {
  /** ½ taken off the difference; default true. */ readonly continuity?: boolean;
}

function commonOdds(strata: readonly Stratum[]): { alpha: number; varianceLogAlpha: number } {
  let [right, wrong] = [0, 0];
  for (const { a, b, c, d } of strata) {
    const t = a + b + c + d;
    right += (a * d) / t;
    wrong += (b * c) / t;
  }
  const alpha = right / wrong;
  // Robins, Breslow & Greenland in the form of Phillips & Holland (1987).
  let sum = 0;
  for (const { a, b, c, d } of strata) {
    const t = a + b + c + d;
    sum += ((a * d + alpha * b * c) * (a + d + alpha * (b + c))) / (t * t);
  }
  return { alpha, varianceLogAlpha: sum / (2 * right * right) };
}

function mantelHaenszelOf(strata: readonly Stratum[], continuity: boolean, level: number): MantelHaenszel {
  let [difference, variance] = [0, 0];
  for (const { a, b, c, d } of strata) {
    const [reference, right, t] = [a + b, a + c, a + b + c + d];
    if (t < 2) continue;
    difference += a - (reference * right) / t;
    variance += (reference * (c + d) * right * (b + d)) / (t * t * (t - 1));
  }
  // As published, also where the difference is below a half.
  const size = Math.abs(difference) - (continuity ? 0.5 : 0);
  const result = chiSquareTest((size * size) / variance, 1, level);
  const { alpha, varianceLogAlpha } = commonOdds(strata);
  const delta = -2.35 * log(alpha);
  const magnitude = Math.abs(delta);
  const error = 2.35 * Math.sqrt(varianceLogAlpha);
  const isLarge = magnitude >= 1.5 && magnitude - 1.645 * error > 1;
  return {
    ...result,
    alpha,
    delta,
    varianceLogAlpha,
    size: magnitude > 1.5 ? 'C' : magnitude >= 1 ? 'B' : 'A',
    etsClass: isLarge ? 'C' : magnitude >= 1 && result.p < 0.05 ? 'B' : 'A',
  };
}

/**
 * Mantel–Haenszel χ², common odds ratio and its size on the scale of ETS, for each item that is not an anchor.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { mantelHaenszel, twoGroups } from 'itemresponsetheory/dif';
 * import { drawCategory } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters(
 *   [-1, -0.5, 0, 0.5, 1].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * const rows = Array.from({ length: 400 }, (_, person) => {
 *   const random = createRng('example').fork(person);
 *   const theta = random.normal();
 *   return Array.from(bank.id, (__, item) => drawCategory(bank, item, theta, random));
 * });
 * const data = responseMatrix(rows);
 * const groups = twoGroups(data, rows.map((_, person) => person % 2 === 1));
 * console.log(mantelHaenszel(groups).map((row) => row?.size).join('')); // → AAAAB
 * ```
 */
export function mantelHaenszel(
  groups: TwoGroups,
  { continuity = true, level = 0.05, ...options }: MantelHaenszelOptions = {},
): (MantelHaenszel | undefined)[] {
  return testItems(groups, options, (item, matching) =>
    mantelHaenszelOf(strataOf(groups, item, matchingScore(groups, item, matching)), continuity, level),
  );
}

/**
 * The same in strata that the caller made, e.g. of ability for adaptive data.
 *
 * @example
 * ```ts
 * import { mantelHaenszelIn } from 'itemresponsetheory/dif';
 *
 * const strata = [
 *   { score: 0, a: 20, b: 30, c: 10, d: 40 },
 *   { score: 1, a: 40, b: 10, c: 30, d: 20 },
 * ];
 * const { alpha, size } = mantelHaenszelIn(strata);
 * console.log(alpha.toFixed(2), size); // → 2.67 C
 * ```
 */
export const mantelHaenszelIn = (
  strata: readonly Stratum[],
  { continuity = true, level = 0.05 }: { readonly continuity?: boolean; readonly level?: number } = {},
): MantelHaenszel => mantelHaenszelOf(strata, continuity, level);

/**
 * Adaptive data have no common raw score: strata of equal size by an ability estimate (WLE, never from a score that
 * holds other items). `count` of them.
 *
 * @example
 * ```ts
 * import { strataByAbility } from 'itemresponsetheory/dif';
 *
 * const theta = [-1.2, -0.8, -0.5, -0.1, 0.2, 0.4, 0.9, 1.5];
 * const strata = strataByAbility(theta, [0, 1, 0, 1, 0, 1, 0, 1], [0, 0, 1, 0, 1, 1, 1, 1], 2);
 * console.log(strata.map(({ a, b, c, d }) => `${a} ${b} ${c} ${d}`).join()); // → 1 1 0 2,2 0 2 0
 * ```
 */
export function strataByAbility(
  theta: ArrayLike<number>,
  isFocal: ArrayLike<number>,
  right: ArrayLike<number>,
  count = 10,
): Stratum[] {
  const order = Array.from({ length: theta.length }, (_, n) => n).sort((a, b) => theta[a] - theta[b] || a - b);
  return Array.from({ length: count }, (_, score) => {
    const cell: [number, number, number, number] = [0, 0, 0, 0];
    for (const n of order.slice(
      Math.floor((score * order.length) / count),
      Math.floor(((score + 1) * order.length) / count),
    )) {
      const at = (isFocal[n] === 1 ? 2 : 0) + (right[n] === 1 ? 0 : 1);
      cell[at] += 1;
    }
    const [a, b, c, d] = cell;
    return { score, a, b, c, d };
  }).filter(({ a, b, c, d }) => a + b + c + d > 0);
}

export interface StandardisedDifference {
  /** Σ n_F(P_F − P_R)/Σ n_F: .05 to .1 is to be looked at. */ readonly difference: number;
  readonly alpha: number;
}

/**
 * Standardised difference of the shares right (Dorans & Kulick 1986), weights of the focal group.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { standardised, twoGroups } from 'itemresponsetheory/dif';
 * import { drawCategory } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters(
 *   [-1, -0.5, 0, 0.5, 1].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * const rows = Array.from({ length: 400 }, (_, person) => {
 *   const random = createRng('example').fork(person);
 *   const theta = random.normal();
 *   return Array.from(bank.id, (__, item) => drawCategory(bank, item, theta, random));
 * });
 * const data = responseMatrix(rows);
 * const groups = twoGroups(data, rows.map((_, person) => person % 2 === 1));
 * console.log(standardised(groups)[0]?.difference.toFixed(3)); // → 0.026
 * ```
 */
export function standardised(
  groups: TwoGroups,
  options: Omit<PurifyOptions, 'purify'> = {},
): (StandardisedDifference | undefined)[] {
  return testItems(groups, options, (item, matching) => {
    let [weight, focal, reference] = [0, 0, 0];
    for (const { a, b, c, d } of strataOf(groups, item, matchingScore(groups, item, matching))) {
      if (a + b === 0 || c + d === 0) continue;
      weight += c + d;
      focal += c;
      reference += ((c + d) * a) / (a + b);
    }
    const [pf, pr] = [focal / weight, reference / weight];
    return { difference: pf - pr, alpha: (pr * (1 - pf)) / (pf * (1 - pr)), isFlagged: Math.abs(pf - pr) > 0.1 };
  }).map((row) => (row === undefined ? undefined : { difference: row.difference, alpha: row.alpha }));
}

/**
 * Are the odds ratios of all strata one? (Breslow & Day 1980): a test of non-uniform DIF.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { breslowDay, twoGroups } from 'itemresponsetheory/dif';
 * import { drawCategory } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters(
 *   [-1, -0.5, 0, 0.5, 1].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * const rows = Array.from({ length: 400 }, (_, person) => {
 *   const random = createRng('example').fork(person);
 *   const theta = random.normal();
 *   return Array.from(bank.id, (__, item) => drawCategory(bank, item, theta, random));
 * });
 * const data = responseMatrix(rows);
 * const groups = twoGroups(data, rows.map((_, person) => person % 2 === 1));
 * console.log(breslowDay(groups)[0]?.degreesOfFreedom); // → 3
 * ```
 */
export function breslowDay(
  groups: TwoGroups,
  { level = 0.05, ...options }: PurifyOptions = {},
): (ChiSquareTest | undefined)[] {
  return testItems(groups, options, (item, matching) => {
    const strata = strataOf(groups, item, matchingScore(groups, item, matching)).filter(
      ({ a, b, c, d }) => a + b > 0 && c + d > 0 && a + c > 0 && b + d > 0,
    );
    const { alpha } = commonOdds(strata);
    const statistic = strata.reduce((sum, { a, b, c, d }) => {
      const [reference, focal, right] = [a + b, c + d, a + c];
      const expected = expectedCell(reference, focal, right, alpha);
      const variance =
        1 / (1 / expected + 1 / (reference - expected) + 1 / (right - expected) + 1 / (focal - right + expected));
      return sum + (a - expected) ** 2 / variance;
    }, 0);
    return chiSquareTest(statistic, strata.length - 1, level);
  });
}

/** A with A(n_F − m + A)/((n_R − A)(m − A)) = α, margins kept: the root between its bounds. */
function expectedCell(reference: number, focal: number, right: number, alpha: number): number {
  if (Math.abs(alpha - 1) < 1e-12) return (reference * right) / (reference + focal);
  const [a, b, c] = [1 - alpha, focal - right + alpha * (reference + right), -alpha * reference * right];
  const root = Math.sqrt(b * b - 4 * a * c);
  const low = Math.max(0, right - focal);
  return (
    [(-b + root) / (2 * a), (-b - root) / (2 * a)].find(
      (value) => value > low - 1e-9 && value < Math.min(reference, right) + 1e-9,
    ) ?? NaN
  );
}

/**
 * Small groups: Δ drawn towards the mean of all items, as far as its error asks for; and the chances of the true class.
 */
export interface ShrunkenDelta {
  readonly delta: number;
  readonly standardError: number;
  readonly negligible: number;
  readonly moderate: number;
  readonly large: number;
}

/**
 * Empirical Bayes over the items' Δ: prior N(mean, τ²), τ² the variance of the Δs beyond their errors. P(|Δ| < 1), P(1
 * ≤ |Δ| < 1.5), P(|Δ| ≥ 1.5).
 *
 * @example
 * ```ts
 * import { normalDistribution } from 'itemresponsetheory';
 * import { shrink } from 'itemresponsetheory/dif';
 *
 * const items = [-2, -0.4, 0, 0.3, 0.6].map((delta) => ({ delta, varianceLogAlpha: 0.1 }));
 * const shrunken = shrink(items, (z) => normalDistribution(-z));
 * console.log(shrunken.map(({ delta }) => delta.toFixed(2)).join()); // → -1.10,-0.35,-0.16,-0.02,0.12
 * ```
 */
export function shrink(
  items: readonly { readonly delta: number; readonly varianceLogAlpha: number }[],
  tail: (z: number) => number,
): ShrunkenDelta[] {
  const variances = items.map(({ varianceLogAlpha }) => 2.35 * 2.35 * varianceLogAlpha);
  const mean = items.reduce((sum, { delta }) => sum + delta, 0) / items.length;
  const spread = items.reduce((sum, { delta }) => sum + (delta - mean) ** 2, 0) / Math.max(1, items.length - 1);
  const prior = Math.max(1e-6, spread - variances.reduce((sum, v) => sum + v, 0) / items.length);
  return items.map(({ delta }, n) => {
    const weight = prior / (prior + variances[n]);
    const [centre, error] = [weight * delta + (1 - weight) * mean, Math.sqrt(weight * variances[n])];
    const beyond = (bound: number): number => tail((bound - centre) / error) + tail((bound + centre) / error);
    const [some, large] = [beyond(1), beyond(1.5)];
    return { delta: centre, standardError: error, negligible: 1 - some, moderate: some - large, large };
  });
}
