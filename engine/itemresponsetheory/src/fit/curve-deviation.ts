/**
 * RMSD: how far the shares that the persons' posteriors spread over θ lie from the item's curve, in probability.
 * r_kq/n_q, expected counts at the node, against P_k(θ_q), root mean square under the density of those who answered.
 * Needs no complete forms; .1 and above is a misfit by custom.
 */
import { tabulate } from '../information/table.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import { type Grid, normalGrid } from '../quadrature/grid.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { eachPosterior } from './abilities.ts';
import { requireResponses } from './responses.ts';

export interface CurveDeviation {
  /** Expected number of persons who answered. */
  readonly responses: number;
  /** Root mean square deviation over nodes and categories but the lowest. */
  readonly rmsd: number;
  /**
   * Mean deviation of the expected score, observed minus model, in score points: positive is easier than it should be.
   */
  readonly bias: number;
  /** Of each category: RMSD. */
  readonly categories: readonly number[];
  /**
   * At each node of the grid: mass of those who answered, and their observed shares [node][category]; NaN where the
   * mass vanishes.
   */
  readonly mass: Float64Array;
  readonly observed: readonly Float64Array[];
}

function deviationOf(
  counts: readonly Float64Array[],
  probability: (k: number, q: number) => number,
  points: number,
): CurveDeviation {
  const mass = Float64Array.from({ length: points }, (_, q) => counts.reduce((sum, row) => sum + row[q], 0));
  const responses = mass.reduce((sum, m) => sum + m, 0);
  const observed = Array.from(mass, (m, q) => Float64Array.from(counts, (row) => row[q] / m));
  let bias = 0;
  const squares = counts.map((_, k) => {
    let sum = 0;
    for (let q = 0; q < points; q += 1) {
      const m = mass[q];
      if (!(m > 0)) continue;
      const difference = observed[q][k] - probability(k, q);
      sum += (m / responses) * difference * difference;
      bias += (m / responses) * k * difference;
    }
    return sum;
  });
  const rmsd = Math.sqrt(squares.slice(1).reduce((sum, square) => sum + square, 0) / (squares.length - 1));
  return { responses, rmsd, bias, categories: squares.map(Math.sqrt), mass, observed };
}

/** What was found, held against another curve: `probability` of category k at node q of the same grid. */
export const deviationFrom = (
  { mass, observed, categories }: CurveDeviation,
  probability: (k: number, q: number) => number,
): CurveDeviation =>
  deviationOf(
    categories.map((_, k) => mass.map((m, q) => (m > 0 ? m * observed[q][k] : 0))),
    probability,
    mass.length,
  );

/**
 * One result for each item; NaN for an item without responses.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { curveDeviations } from 'itemresponsetheory/fit';
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
 * console.log(curveDeviations(bank, data).every(({ rmsd }) => rmsd < 0.05)); // → true
 * ```
 */
export function curveDeviations(
  bank: ItemParameters,
  data: ResponseMatrix,
  { grid = normalGrid() }: { readonly grid?: Grid } = {},
): readonly CurveDeviation[] {
  requireResponses(bank, data);
  const points = grid.node.length;
  const counts = Array.from(bank.categories, (categories) =>
    Array.from({ length: categories }, () => new Float64Array(points)),
  );
  eachPosterior(bank, data, grid, (person, weight) => {
    for (let n = data.rowStart[person]; n < data.rowStart[person + 1]; n += 1) {
      const row = counts[data.item[n]][data.category[n]];
      if (row) for (let q = 0; q < points; q += 1) row[q] += weight[q];
    }
  });
  const { probability, rowStart } = tabulate(bank, grid);
  return counts.map((rows, item) =>
    deviationOf(rows, (k, q) => probability[(rowStart[item] + k) * points + q], points),
  );
}
