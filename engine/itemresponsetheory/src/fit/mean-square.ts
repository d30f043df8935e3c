/**
 * Infit and outfit (Wright & Masters 1982) of items and of persons: with residual y = x − E(x), variance W and fourth
 * moment C at a person's θ, outfit = mean y²/W (sensitive to outliers), infit = Σy²/ΣW. ZSTD: Wilson & Hilferty's
 * (1931) cube root, z = (∛MS − 1)·3/s + s/3.
 */
import { IrtError } from '../errors.ts';
import { exp, log } from '../numeric/elementary.ts';
import { createCurves, evaluate } from '../models/curves.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { requireThetas } from './abilities.ts';
import { requireResponses } from './responses.ts';

export interface MeanSquares {
  readonly responses: number;
  readonly outfit: number;
  readonly outfitZ: number;
  readonly infit: number;
  readonly infitZ: number;
}
export interface MeanSquareFit {
  readonly items: readonly MeanSquares[];
  readonly persons: readonly MeanSquares[];
}

/** Mean, variance and fourth central moment of the category score. */
export interface ScoreMoments {
  mean: number;
  variance: number;
  fourth: number;
}

const curves = createCurves();

export function scoreMoments(bank: ItemParameters, item: number, theta: number, out: ScoreMoments): void {
  const categories = evaluate(bank, item, theta, curves);
  let mean = 0;
  for (let k = 1; k < categories; k += 1) mean += k * curves.probability[k];
  let [variance, fourth] = [0, 0];
  for (let k = 0; k < categories; k += 1) {
    const square = (k - mean) * (k - mean);
    variance += square * curves.probability[k];
    fourth += square * square * curves.probability[k];
  }
  out.mean = mean;
  out.variance = variance;
  out.fourth = fourth;
}

/** Sums over the responses of one item or one person. */
class Tally {
  private count = 0;
  private standardised = 0;
  private squares = 0;
  private variances = 0;
  private outfitVariance = 0;
  private infitVariance = 0;

  add(square: number, { variance, fourth }: ScoreMoments): void {
    this.count += 1;
    this.standardised += square / variance;
    this.squares += square;
    this.variances += variance;
    this.outfitVariance += fourth / (variance * variance);
    this.infitVariance += fourth - variance * variance;
  }

  result(): MeanSquares {
    const { count } = this;
    const [outfit, infit] = [this.standardised / count, this.squares / this.variances];
    return {
      responses: count,
      outfit,
      outfitZ: cubeRootZ(outfit, this.outfitVariance / (count * count) - 1 / count),
      infit,
      infitZ: cubeRootZ(infit, this.infitVariance / (this.variances * this.variances)),
    };
  }
}

const cubeRoot = (x: number): number => (x > 0 ? exp(log(x) / 3) : 0);

const defaultLeastVariance = Math.sqrt(1e-5);

/**
 * NaN where the mean square cannot vary. The standard deviation s counts as √2 at most, that of one squared normal:
 * beyond, s/3 alone would carry z.
 */
function cubeRootZ(meanSquare: number, variance: number): number {
  const s = Math.min(Math.SQRT2, Math.sqrt(Math.max(0, variance)));
  return s > 0 ? (cubeRoot(meanSquare) - 1) * (3 / s) + s / 3 : NaN;
}

export interface MeanSquareOptions {
  /**
   * A response's variance W is not taken as smaller: a single surprise at P = 1e-4 otherwise outweighs a thousand
   * persons. Default √1e-5 ≈ 0.003; 0 is the bare definition.
   */
  readonly leastVariance?: number;
}

/**
 * Sparse rows are welcome; NaN for items and persons without responses. z is normal for abilities known otherwise; at
 * θ̂ from the same answers the residuals are too small, and with a thousand persons most items look too regular at the
 * EAP: there z is an order, and posteriorMeanSquares or sumScoreFit the test.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { estimateAbilities, meanSquareFit } from 'itemresponsetheory/fit';
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
 * const { theta } = estimateAbilities(bank, data, { method: 'wle' });
 * const { items } = meanSquareFit(bank, data, theta);
 * console.log(items.map(({ infit }) => infit.toFixed(2)).join()); // → 0.79,0.95,0.85,0.85,0.82
 * ```
 */
export function meanSquareFit(
  bank: ItemParameters,
  data: ResponseMatrix,
  theta: ArrayLike<number>,
  { leastVariance = defaultLeastVariance }: MeanSquareOptions = {},
): MeanSquareFit {
  requireResponses(bank, data);
  requireThetas(data, theta);
  if (!(leastVariance >= 0)) throw new IrtError('out-of-range', 'leastVariance', leastVariance, 'must be at least 0');
  const items = Array.from({ length: data.items }, () => new Tally());
  const moments: ScoreMoments = { mean: 0, variance: 0, fourth: 0 };
  const persons = Array.from({ length: data.persons }, (_, person) => {
    const own = new Tally();
    for (let n = data.rowStart[person]; n < data.rowStart[person + 1]; n += 1) {
      const item = data.item[n];
      scoreMoments(bank, item, theta[person], moments);
      if (moments.variance < leastVariance) moments.variance = leastVariance;
      const square = (data.category[n] - moments.mean) ** 2;
      own.add(square, moments);
      items[item].add(square, moments);
    }
    return own.result();
  });
  return { items: items.map((tally) => tally.result()), persons };
}
