/**
 * What a rating office reads: fit, averages, separation and agreement of the elements of a facet, at given abilities.
 */
import { chiSquareTail } from '../numeric/chi-square.ts';
import { exp, log } from '../numeric/elementary.ts';
import type { RatingTable } from '../responses/rating-table.ts';
import { createRatingAt } from './cells.ts';
import type { FacetMeasures } from './calibrate-facets.ts';
import { type Measures, predict, ruleOf, rulesOf } from './prediction.ts';

export interface ElementFit {
  readonly element: string;
  readonly ratings: number;
  /** Mean squares: 1 expected; above 1.3 noisy, below 0.7 too even. z by Wilson–Hilferty (Wright & Masters 1982). */
  readonly infit: number;
  readonly outfit: number;
  readonly infitZ: number;
  readonly outfitZ: number;
  readonly observedAverage: number;
  /** The score that a person of mean ability would get from this element, all others at their mean. */
  readonly fairAverage: number;
}

const cubeRoot = (x: number): number => (x <= 0 ? 0 : exp(log(x) / 3));
export const standardised = (meanSquare: number, variance: number): number => {
  const q = Math.sqrt(Math.max(1e-12, variance));
  return (cubeRoot(meanSquare) - 1) * (3 / q) + q / 3;
};

/** Of each element's ratings: number, scores, residuals and their variances. */
interface ElementSums {
  readonly n: Float64Array;
  readonly score: Float64Array;
  readonly outfit: Float64Array;
  readonly squares: Float64Array;
  readonly variance: Float64Array;
  readonly outfitVariance: Float64Array;
  readonly infitVariance: Float64Array;
}

function elementSums(table: RatingTable, measures: Measures, theta: ArrayLike<number>, facet: number): ElementSums {
  const { elements, of } = table.facets[facet];
  const zeros = (): Float64Array => new Float64Array(elements.length);
  const sums: ElementSums = {
    n: zeros(),
    score: zeros(),
    outfit: zeros(),
    squares: zeros(),
    variance: zeros(),
    outfitVariance: zeros(),
    infitVariance: zeros(),
  };
  const ruleAt = rulesOf(table, measures);
  const at = createRatingAt(table.highest);
  table.score.forEach((score, n) => {
    const ability = theta[table.person[n]];
    if (!Number.isFinite(ability)) return;
    predict(ruleAt(n), ability, at);
    const e = of[n];
    const residual = score - at.mean;
    sums.n[e] += 1;
    sums.score[e] += table.categories[score];
    sums.squares[e] += residual * residual;
    sums.variance[e] += at.variance;
    sums.outfit[e] += (residual * residual) / at.variance;
    sums.outfitVariance[e] += at.fourth / (at.variance * at.variance) - 1;
    sums.infitVariance[e] += at.fourth - at.variance * at.variance;
  });
  return sums;
}

/**
 * Fit of facet number `facet` at abilities `theta` (MML: compute at WLE or say that it is at EAP).
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { calibrateFacets, elementFit, ratingTable } from 'itemresponsetheory/facets';
 *
 * const rows = Array.from({ length: 60 }, (_, n) => n).flatMap((n) => {
 *   const random = createRng('ratings').fork(n);
 *   const theta = random.normal();
 *   return ['strict', 'mild', 'third'].map((rater, r) => ({
 *     person: `P${n}`,
 *     elements: [rater],
 *     score: Math.max(0, Math.min(3, Math.round(1.5 + theta + (r - 1) / 2 + random.normal()))),
 *   }));
 * });
 * const table = ratingTable(['rater'], rows);
 * const fit = calibrateFacets(table);
 * const raters = elementFit(table, fit, fit.theta, 0);
 * console.log(raters.map(({ element, fairAverage }) => `${element} ${fairAverage.toFixed(2)}`).join());
 * // → strict 1.06,mild 1.46,third 1.80
 * ```
 */
export function elementFit(
  table: RatingTable,
  measures: Measures,
  theta: ArrayLike<number>,
  facet: number,
): ElementFit[] {
  const { facets } = measures;
  if (facet >= facets.length) return [];
  const target = facets[facet];
  const sums = elementSums(table, measures, theta, facet);
  const at = createRatingAt(table.highest);
  const scoreOf = (p: Float64Array): number => p.reduce((sum, share, k) => sum + share * table.categories[k], 0);
  const average = Array.from(theta)
    .filter(Number.isFinite)
    .reduce((sum, t, _, list) => sum + t / list.length, 0);
  const rule = ruleOf(table, measures);
  const others = facets.reduce(
    (sum, { measure }, f) => (f === facet ? sum : sum + measure.reduce((s, v) => s + v, 0) / measure.length),
    0,
  );
  return target.elements.map((element, e) => {
    const [n, variance] = [sums.n[e], sums.variance[e]];
    const [outfit, infit] = [sums.outfit[e] / n, sums.squares[e] / variance];
    const { slope, steps } = rule(facets.map((_, f) => (f === facet ? e : 0)));
    predict({ severity: others + target.measure[e], slope, steps }, average, at);
    return {
      element,
      ratings: n,
      infit,
      outfit,
      outfitZ: standardised(outfit, sums.outfitVariance[e] / (n * n)),
      infitZ: standardised(infit, sums.infitVariance[e] / (variance * variance)),
      observedAverage: sums.score[e] / n,
      fairAverage: scoreOf(at.p),
    };
  });
}

export interface Separation {
  readonly separation: number;
  readonly strata: number;
  readonly reliability: number;
  readonly chiSquare: number;
  readonly degreesOfFreedom: number;
  readonly p: number;
}

/**
 * Anchored elements (without error) are left out. G = √(SD² − RMSE²)/RMSE; strata (4G + 1)/3; reliability G²/(1 + G²);
 * fixed χ² of all elements being alike. For raters little separation is good.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { calibrateFacets, ratingTable, separationOf } from 'itemresponsetheory/facets';
 *
 * const rows = Array.from({ length: 60 }, (_, n) => n).flatMap((n) => {
 *   const random = createRng('ratings').fork(n);
 *   const theta = random.normal();
 *   return ['strict', 'mild', 'third'].map((rater, r) => ({
 *     person: `P${n}`,
 *     elements: [rater],
 *     score: Math.max(0, Math.min(3, Math.round(1.5 + theta + (r - 1) / 2 + random.normal()))),
 *   }));
 * });
 * const table = ratingTable(['rater'], rows);
 * const [raters] = calibrateFacets(table).facets;
 * console.log(raters && separationOf(raters).reliability.toFixed(2)); // → 0.65
 * ```
 */
export function separationOf(facet: Pick<FacetMeasures, 'measure' | 'standardError'>): Separation {
  const isEstimated = (_: number, e: number): boolean => facet.standardError[e] !== 0;
  const [measure, standardError] = [facet.measure.filter(isEstimated), facet.standardError.filter(isEstimated)];
  const count = measure.length;
  const mean = measure.reduce((sum, v) => sum + v, 0) / count;
  const observed = measure.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (count - 1);
  const error = standardError.reduce((sum, v) => sum + v * v, 0) / count;
  const separation = Math.sqrt(Math.max(0, observed - error) / error);
  let [w, wd, wdd] = [0, 0, 0];
  measure.forEach((d, e) => {
    const weight = 1 / standardError[e] ** 2;
    w += weight;
    wd += weight * d;
    wdd += weight * d * d;
  });
  const chiSquare = wdd - (wd * wd) / w;
  return {
    separation,
    strata: (4 * separation + 1) / 3,
    reliability: (separation * separation) / (1 + separation * separation),
    chiSquare,
    degreesOfFreedom: count - 1,
    p: chiSquareTail(chiSquare, count - 1),
  };
}

export interface RaterAgreement {
  readonly pairs: number;
  readonly observed: number;
  /** That the model expects of raters who differ in severity alone. */ readonly expected: number;
  /** (O − E)/(1 − E): above 0 they agree more than independent experts would. */ readonly kappa: number;
}

/**
 * Exact agreement of pairs of elements of one facet on the same person and the same elements of all others.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { agreementOf, calibrateFacets, ratingTable } from 'itemresponsetheory/facets';
 *
 * const rows = Array.from({ length: 60 }, (_, n) => n).flatMap((n) => {
 *   const random = createRng('ratings').fork(n);
 *   const theta = random.normal();
 *   return ['strict', 'mild', 'third'].map((rater, r) => ({
 *     person: `P${n}`,
 *     elements: [rater],
 *     score: Math.max(0, Math.min(3, Math.round(1.5 + theta + (r - 1) / 2 + random.normal()))),
 *   }));
 * });
 * const table = ratingTable(['rater'], rows);
 * const fit = calibrateFacets(table);
 * const { pairs, observed, expected } = agreementOf(table, fit, fit.theta, 0);
 * console.log(pairs, observed.toFixed(2), expected.toFixed(2)); // → 180 0.46 0.42
 * ```
 */
export function agreementOf(
  table: RatingTable,
  measures: Measures,
  theta: ArrayLike<number>,
  facet: number,
): RaterAgreement {
  const groups = new Map<string, number[]>();
  table.score.forEach((_, n) => {
    const key = [table.person[n], ...table.facets.map(({ of }, f) => (f === facet ? '' : of[n]))].join();
    const list = groups.get(key) ?? [];
    groups.set(key, list);
    list.push(n);
  });
  const at = createRatingAt(table.highest);
  const ruleAt = rulesOf(table, measures);
  const probabilities = (n: number): Float64Array => {
    predict(ruleAt(n), theta[table.person[n]], at);
    return Float64Array.from(at.p);
  };
  let [pairs, observed, expected] = [0, 0, 0];
  for (const list of groups.values())
    for (let i = 0; i < list.length; i += 1)
      for (let j = 0; j < i; j += 1) {
        const [a = 0, b = 0] = [list[i], list[j]];
        const [p, q] = [probabilities(a), probabilities(b)];
        pairs += 1;
        observed += table.score[a] === table.score[b] ? 1 : 0;
        expected += p.reduce((sum, value, k) => sum + value * q[k], 0);
      }
  const [o, e] = [observed / pairs, expected / pairs];
  return { pairs, observed: o, expected: e, kappa: (o - e) / (1 - e) };
}

export interface Interaction {
  readonly elements: readonly [string, string];
  readonly ratings: number;
  /** In logits: Σ(x − E)/ΣV, positive: scored higher than expected. */ readonly bias: number;
  readonly standardError: number;
  readonly t: number;
}

/**
 * Bias of each pair of elements of two facets, e.g. rater and criterion, rater and window of time.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { calibrateFacets, interactionsOf, ratingTable } from 'itemresponsetheory/facets';
 *
 * const rows = Array.from({ length: 60 }, (_, n) => n).flatMap((n) => {
 *   const random = createRng('ratings').fork(n);
 *   const theta = random.normal();
 *   return ['strict', 'mild'].flatMap((rater, r) =>
 *     ['content', 'form'].map((criterion, c) => ({
 *       person: `P${n}`,
 *       elements: [rater, criterion],
 *       score: Math.max(0, Math.min(3, Math.round(1 + theta + r / 2 + (r * c) / 2 + random.normal()))),
 *     })),
 *   );
 * });
 * const table = ratingTable(['rater', 'criterion'], rows);
 * const fit = calibrateFacets(table);
 * const [first] = interactionsOf(table, fit, fit.theta, 0, 1);
 * console.log(first?.elements.join(' '), first?.bias.toFixed(2)); // → strict content 0.26
 * ```
 */
export function interactionsOf(
  table: RatingTable,
  measures: Measures,
  theta: ArrayLike<number>,
  first: number,
  second: number,
): Interaction[] {
  const ruleAt = rulesOf(table, measures);
  const sums = new Map<string, { a: number; b: number; n: number; residual: number; variance: number }>();
  const at = createRatingAt(table.highest);
  table.score.forEach((score, n) => {
    const [a, b] = [table.facets[first].of[n], table.facets[second].of[n]];
    const rule = ruleAt(n);
    predict(rule, theta[table.person[n]], at);
    const key = `${a},${b}`;
    const cell = sums.get(key) ?? { a, b, n: 0, residual: 0, variance: 0 };
    sums.set(key, cell);
    cell.n += 1;
    cell.residual += rule.slope * (score - at.mean);
    cell.variance += rule.slope ** 2 * at.variance;
  });
  return [...sums.values()].map(({ a, b, n, residual, variance }) => ({
    elements: [table.facets[first].elements[a], table.facets[second].elements[b]],
    ratings: n,
    bias: residual / variance,
    standardError: 1 / Math.sqrt(variance),
    t: residual / Math.sqrt(variance),
  }));
}
