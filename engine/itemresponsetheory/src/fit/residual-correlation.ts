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

/** Residuals persons × items; NaN where nothing was answered. */
function residuals(bank: ItemParameters, data: ResponseMatrix, theta: ArrayLike<number>): Float64Array {
  const out = new Float64Array(data.persons * data.items).fill(NaN);
  const moments: ScoreMoments = { mean: 0, variance: 0, fourth: 0 };
  for (let person = 0; person < data.persons; person += 1) {
    for (let n = data.rowStart[person] ?? 0; n < (data.rowStart[person + 1] ?? 0); n += 1) {
      const item = data.item[n] ?? 0;
      scoreMoments(bank, item, theta[person] ?? 0, moments);
      out[person * data.items + item] = (data.category[n] ?? 0) - moments.mean;
    }
  }
  return out;
}

/** Pearson's correlation over the rows where both are numbers. */
function correlation(values: Float64Array, width: number, a: number, b: number): number {
  let [n, meanA, meanB, varianceA, varianceB, covariance] = [0, 0, 0, 0, 0, 0];
  for (let row = 0; row < values.length; row += width) {
    const [x, y] = [values[row + a] ?? NaN, values[row + b] ?? NaN];
    if (x !== x || y !== y) continue;
    n += 1;
    const [dx, dy] = [x - meanA, y - meanB];
    meanA += dx / n; meanB += dy / n;
    varianceA += dx * (x - meanA); varianceB += dy * (y - meanB); covariance += dx * (y - meanB);
  }
  return n < 3 ? NaN : covariance / Math.sqrt(varianceA * varianceB);
}

/** O(persons × items²). Throws IrtError for fewer than two items. */
export function residualCorrelations(bank: ItemParameters, data: ResponseMatrix, theta: ArrayLike<number>): ResidualCorrelations {
  requireResponses(bank, data);
  requireThetas(data, theta);
  if (data.items < 2) throw new IrtError('too-few', 'items', data.items, 'must be at least 2 for Q3');
  const values = residuals(bank, data, theta);
  const q3 = Array.from({ length: data.items }, (_, a) => { const row = new Float64Array(data.items); row[a] = 1; return row; });
  let [total, pairs] = [0, 0];
  for (let a = 0; a < data.items; a += 1) {
    for (let b = 0; b < a; b += 1) {
      const r = correlation(values, data.items, a, b);
      for (const [i, j] of [[a, b], [b, a]] as const) { const row = q3[i]; if (row) row[j] = r; }
      if (r === r) { total += r; pairs += 1; }
    }
  }
  const mean = total / pairs;
  return { q3, mean, adjusted: q3.map((row, a) => row.map((r, b) => (a === b ? 1 : r - mean))) };
}
