/**
 * Person fit in the order of the answers, with a p (the idea of cumulativeSums, on the scores ℓ'): at a person's own
 * estimate the scores add up to about nothing, so under the model their sum so far is a Brownian bridge in the time of
 * information. Its largest rise or fall stands against those of 2,000 drawn bridges of equal steps: as many as the
 * geometric mean of the answers and of what their information is spread over, (ΣI)²/ΣI², which keeps the level
 * (error-rate.test.ts). A bad beginning, a loss of concentration or items known beforehand stand out.
 */
import { IrtError } from '../errors.ts';
import { informationOf } from '../information/item.ts';
import { createCurves, evaluate } from '../models/curves.ts';
import { createRng } from '../numeric/rng.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { requireThetas } from './abilities.ts';
import { requireResponses } from './responses.ts';

export interface CumulativeFit {
  /** Largest rise or fall, in standard deviations of the whole sum. */
  readonly statistic: number;
  readonly p: number;
  /** How the person did between these answers (the first is 1), against all of them. */
  readonly direction: 'better' | 'worse';
  readonly from: number;
  readonly to: number;
}

/** With fewer answers their order says nothing. */
const fewestAnswers = 10;
const bridges = 2000;

/** Largest rise or fall of bridges of so many equal steps, sorted. */
function drawnExtremes(steps: number): Float64Array {
  const random = createRng('bridge').fork(steps);
  const step = new Float64Array(steps);
  return Float64Array.from({ length: bridges }, () => {
    let mean = 0;
    for (let n = 0; n < steps; n += 1) {
      const value = random.normal();
      step[n] = value;
      mean += value / steps;
    }
    let [up, down, most] = [0, 0, 0];
    for (let n = 0; n < steps; n += 1) {
      const by = step[n] - mean;
      up = Math.max(0, up + by);
      down = Math.max(0, down - by);
      most = Math.max(most, up, down);
    }
    return most / Math.sqrt(steps);
  }).sort();
}

/** The same whenever they are drawn, so once is enough. */
const drawn = new Map<number, Float64Array>();
function extremesOf(steps: number): Float64Array {
  const known = drawn.get(steps) ?? drawnExtremes(steps);
  drawn.set(steps, known);
  return known;
}

/** Share of the drawn extremes that are at least as large. */
function shareAbove(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return (sorted.length - low) / sorted.length;
}

/** A sum that begins anew where it falls below 0, and where it was highest. */
interface Excursion {
  sum: number;
  begin: number;
  highest: number;
  from: number;
  to: number;
}
const nothing = (): Excursion => ({ sum: 0, begin: 1, highest: 0, from: 1, to: 1 });
function add(to: Excursion, by: number, number: number): void {
  if (to.sum <= 0) {
    to.sum = 0;
    to.begin = number;
  }
  to.sum += by;
  if (to.sum > to.highest) {
    to.highest = to.sum;
    to.from = to.begin;
    to.to = number;
  }
}

/**
 * Of each person; undefined with fewer than ten answers. `theta`: their WLE or ML estimates. Throws IrtError when the
 * order of the answers is not known.
 *
 * @example
 * ```ts
 * import { createItemParameters } from 'itemresponsetheory';
 * import { cumulativeFit, responseMatrix } from 'itemresponsetheory/fit';
 *
 * const bank = createItemParameters(
 *   Array.from({ length: 20 }, (_, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty: 0 })),
 * );
 * // The first ten answers wrong, the last ten right.
 * const data = responseMatrix([Array.from(bank.id, (_, item) => (item < 10 ? 0 : 1))]);
 * const [fit] = cumulativeFit(bank, { ...data, arrival: Uint32Array.from(data.item) }, [0]);
 * console.log(fit?.direction, fit?.from, fit?.to, fit !== undefined && fit.p < 0.01); // → better 11 20 true
 * ```
 */
export function cumulativeFit(
  bank: ItemParameters,
  data: ResponseMatrix,
  theta: ArrayLike<number>,
): (CumulativeFit | undefined)[] {
  requireResponses(bank, data);
  requireThetas(data, theta);
  const { arrival, rowStart, item, category } = data;
  if (arrival === undefined)
    throw new IrtError('order-unknown', 'data.arrival', 'undefined', 'must give the order of the answers');
  const curves = createCurves();
  return Array.from({ length: data.persons }, (_, person): CumulativeFit | undefined => {
    const [start, end] = [rowStart[person], rowStart[person + 1]];
    if (end - start < fewestAnswers) return undefined;
    const order = Array.from({ length: end - start }, (__, n) => start + n).sort((a, b) => arrival[a] - arrival[b]);
    const [better, worse] = [nothing(), nothing()];
    let [information, squared] = [0, 0];
    order.forEach((at, n) => {
      const categories = evaluate(bank, item[at], theta[person], curves);
      const score = curves.score[category[at]];
      const own = informationOf(curves, categories);
      information += own;
      squared += own * own;
      add(better, score, n + 1);
      add(worse, -score, n + 1);
    });
    const [direction, most] =
      better.highest >= worse.highest ? (['better', better] as const) : (['worse', worse] as const);
    const statistic = most.highest / Math.sqrt(information);
    return {
      statistic,
      p: shareAbove(extremesOf(Math.max(2, Math.round(information * Math.sqrt(order.length / squared)))), statistic),
      direction,
      from: most.from,
      to: most.to,
    };
  });
}
