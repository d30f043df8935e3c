/**
 * Log-probabilities and information of a whole bank on a grid, computed once: live selection, simulation and scoring
 * read it.
 */
import { log } from '../numeric/elementary.ts';
import { createCurves, evaluate } from '../models/curves.ts';
import { informationOf } from './item.ts';
import type { Grid } from '../quadrature/grid.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';

export interface GridTable {
  readonly bank: ItemParameters;
  readonly grid: Grid;
  /** ln of the grid's weights. */
  readonly logWeight: Float64Array;
  /** Row of (item, category) begins at (rowStart[item] + category)·points. */
  readonly rowStart: Uint32Array;
  readonly probability: Float64Array;
  readonly logProbability: Float64Array;
  /** [node][item]: information of every item at node q begins at q·size. */
  readonly information: Float64Array;
}

/**
 * O(items × categories × points).
 *
 * @example
 * ```ts
 * import { createItemParameters, normalGrid, tabulate } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const table = tabulate(bank, normalGrid());
 * console.log(table.grid.node.length, table.bank.size); // → 61 3
 * ```
 */
export function tabulate(bank: ItemParameters, grid: Grid): GridTable {
  const points = grid.node.length;
  const rowStart = new Uint32Array(bank.size + 1);
  for (let item = 0; item < bank.size; item += 1) rowStart[item + 1] = rowStart[item] + bank.categories[item];
  const rows = rowStart[bank.size];
  const probability = new Float64Array(rows * points);
  const logProbability = new Float64Array(rows * points);
  const information = new Float64Array(points * bank.size);
  const curves = createCurves();
  for (let item = 0; item < bank.size; item += 1) {
    for (let q = 0; q < points; q += 1) {
      const categories = evaluate(bank, item, grid.node[q], curves);
      for (let k = 0; k < categories; k += 1) {
        const at = (rowStart[item] + k) * points + q;
        probability[at] = curves.probability[k];
        logProbability[at] = curves.logProbability[k];
      }
      information[q * bank.size + item] = informationOf(curves, categories);
    }
  }
  return { bank, grid, logWeight: grid.weight.map(log), rowStart, probability, logProbability, information };
}
