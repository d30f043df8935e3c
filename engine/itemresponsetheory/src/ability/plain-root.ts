/**
 * Abilities on right/wrong items without asymptotes by their estimating equation: Σau = h(θ) with h = ΣaP for ML, + (θ
 * − μ)/σ² for MAP, and ΣaP − J/(2I) with
 * J = I' = Σa³PQ(1 − 2P), J' = Σa⁴PQ(1 − 6PQ) for WLE, by Newton's method. Persons who follow one another with the same
 * items begin where a table of h, inverted,
 * says. The function tells whether it found θ: where a step does not help, the bracketing search decides.
 */
import { sigmoid } from '../numeric/elementary.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';

/**
 * Places where the left side of the equation is kept: a fifth of a logit apart, so that a start between them is good to
 * four decimals.
 */
const places = 61;

export interface RootSettings {
  readonly method: 'ml' | 'map' | 'wle';
  /** Prior of map. */ readonly mean: number;
  readonly sd: number;
  readonly lower: number;
  readonly upper: number;
}
/** θ and its error by person; true when they were found. `from` and `to` bound the person's responses. */
export type PlainRoot = (
  data: ResponseMatrix,
  from: number,
  to: number,
  out: { readonly theta: Float64Array; readonly standardError: Float64Array },
  person: number,
) => boolean;

export function createPlainRoot(bank: ItemParameters, { method, mean, sd, lower, upper }: RootSettings): PlainRoot {
  const [precision, origin] = method === 'map' ? [1 / (sd * sd), mean] : [0, 0];
  const [node, height, reciprocal] = [
    Float64Array.from({ length: places }, (_, q) => lower + ((upper - lower) * q) / (places - 1)),
    new Float64Array(places),
    new Float64Array(places),
  ];
  let items: Uint32Array = new Uint32Array(0);
  let [slope, difficulty] = [new Float64Array(0), new Float64Array(0)];
  let table: 'unknown' | 'rising' | 'useless' = 'unknown';
  const at = { height: 0, slope: 0, information: 0 };

  function take(row: Uint32Array): void {
    items = row;
    slope = Float64Array.from(row, (item) => bank.slope[item]);
    difficulty = Float64Array.from(row, (item) => bank.step[bank.stepStart[item]]);
    table = 'unknown';
  }

  function evaluate(theta: number): void {
    let [expected, information, third, fourth] = [0, 0, 0, 0];
    for (let n = 0; n < slope.length; n += 1) {
      const a = slope[n];
      const p = sigmoid(a * (theta - difficulty[n]));
      const pq = p * (1 - p);
      const weight = a * a * pq;
      expected += a * p;
      information += weight;
      third += a * weight * (1 - 2 * p);
      fourth += a * a * weight * (1 - 6 * pq);
    }
    at.information = information;
    at.height = method === 'wle' ? expected - third / (2 * information) : expected + (theta - mean) * precision;
    at.slope =
      method === 'wle'
        ? information - (fourth * information - third * third) / (2 * information * information)
        : information + precision;
  }

  function tabulate(): void {
    table = 'rising';
    for (let q = 0; q < places; q += 1) {
      evaluate(node[q]);
      height[q] = at.height;
      reciprocal[q] = 1 / at.slope;
      if (!(at.slope > 0) || (q > 0 && !(at.height > height[q - 1]))) {
        table = 'useless';
        return;
      }
    }
  }

  /** θ as a cubic of h between two places (Hermite). */
  function startAt(sum: number): number {
    if (table === 'unknown') tabulate();
    if (table === 'useless' || !(sum > height[0] && sum < height[places - 1])) return origin;
    let [low, high] = [0, places - 1];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (height[middle] <= sum) low = middle;
      else high = middle;
    }
    const [width, from, to] = [height[high] - height[low], node[low], node[high]];
    const u = (sum - height[low]) / width;
    return (
      from +
      u * u * (3 - 2 * u) * (to - from) +
      u * (1 - u) * width * ((1 - u) * reciprocal[low] - u * reciprocal[high])
    );
  }

  return ({ item, category }, from, to, { theta, standardError }, person) => {
    let isSame = to - from === items.length;
    for (let n = from; n < to && isSame; n += 1) isSame = item[n] === items[n - from];
    if (!isSame) take(item.subarray(from, to));
    let sum = 0;
    for (let n = from; n < to; n += 1) sum += slope[n - from] * category[n];
    let value = isSame ? startAt(sum) : origin;
    for (let step = 0; step < 30; step += 1) {
      evaluate(value);
      if (!(at.slope > 0)) return false;
      const move = Math.max(-2, Math.min(2, (sum - at.height) / at.slope));
      value += move;
      if (!(value > lower && value < upper)) return false;
      // Newton converges quadratically: what is left after a step of 1e-6 is below 1e-11.
      if (Math.abs(move) >= 1e-6) continue;
      theta[person] = value;
      standardError[person] = 1 / Math.sqrt(at.information + precision);
      return true;
    }
    return false;
  };
}
