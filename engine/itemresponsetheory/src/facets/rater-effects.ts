/**
 * How an element of a facet rates besides how severely: does it follow ability (point–measure correlation), does it
 * keep to the middle of the scale or to its ends, does it give one impression for all criteria (halo), and does it
 * change over time (Myford & Wolfe 2003, 2004; Wolfe & McVay 2012).
 */
import { chiSquareTail } from '../numeric/chi-square.ts';
import type { RatingTable } from '../responses/rating-table.ts';
import { createRatingAt } from './cells.ts';
import { type Measures, predict, type Rule, rulesOf } from './prediction.ts';
import { standardised } from './report.ts';

export interface RaterEffects {
  readonly element: string;
  readonly ratings: number;
  /** Correlation of score and ability less severities, as seen and as the model expects it. */
  readonly pointMeasure: number;
  readonly expectedPointMeasure: number;
  /** Spread of the scores against that expected: below 1 keeps to the middle, above 1 to the ends. */
  readonly spread: number;
  /**
   * Variance of the residuals within a person against that expected: below 1 one impression colours all; NaN without
   * two scores of a person. z: about normal.
   */
  readonly halo: number;
  readonly haloZ: number;
}

/**
 * `theta`: abilities, e.g. EAP; persons without a finite one are left out.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { calibrateFacets, raterEffects, ratingTable } from 'itemresponsetheory/facets';
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
 * const effects = raterEffects(table, fit, fit.theta, 0);
 * console.log(effects.map(({ element, spread }) => `${element} ${spread.toFixed(2)}`).join());
 * // → strict 1.04,mild 0.97,third 1.02
 * ```
 */
export function raterEffects(
  table: RatingTable,
  measures: Measures,
  theta: ArrayLike<number>,
  facet: number,
): RaterEffects[] {
  const ruleAt = rulesOf(table, measures);
  const at = createRatingAt(table.highest);
  const own: number[][] = table.facets[facet].elements.map(() => []);
  for (let n = 0; n < table.score.length; n += 1)
    if (Number.isFinite(theta[table.person[n]])) own[table.facets[facet].of[n]].push(n);
  return own.map((rows, e): RaterEffects => {
    const [x, expected, variance, location] = [
      new Float64Array(rows.length),
      new Float64Array(rows.length),
      new Float64Array(rows.length),
      new Float64Array(rows.length),
    ];
    rows.forEach((n, r) => {
      const [rule, ability] = [ruleAt(n), theta[table.person[n]]];
      predict(rule, ability, at);
      x[r] = table.score[n];
      expected[r] = at.mean;
      variance[r] = at.variance;
      location[r] = ability - rule.severity;
    });
    const [sx, se, sl, noise] = [squares(x), squares(expected), squares(location), variance.reduce((a, b) => a + b, 0)];
    return {
      element: table.facets[facet].elements[e],
      ratings: rows.length,
      pointMeasure: products(x, location) / Math.sqrt(sx * sl),
      expectedPointMeasure: products(expected, location) / Math.sqrt((se + noise) * sl),
      spread: Math.sqrt(sx / (se + noise)),
      ...haloOf(
        rows.map((n) => table.person[n]),
        x,
        expected,
        variance,
      ),
    };
  });
}

const meanOf = (list: Float64Array): number => list.reduce((a, b) => a + b, 0) / list.length;
function products(a: Float64Array, b: Float64Array): number {
  const [ma, mb] = [meanOf(a), meanOf(b)];
  return a.reduce((sum, value, n) => sum + (value - ma) * (b[n] - mb), 0);
}
const squares = (list: Float64Array): number => products(list, list);

/**
 * Σ over persons of Σ(r − r̄)² of the standardised residuals r, against k − 1 each. The mean takes out what the
 * ability's error does to all of them alike.
 */
function haloOf(
  persons: readonly number[],
  x: Float64Array,
  expected: Float64Array,
  variance: Float64Array,
): { halo: number; haloZ: number } {
  const byPerson = new Map<number, number[]>();
  persons.forEach((person, r) => {
    const list = byPerson.get(person) ?? [];
    byPerson.set(person, list);
    list.push((x[r] - expected[r]) / Math.sqrt(variance[r]));
  });
  let [sum, degrees] = [0, 0];
  for (const list of byPerson.values()) {
    sum += squares(Float64Array.from(list));
    degrees += list.length - 1;
  }
  return degrees === 0
    ? { halo: NaN, haloZ: NaN }
    : { halo: sum / degrees, haloZ: standardised(sum / degrees, 2 / degrees) };
}

export interface WindowBias {
  readonly window: string;
  readonly ratings: number;
  /** Logits; positive: more lenient than over all windows. */ readonly bias: number;
  readonly standardError: number;
  readonly z: number;
}
export interface Drift {
  readonly element: string;
  readonly windows: readonly WindowBias[];
  /** Of all windows alike. */ readonly chiSquare: number;
  readonly degreesOfFreedom: number;
  readonly p: number;
  readonly verdict: 'steady' | 'drifts' | 'too-few';
}

export interface DriftOptions {
  /** Chance of calling one steady rater a drifter; default 0.01. */ readonly alpha?: number;
  /** Smallest difference between two windows that matters, in logits; default 0.3. */ readonly smallest?: number;
  /** Fewer ratings in a window are not judged; default 10. */ readonly fewest?: number;
}

/**
 * Bias of every element in every window of time. `windowOf`: of each rating. A drift must be beyond chance and large
 * enough to matter. Abilities are taken as given, so a rater who alone rates a window's candidates cannot be told from
 * them: windows must share raters by design.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { calibrateFacets, raterDrift, ratingTable } from 'itemresponsetheory/facets';
 *
 * // The first rater is stricter after the first thirty persons.
 * const rows = Array.from({ length: 60 }, (_, n) => n).flatMap((n) => {
 *   const random = createRng('ratings').fork(n);
 *   const theta = random.normal();
 *   return ['first', 'second', 'third'].map((rater) => ({
 *     person: `P${n}`,
 *     elements: [rater],
 *     score: Math.max(0, Math.min(3, Math.round((rater === 'first' && n >= 30 ? 0.5 : 2) + theta + random.normal()))),
 *   }));
 * });
 * const table = ratingTable(['rater'], rows);
 * const fit = calibrateFacets(table);
 * const windowOf = rows.map((_, n) => (n < 90 ? 'morning' : 'afternoon'));
 * const drift = raterDrift(table, fit, fit.theta, 0, windowOf);
 * console.log(drift.map(({ element, verdict }) => `${element} ${verdict}`).join());
 * // → first drifts,second steady,third steady
 * ```
 */
export function raterDrift(
  table: RatingTable,
  measures: Measures,
  theta: ArrayLike<number>,
  facet: number,
  windowOf: readonly string[],
  { alpha = 0.01, smallest = 0.3, fewest = 10 }: DriftOptions = {},
): Drift[] {
  const ruleAt = rulesOf(table, measures);
  const at = createRatingAt(table.highest);
  const names = [...new Set(windowOf)].sort();
  const place = new Map(names.map((name, n) => [name, n]));
  const sums = table.facets[facet].elements.map(() => names.map(() => ({ n: 0, residual: 0, information: 0 })));
  for (let n = 0; n < table.score.length; n += 1) {
    const ability = theta[table.person[n]];
    const sum = sums[table.facets[facet].of[n]][place.get(windowOf[n]) ?? -1];
    if (sum === undefined || !Number.isFinite(ability)) continue;
    const rule: Rule = ruleAt(n);
    predict(rule, ability, at);
    sum.n += 1;
    sum.residual += rule.slope * (table.score[n] - at.mean);
    sum.information += rule.slope ** 2 * at.variance;
  }
  return sums.map((windows, e): Drift => {
    const judged = windows.flatMap(({ n, residual, information }, w): WindowBias[] =>
      n === 0
        ? []
        : [
            {
              window: names[w],
              ratings: n,
              bias: residual / information,
              standardError: 1 / Math.sqrt(information),
              z: residual / Math.sqrt(information),
            },
          ],
    );
    const full = judged.filter(({ ratings }) => ratings >= fewest);
    const weight = full.map(({ standardError }) => 1 / standardError ** 2);
    const mean = full.reduce((sum, { bias }, n) => sum + bias * weight[n], 0) / weight.reduce((a, b) => a + b, 0);
    const chiSquare = full.reduce((sum, { bias }, n) => sum + weight[n] * (bias - mean) ** 2, 0);
    const degreesOfFreedom = Math.max(0, full.length - 1);
    const p = degreesOfFreedom === 0 ? 1 : chiSquareTail(chiSquare, degreesOfFreedom);
    const range = Math.max(...full.map(({ bias }) => bias)) - Math.min(...full.map(({ bias }) => bias));
    return {
      element: table.facets[facet].elements[e],
      windows: judged,
      chiSquare,
      degreesOfFreedom,
      p,
      verdict: full.length < 2 ? 'too-few' : p < alpha && range >= smallest ? 'drifts' : 'steady',
    };
  });
}
