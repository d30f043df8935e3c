/** Latent densities on the grid: normal with mean and variance, by group or by regression; their M-steps and scores, exact on the grid. */
import { exp, log } from '../numeric/elementary.ts';

export interface NormalOnGrid { readonly logWeight: Float64Array; /** Of the density on the grid, not of the normal it comes from. */ readonly mean: number; readonly second: number }

/** Normalised weights of N(mean, variance) at the nodes. */
export function normalOnGrid(node: Float64Array, mean: number, variance: number): NormalOnGrid {
  const raw = node.map((theta) => -((theta - mean) * (theta - mean)) / (2 * variance));
  const most = raw.reduce((a, b) => Math.max(a, b), -Infinity);
  let [total, first, second] = [0, 0, 0];
  raw.forEach((value, q) => { const w = exp(value - most); const theta = node[q] ?? 0; total += w; first += w * theta; second += w * theta * theta; });
  const logTotal = most + log(total);
  return { logWeight: raw.map((value) => value - logTotal), mean: first / total, second: second / total };
}

/** The normal whose density on the grid has these moments: fixed point of moment matching, which the grid's truncation barely disturbs. */
export function matchMoments(node: Float64Array, mean: number, second: number, freeMean: boolean): { mean: number; variance: number } {
  let [m, v] = [freeMean ? mean : 0, Math.max(1e-4, second - (freeMean ? mean * mean : 0))];
  for (let step = 0; step < 200; step += 1) {
    const at = normalOnGrid(node, m, v);
    const [missMean, missSecond] = [freeMean ? mean - at.mean : 0, second - at.second];
    const nextMean = m + missMean;
    const nextVariance = Math.max(v / 2, Math.min(v * 2, v + (missSecond - 2 * m * missMean)));
    const moved = Math.abs(nextMean - m) + Math.abs(nextVariance - v);
    [m, v] = [nextMean, nextVariance];
    if (moved < 1e-13) break;
  }
  return { mean: m, variance: v };
}
