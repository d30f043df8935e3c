/**
 * Abilities on right/wrong items without asymptotes by their estimating equation: Σau = h(θ) with h = ΣaP for ML, + (θ
 * − μ)/σ² for MAP, and ΣaP − J/(2I) with J = I' = Σa³PQ(1 − 2P), J' = Σa⁴PQ(1 − 6PQ) for WLE, by Newton's method.
 * Persons who follow one another with the same items begin where an inverted table of h says. The function returns
 * whether it found θ: where a step does not help, the bracketing search decides.
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

/** Slopes and difficulties of the items of a row. */
interface PlainItems {
  readonly slope: Float64Array;
  readonly difficulty: Float64Array;
}

/** h(θ), its slope, and the information. */
interface Equation {
  height: number;
  slope: number;
  information: number;
}

function evaluate(
  { slope, difficulty }: PlainItems,
  theta: number,
  { method, mean }: RootSettings,
  precision: number,
  at: Equation,
): void {
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

/** h and 1/h' at equally spaced θ, for as long as h rises. */
interface EquationTable {
  readonly node: Float64Array;
  readonly height: Float64Array;
  readonly reciprocal: Float64Array;
}

/** Whether h rises from place to place, so that it can be inverted. */
function tabulate({ node, height, reciprocal }: EquationTable, equationAt: (theta: number) => Equation): boolean {
  for (let q = 0; q < places; q += 1) {
    const at = equationAt(node[q]);
    height[q] = at.height;
    reciprocal[q] = 1 / at.slope;
    if (!(at.slope > 0) || (q > 0 && !(at.height > height[q - 1]))) return false;
  }
  return true;
}

/** θ as a cubic of h between two places (Hermite); undefined outside the table. */
function invert({ node, height, reciprocal }: EquationTable, sum: number): number | undefined {
  if (!(sum > height[0] && sum < height[places - 1])) return undefined;
  let [low, high] = [0, places - 1];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (height[middle] <= sum) low = middle;
    else high = middle;
  }
  const [width, from, to] = [height[high] - height[low], node[low], node[high]];
  const u = (sum - height[low]) / width;
  return (
    from + u * u * (3 - 2 * u) * (to - from) + u * (1 - u) * width * ((1 - u) * reciprocal[low] - u * reciprocal[high])
  );
}

export function createPlainRoot(bank: ItemParameters, settings: RootSettings): PlainRoot {
  const { method, mean, sd, lower, upper } = settings;
  const [precision, origin] = method === 'map' ? [1 / (sd * sd), mean] : [0, 0];
  const table: EquationTable = {
    node: Float64Array.from({ length: places }, (_, q) => lower + ((upper - lower) * q) / (places - 1)),
    height: new Float64Array(places),
    reciprocal: new Float64Array(places),
  };
  let row: Uint32Array = new Uint32Array(0);
  let items: PlainItems = { slope: new Float64Array(0), difficulty: new Float64Array(0) };
  let isInvertible: boolean | undefined;
  const at: Equation = { height: 0, slope: 0, information: 0 };

  const equationAt = (theta: number): Equation => {
    evaluate(items, theta, settings, precision, at);
    return at;
  };

  function take(next: Uint32Array): void {
    row = next;
    items = {
      slope: Float64Array.from(row, (item) => bank.slope[item]),
      difficulty: Float64Array.from(row, (item) => bank.step[bank.stepStart[item]]),
    };
    isInvertible = undefined;
  }

  function startAt(sum: number): number {
    isInvertible ??= tabulate(table, equationAt);
    return (isInvertible ? invert(table, sum) : undefined) ?? origin;
  }

  return ({ item, category }, from, to, { theta, standardError }, person) => {
    let isSame = to - from === row.length;
    for (let n = from; n < to && isSame; n += 1) isSame = item[n] === row[n - from];
    if (!isSame) take(item.subarray(from, to));
    let sum = 0;
    for (let n = from; n < to; n += 1) sum += items.slope[n - from] * category[n];
    let value = isSame ? startAt(sum) : origin;
    for (let step = 0; step < 30; step += 1) {
      equationAt(value);
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
