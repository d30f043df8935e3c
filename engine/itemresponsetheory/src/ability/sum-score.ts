/**
 * Sum scores: their distribution at θ (Lord & Wingersky 1984) and the ability that belongs to each (Thissen et al.
 * 1995).
 */
import { createCurves, evaluate } from '../models/curves.ts';
import { type ItemParameters, requireItem } from '../parameters/item-parameters.ts';
import type { Grid } from '../quadrature/grid.ts';

const curves = createCurves();

/**
 * P(sum score = x | θ), x = 0..Σ(K−1).
 *
 * @example
 * ```ts
 * import { createItemParameters, sumScoreDistribution } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const chances = sumScoreDistribution(bank, [0, 1], 0);
 * console.log(Array.from(chances, (p) => p.toFixed(3)).join()); // → 0.220,0.647,0.133
 * ```
 */
export function sumScoreDistribution(bank: ItemParameters, items: ArrayLike<number>, theta: number): Float64Array {
  let length = 1;
  for (let n = 0; n < items.length; n += 1) {
    requireItem(bank, items[n]);
    length += bank.categories[items[n]] - 1;
  }
  let before = new Float64Array(length);
  let after = new Float64Array(length);
  before[0] = 1;
  let highest = 0;
  for (let n = 0; n < items.length; n += 1) {
    const categories = evaluate(bank, items[n], theta, curves);
    after.fill(0);
    for (let k = 0; k < categories; k += 1) {
      const p = curves.probability[k];
      for (let x = 0; x <= highest; x += 1) after[x + k] += p * before[x];
    }
    highest += categories - 1;
    [before, after] = [after, before];
  }
  return before;
}

export interface SumScoreRow {
  readonly score: number;
  /** P(score) in the population of the grid. */ readonly probability: number;
  readonly theta: number;
  readonly standardError: number;
}

/**
 * EAP and posterior SD of every sum score under the grid's density.
 *
 * @example
 * ```ts
 * import { createItemParameters, normalGrid, sumScoreTable } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const rows = sumScoreTable(bank, [0, 1, 2], normalGrid());
 * console.log(rows.map(({ theta }) => theta.toFixed(2)).join()); // → -1.17,-0.60,-0.05,0.52,1.21
 * ```
 */
export function sumScoreTable(
  bank: ItemParameters,
  items: ArrayLike<number>,
  { node, weight }: Grid,
): readonly SumScoreRow[] {
  const distributions = Array.from(node, (theta) => sumScoreDistribution(bank, items, theta));
  const scores = distributions[0].length;
  return Array.from({ length: scores }, (_, score) => {
    let [probability, first] = [0, 0];
    distributions.forEach((distribution, q) => {
      const joint = weight[q] * distribution[score];
      probability += joint;
      first += joint * node[q];
    });
    const theta = first / probability;
    let second = 0;
    distributions.forEach((distribution, q) => {
      second += weight[q] * distribution[score] * (node[q] - theta) ** 2;
    });
    return { score, probability, theta, standardError: Math.sqrt(second / probability) };
  });
}
