/**
 * LD-X² (Chen & Thissen 1997): the table of two items' answers against what the model expects over the population,
 * N·∫P_ik·P_jl·φ. Signed like the difference of the observed and the expected gamma: positive where the items go
 * together more than θ explains.
 */
import { tabulate } from '../information/table.ts';
import { chiSquareTail } from '../numeric/chi-square.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import { type Grid, normalGrid } from '../quadrature/grid.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { rowOf } from './abilities.ts';
import { requireAtLeast, requireResponses } from './responses.ts';

export interface PairDependence {
  readonly first: number;
  readonly second: number;
  /** Persons who answered both. */
  readonly persons: number;
  readonly chiSquare: number;
  /**
   * (K_i − 1)(K_j − 1), as if the margins were fitted: with parameters from the same data p is on the safe side, with
   * parameters known beforehand it is too small.
   */
  readonly degreesOfFreedom: number;
  readonly p: number;
  /** X² and Cramér's V = √(X²/(N·(min K − 1))), with the sign. */
  readonly signedChiSquare: number;
  readonly cramerV: number;
}

/** Observed counts of a pair, category of `first` × category of `second`. */
function observedTables(bank: ItemParameters, data: ResponseMatrix): (first: number, second: number) => Float64Array {
  const tables = new Map<number, Float64Array>();
  const tableOf = (first: number, second: number): Float64Array => {
    const key = first * bank.size + second;
    const table = tables.get(key) ?? new Float64Array(bank.categories[first] * bank.categories[second]);
    tables.set(key, table);
    return table;
  };
  for (let person = 0; person < data.persons; person += 1) {
    const { items, categories } = rowOf(data, person);
    for (let a = 0; a < items.length; a += 1) {
      for (let b = 0; b < items.length; b += 1) {
        const [first, second] = [items[a], items[b]];
        if (first >= second) continue;
        const table = tableOf(first, second);
        const cell = categories[a] * bank.categories[second] + categories[b];
        table[cell] += 1;
      }
    }
  }
  return tableOf;
}

/**
 * Goodman and Kruskal's gamma of a table of counts or probabilities, rows × columns: (concordant − discordant)/(both);
 * 0 where one does not vary.
 */
function gammaOf(table: ArrayLike<number>, columns: number): number {
  let [concordant, discordant] = [0, 0];
  for (let a = 0; a < table.length; a += 1) {
    const [row, column] = [Math.floor(a / columns), a % columns];
    for (let b = (row + 1) * columns; b < table.length; b += 1) {
      const product = table[a] * table[b];
      if (b % columns > column) concordant += product;
      else if (b % columns < column) discordant += product;
    }
  }
  return concordant + discordant > 0 ? (concordant - discordant) / (concordant + discordant) : 0;
}

/**
 * Every pair once, first < second. On adaptive rows those who got both items are no sample of the population: use Q3
 * there.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { localDependence } from 'itemresponsetheory/fit';
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
 * console.log(localDependence(bank, data).filter(({ p }) => p < 0.01).length); // → 1
 * ```
 */
export function localDependence(
  bank: ItemParameters,
  data: ResponseMatrix,
  { grid = normalGrid() }: { readonly grid?: Grid } = {},
): readonly PairDependence[] {
  requireResponses(bank, data);
  requireAtLeast('items', bank.size, 2, 'LD-X²');
  const { probability, rowStart } = tabulate(bank, grid);
  const points = grid.node.length;
  const tableOf = observedTables(bank, data);
  const expectedShare = (row: number, column: number): number => {
    let sum = 0;
    for (let q = 0; q < points; q += 1)
      sum += grid.weight[q] * probability[row * points + q] * probability[column * points + q];
    return sum;
  };
  return Array.from({ length: bank.size }, (_, first) =>
    Array.from({ length: bank.size - first - 1 }, (__, n) => {
      const second = first + 1 + n;
      const [rows, columns] = [bank.categories[first], bank.categories[second]];
      const expected = Float64Array.from({ length: rows * columns }, (___, cell) =>
        expectedShare(rowStart[first] + Math.floor(cell / columns), rowStart[second] + (cell % columns)),
      );
      return pairOf(first, second, tableOf(first, second), expected, columns);
    }),
  ).flat();
}

function pairOf(
  first: number,
  second: number,
  observed: Float64Array,
  share: Float64Array,
  columns: number,
): PairDependence {
  const persons = observed.reduce((sum, count) => sum + count, 0);
  const rows = observed.length / columns;
  const chiSquare =
    persons === 0 ? NaN : share.reduce((sum, e, cell) => sum + (observed[cell] - persons * e) ** 2 / (persons * e), 0);
  const sign = gammaOf(observed, columns) < gammaOf(share, columns) ? -1 : 1;
  const degreesOfFreedom = (rows - 1) * (columns - 1);
  return {
    first,
    second,
    persons,
    chiSquare,
    degreesOfFreedom,
    p: chiSquareTail(chiSquare, degreesOfFreedom),
    signedChiSquare: sign * chiSquare,
    cramerV: sign * Math.sqrt(chiSquare / (persons * (Math.min(rows, columns) - 1))),
  };
}
