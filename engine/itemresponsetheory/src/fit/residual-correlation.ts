/** Q3 (Yen 1984): correlation between the residuals x − E(x | θ̂) of two items over the persons who answered both. */
import { IrtError } from '../errors.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { requireThetas } from './abilities.ts';
import { type ScoreMoments, scoreMoments } from './mean-square.ts';
import { requireResponses } from './responses.ts';

export interface ResidualCorrelations {
  /** [item][item], diagonal 1; NaN where fewer than three persons answered both. */
  readonly q3: readonly Float64Array[];
  /** Over the pairs; under independence about −1/(items − 1), as each residual takes part in θ̂. */
  readonly mean: number;
  /** Q3 minus that mean (Marais 2013; Christensen, Makransky & Horton 2017): values above 0.2 or so ask for a look. */
  readonly adjusted: readonly Float64Array[];
}

/**
 * Sums over the persons who answered both items of a pair, at a·items + b for b < a: persons, Σx_a, Σx_b, Σx_a², Σx_b²,
 * Σx_a·x_b. Residuals are about 0, so nothing cancels.
 */
interface PairSums {
  readonly n: Uint32Array;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly aa: Float64Array;
  readonly bb: Float64Array;
  readonly ab: Float64Array;
}

function pairSums(bank: ItemParameters, data: ResponseMatrix, theta: ArrayLike<number>): PairSums {
  const cells = data.items * data.items;
  const sums: PairSums = {
    n: new Uint32Array(cells),
    a: new Float64Array(cells),
    b: new Float64Array(cells),
    aa: new Float64Array(cells),
    bb: new Float64Array(cells),
    ab: new Float64Array(cells),
  };
  const residual = new Float64Array(data.items);
  const moments: ScoreMoments = { mean: 0, variance: 0, fourth: 0 };
  for (let person = 0; person < data.persons; person += 1) {
    const row = data.item
      .subarray(data.rowStart[person], data.rowStart[person + 1])
      .slice()
      .sort();
    for (let n = data.rowStart[person]; n < data.rowStart[person + 1]; n += 1) {
      const item = data.item[n];
      scoreMoments(bank, item, theta[person], moments);
      residual[item] = data.category[n] - moments.mean;
    }
    addPairs(sums, row, residual, data.items);
  }
  return sums;
}

function addPairs({ n, a, b, aa, bb, ab }: PairSums, row: Uint32Array, residual: Float64Array, items: number): void {
  for (let i = 1; i < row.length; i += 1) {
    const first = row[i];
    const x = residual[first];
    for (let j = 0; j < i; j += 1) {
      const second = row[j];
      const y = residual[second];
      const at = first * items + second;
      n[at] += 1;
      a[at] += x;
      b[at] += y;
      aa[at] += x * x;
      bb[at] += y * y;
      ab[at] += x * y;
    }
  }
}

/** Pearson's. */
function correlationAt({ n, a, b, aa, bb, ab }: PairSums, at: number): number {
  const [count, sumA, sumB] = [n[at], a[at], b[at]];
  return count < 3
    ? NaN
    : (ab[at] - (sumA * sumB) / count) / Math.sqrt((aa[at] - (sumA * sumA) / count) * (bb[at] - (sumB * sumB) / count));
}

/**
 * Work by the squared number of answers of each person. Throws IrtError for fewer than two items.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { estimateAbilities, residualCorrelations } from 'itemresponsetheory/fit';
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
 * console.log(residualCorrelations(bank, data, theta).mean.toFixed(2)); // → -0.24
 * ```
 */
export function residualCorrelations(
  bank: ItemParameters,
  data: ResponseMatrix,
  theta: ArrayLike<number>,
): ResidualCorrelations {
  requireResponses(bank, data);
  requireThetas(data, theta);
  if (data.items < 2) throw new IrtError('too-few', 'items', data.items, 'must be at least 2 for Q3');
  const sums = pairSums(bank, data, theta);
  const q3 = Array.from({ length: data.items }, (_, a) => {
    const row = new Float64Array(data.items);
    row[a] = 1;
    return row;
  });
  let [total, pairs] = [0, 0];
  for (let a = 0; a < data.items; a += 1) {
    for (let b = 0; b < a; b += 1) {
      const r = correlationAt(sums, a * data.items + b);
      for (const [i, j] of [
        [a, b],
        [b, a],
      ] as const) {
        const row = q3[i];
        if (row) row[j] = r;
      }
      if (r === r) {
        total += r;
        pairs += 1;
      }
    }
  }
  const mean = total / pairs;
  return { q3, mean, adjusted: q3.map((row, a) => row.map((r, b) => (a === b ? 1 : r - mean))) };
}
