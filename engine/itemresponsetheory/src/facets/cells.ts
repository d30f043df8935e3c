/**
 * Combinations of facet elements and a weight: ratings in the same cell have the same probabilities at the same
 * ability, and count alike.
 */
import { exp, log } from '../numeric/elementary.ts';
import type { RatingTable } from '../responses/rating-table.ts';

export interface Cells {
  /** Cell of each rating. */
  readonly of: Uint32Array;
  /** Element of every facet, by cell. */
  readonly elements: readonly (readonly number[])[];
  readonly weight: Float64Array;
}

export function cellsOf({ facets, score, weight }: RatingTable): Cells {
  // A combination as one number, the elements its digits; as text when there are too many combinations for that.
  const known = new Map<number | string, number>();
  const isSmall = facets.reduce((product, facet) => product * facet.elements.length, 1) <= Number.MAX_SAFE_INTEGER;
  const elements: number[][] = [];
  const weights: number[] = [];
  const of = new Uint32Array(score.length);
  for (let n = 0; n < score.length; n += 1) {
    let digits = 0;
    for (let f = 0; f < facets.length; f += 1) digits = digits * facets[f].elements.length + facets[f].of[n];
    const own = weight?.[n] ?? 1;
    const combination = isSmall ? digits : facets.map((facet) => facet.of[n]).join();
    const key = own === 1 ? combination : `${combination}×${own}`;
    let at = known.get(key);
    if (at === undefined) {
      at = elements.length;
      known.set(key, at);
      elements.push(facets.map((facet) => facet.of[n]));
      weights.push(own);
    }
    of[n] = at;
  }
  return { of, elements, weight: Float64Array.from(weights) };
}

/** Moments of one rating. */
export interface RatingAt {
  readonly p: Float64Array;
  readonly tail: Float64Array;
  mean: number;
  variance: number;
  /** Fourth central moment. */ fourth: number;
  /** ln of the sum of the exponentials. */ logTotal: number;
}
export const createRatingAt = (highest: number): RatingAt => ({
  p: new Float64Array(highest + 1),
  tail: new Float64Array(highest + 2),
  mean: 0,
  variance: 0,
  fourth: 0,
  logTotal: 0,
});

/**
 * P(k) ∝ exp(k·location − Σ_{v≤k} steps_v), location = ability minus all severities (Linacre 1989; rating scale steps
 * of Andrich 1978).
 */
export function ratingAt(location: number, steps: ArrayLike<number>, out: RatingAt): void {
  const m = steps.length;
  const { p, tail } = out;
  let [z, most] = [0, 0];
  p[0] = 0;
  for (let k = 1; k <= m; k += 1) {
    z += location - steps[k - 1];
    p[k] = z;
    if (z > most) most = z;
  }
  let total = 0;
  for (let k = 0; k <= m; k += 1) {
    const e = exp(p[k] - most);
    p[k] = e;
    total += e;
  }
  out.logTotal = most + log(total);
  tail[m + 1] = 0;
  out.mean = 0;
  for (let k = m; k >= 0; k -= 1) {
    const share = p[k] / total;
    p[k] = share;
    tail[k] = tail[k + 1] + share;
    out.mean += k * share;
  }
  out.variance = 0;
  out.fourth = 0;
  for (let k = 0; k <= m; k += 1) {
    const d = k - out.mean;
    const share = p[k] * d * d;
    out.variance += share;
    out.fourth += share * d * d;
  }
}
