/**
 * Infit over the posterior instead of at θ̂: d = ∫((x − E)² − W)·posterior is 0 on average under the model, as θ and x
 * are then drawn together, while at θ̂ the residuals are too small because θ̂ followed the answers. Σd over the
 * standard deviation of the persons' d is a z that needs no complete forms. Where the item's parameters were estimated
 * from the same answers, only what d has apart from their scores can vary: a score test (Rao 1948). Its variances and
 * covariances are those over the answers a person could have given, h(θ) = posterior without the item: Σ_x P(x)·(d,
 * scores)(d, scores)′, where all have mean 0. Cross-products of the answers given would be liberal (.066 for estimated
 * 2PL items at .05).
 */
import { invertSymmetric } from '../numeric/cholesky.ts';
import { normalDistribution } from '../numeric/normal.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import { type GridTable, tabulate } from '../information/table.ts';
import { type Grid, normalGrid } from '../quadrature/grid.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { eachPosterior } from './abilities.ts';
import { type EstimatedParameters, type FreeOfItem, freeParameters } from './estimated.ts';
import { type ScoreMoments, scoreMoments } from './mean-square.ts';
import { parameterDerivatives } from './parameter-derivatives.ts';
import { requireResponses } from './responses.ts';

export interface PosteriorMeanSquareOptions {
  /** Density of the population; default N(0, 1) on 61 points. */
  readonly grid?: Grid;
  /** Default: slopes, steps and asymptotes were estimated from these answers. */
  readonly estimated?: EstimatedParameters;
}

export interface PosteriorMeanSquare {
  readonly responses: number;
  /** Σ∫(x − E)²/Σ∫W: 1 on average; above 1 noisier than the model, below 1 more regular. */
  readonly meanSquare: number;
  readonly z: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * What one answer is worth at each node: P, then (x − E)², W, and the scores d ln P_x/dparameter;
 * [category][quantity][node].
 */
function termsOf(
  { grid, probability, rowStart, bank }: GridTable,
  item: number,
  free: FreeOfItem,
): readonly CategoryTerm[] {
  const points = grid.node.length;
  const terms = Array.from({ length: bank.categories[item] }, (_, k): CategoryTerm => {
    const start = (rowStart[item] + k) * points;
    return {
      probability: probability.subarray(start, start + points),
      quantities: Array.from({ length: 2 + free.count }, () => new Float64Array(points)),
    };
  });
  const moments: ScoreMoments = { mean: 0, variance: 0, fourth: 0 };
  grid.node.forEach((theta, q) => {
    scoreMoments(bank, item, theta, moments);
    const derivatives = parameterDerivatives(bank, item, theta, free);
    terms.forEach(({ probability: curve, quantities: [squares, variances, ...scores] }, k) => {
      if (squares) squares[q] = (k - moments.mean) ** 2;
      if (variances) variances[q] = moments.variance;
      const p = curve[q];
      scores.forEach((score, n) => {
        score[q] = p > 0 ? derivatives[n][k] / p : 0;
      });
    });
  });
  return terms;
}

interface CategoryTerm {
  readonly probability: Float64Array;
  readonly quantities: readonly Float64Array[];
}

/** Sums of one item over the persons: squares, variances, and the expected products of (d, scores). */
class ItemSums {
  private count = 0;
  private squares = 0;
  private variances = 0;
  private readonly products: Float64Array;
  private readonly own: Float64Array;
  private readonly without: Float64Array;

  constructor(
    private readonly terms: readonly CategoryTerm[],
    private readonly parameters: number,
    points: number,
  ) {
    this.own = new Float64Array(parameters + 1);
    this.products = new Float64Array((parameters + 1) ** 2);
    this.without = new Float64Array(points);
  }

  /** `weight`: posterior from all the person's answers. */
  add(category: number, weight: Float64Array): void {
    const { own, products, without, terms } = this;
    const curve = terms[category].probability;
    for (let q = 0; q < weight.length; q += 1) {
      const p = curve?.[q];
      without[q] = p > 1e-200 ? weight[q] / p : 0;
    }
    const masses = terms.map(({ probability }) => {
      let sum = 0;
      for (let q = 0; q < weight.length; q += 1) sum += without[q] * probability[q];
      return sum;
    });
    const total = masses.reduce((sum, mass) => sum + mass, 0);
    terms.forEach(({ probability, quantities }, k) => {
      const mass = masses[k];
      if (!(mass > 0)) return;
      const [square = 0, variance = 0, ...scores] = quantities.map((quantity) => {
        let sum = 0;
        for (let q = 0; q < weight.length; q += 1) sum += without[q] * probability[q] * quantity[q];
        return sum / mass;
      });
      if (k === category) {
        this.squares += square;
        this.variances += variance;
      }
      own[0] = square - variance;
      scores.forEach((score, n) => {
        own[n + 1] = score;
      });
      const share = mass / total;
      for (let a = 0; a < own.length; a += 1)
        for (let b = 0; b < own.length; b += 1) products[a * own.length + b] += share * own[a] * own[b];
    });
    this.count += 1;
  }

  /** Σ E d² less what the scores explain of it: one over the first diagonal element of the inverse. */
  result(): PosteriorMeanSquare {
    const variance = 1 / (invertSymmetric(this.products, this.parameters + 1)?.[0] ?? NaN);
    const z = this.count < 2 ? NaN : (this.squares - this.variances) / Math.sqrt(variance);
    return {
      responses: this.count,
      meanSquare: this.squares / this.variances,
      z,
      p: 2 * normalDistribution(-Math.abs(z)),
    };
  }
}

/**
 * One result for each item; z is NaN for items with too few responses for their parameters.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { posteriorMeanSquares } from 'itemresponsetheory/fit';
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
 * console.log(posteriorMeanSquares(bank, data).map(({ meanSquare }) => meanSquare.toFixed(2)).join());
 * // → 0.94,1.06,1.00,0.98,1.00
 * ```
 */
export function posteriorMeanSquares(
  bank: ItemParameters,
  data: ResponseMatrix,
  { grid = normalGrid(), estimated }: PosteriorMeanSquareOptions = {},
): readonly PosteriorMeanSquare[] {
  requireResponses(bank, data);
  const table = tabulate(bank, grid);
  const sums = freeParameters(bank, estimated).map(
    (free, item) => new ItemSums(termsOf(table, item, free), free.count, grid.node.length),
  );
  eachPosterior(bank, data, grid, (person, weight) => {
    for (let n = data.rowStart[person]; n < data.rowStart[person + 1]; n += 1)
      sums[data.item[n]].add(data.category[n], weight);
  });
  return sums.map((item) => item.result());
}
