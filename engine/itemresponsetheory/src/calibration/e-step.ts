/**
 * The E-step: the table of ln P at the parameters, and the sums of all chunks of rows, always added up in the same
 * order.
 */
import { evaluateFamily, prepareFamily } from './family.ts';
import { histogramsOf, meanOf, varianceOf } from './layout.ts';
import type { CalibrationProblem } from './problem.ts';
import { countScored } from './rows.ts';
import { type SliceInput, sumsLayout } from './slice.ts';

/** Number of persons, Σθ and Σθ² under their posteriors. */
export interface DensityMoments {
  readonly total: number;
  readonly first: number;
  readonly second: number;
}
export interface Expectation {
  readonly logLikelihood: number;
  /** By density. */ readonly moments: readonly DensityMoments[];
}

export function momentsOf(node: Float64Array, weights: Float64Array): DensityMoments {
  let [total, first, second] = [0, 0, 0];
  for (let q = 0; q < node.length; q += 1) {
    const [w, theta] = [weights[q], node[q]];
    total += w;
    first += w * theta;
    second += w * theta * theta;
  }
  return { total, first, second };
}

/** ln P of every free item at every node; of exponential ones ln P_0, s and t. Fixed items were filled once. */
function fillTable(
  { parts, node, shape: { stride }, table, slope, shift, work }: CalibrationProblem,
  x: Float64Array,
): void {
  const { logP } = work;
  for (const { model, categories, index, row, line, isExponential } of parts) {
    if (model === 'fixed') continue;
    const local = Float64Array.from(index, (n) => x[n]);
    prepareFamily(model, categories, local, work);
    for (let q = 0; q < node.length; q += 1) {
      evaluateFamily(model, categories, local, node[q], work);
      for (let k = 0; k < (isExponential ? 1 : categories); k += 1) table[(line + k) * stride + q] = logP[k];
    }
    if (!isExponential) continue;
    evaluateFamily(model, categories, local, 0, work);
    for (let k = 0; k < categories; k += 1) shift[row + k] = logP[k] - logP[0];
    evaluateFamily(model, categories, local, 1, work);
    for (let k = 0; k < categories; k += 1) slope[row + k] = logP[k] - logP[0] - shift[row + k];
  }
}

/**
 * Fills problem.counts from all rows, or from those of which `only` is 1. `onRow` gets each row's normalised posterior
 * instead.
 */
export function expectation(
  problem: CalibrationProblem,
  x: Float64Array,
  only?: Uint8Array,
  onRow?: (row: number, posterior: Float64Array) => void,
): Expectation {
  const {
    shape,
    rowData,
    runner,
    counts: { sums, persons, allPersons },
    table,
    slope,
    shift,
    isInformativeCell,
    latent,
    node,
  } = problem;
  fillTable(problem, x);
  const densities = Array.from({ length: shape.densities }, (_, d) => d);
  const input: SliceInput = {
    table,
    slope,
    mean: Float64Array.from(densities, (d) => meanOf(latent, d, x)),
    variance: Float64Array.from(densities, (d) => varianceOf(latent, d, x)),
    histogram: histogramsOf(latent, node.length, x),
  };
  sums.fill(0);
  runner.run(
    input,
    (of) => {
      for (let n = 0; n < sums.length; n += 1) sums[n] += of[n];
    },
    only,
    onRow,
  );
  if (only === undefined) persons.set(allPersons);
  else countScored(rowData, persons, only);
  const layout = sumsLayout(shape);
  let logLikelihood = sums[layout.logLikelihood];
  // Σ of t over all answers to exponential items: every person adds the same for the same cell.
  for (let n = 0; n < persons.length; n += 1) if (isInformativeCell[n] === 1) logLikelihood += persons[n] * shift[n];
  const moments = densities.map((d): DensityMoments => {
    const at = layout.density + d * layout.width;
    return shape.perDensity === 'nodes'
      ? momentsOf(node, sums.subarray(at, at + node.length))
      : { total: sums[at], first: sums[at + 1], second: sums[at + 2] };
  });
  return { logLikelihood, moments };
}
