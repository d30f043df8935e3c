/**
 * Latent densities on the grid: normal with mean and variance, by group or by regression; their M-steps and scores,
 * exact on the grid.
 */
import { exp, log } from '../numeric/elementary.ts';

export interface NormalOnGrid {
  readonly logWeight: Float64Array;
  /** Of the density on the grid, not of the normal it comes from. */ readonly mean: number;
  readonly second: number;
}

/** Normalised weights of N(mean, variance) at the nodes. */
export function normalOnGrid(node: Float64Array, mean: number, variance: number): NormalOnGrid {
  const raw = node.map((theta) => -((theta - mean) * (theta - mean)) / (2 * variance));
  const most = raw.reduce((a, b) => Math.max(a, b), -Infinity);
  let [total, first, second] = [0, 0, 0];
  raw.forEach((value, q) => {
    const w = exp(value - most);
    const theta = node[q];
    total += w;
    first += w * theta;
    second += w * theta * theta;
  });
  const logTotal = most + log(total);
  return { logWeight: raw.map((value) => value - logTotal), mean: first / total, second: second / total };
}

/**
 * The normal whose density on the grid has these moments: fixed point of moment matching, which the grid's truncation
 * barely disturbs.
 */
export function matchMoments(
  node: Float64Array,
  mean: number,
  second: number,
  freeMean: boolean,
): { mean: number; variance: number } {
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

/**
 * Weights w ∝ m/(1 + λ·g) that make Σ m·ln w largest under Σ w = 1, Σ wθ = 0 and, if asked for, Σ wθ² = 1: g = (θ, θ² −
 * 1), λ by Newton (Owen 1988). `out` gets them; m where no such weights exist.
 */
export function constrainedWeights(
  node: Float64Array,
  mass: Float64Array,
  hasVariance: boolean,
  out: Float64Array,
): void {
  const total = mass.reduce((sum, m) => sum + m, 0);
  let [a, b] = [0, 0];
  const factor = (q: number, x: number, y: number): number => {
    const theta = node[q];
    return 1 + x * theta + (hasVariance ? y * (theta * theta - 1) : 0);
  };
  const isInside = (x: number, y: number): boolean => {
    for (let q = 0; q < node.length; q += 1) if (mass[q] > 0 && !(factor(q, x, y) > 1e-9)) return false;
    return true;
  };
  for (let step = 0; step < 100; step += 1) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 0, 0, hasVariance ? 0 : 1];
    for (let q = 0; q < node.length; q += 1) {
      const theta = node[q];
      const [f, v] = [factor(q, a, b), hasVariance ? theta * theta - 1 : 0];
      const w = mass[q] / total / f;
      ga += w * theta;
      gb += w * v;
      haa += (w * theta * theta) / f;
      hab += (w * theta * v) / f;
      hbb += (w * v * v) / f;
    }
    const determinant = haa * hbb - hab * hab;
    if (!(determinant > 0)) break;
    const [da, db] = [(hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant];
    let share = 1;
    while (share > 1e-6 && !isInside(a + share * da, b + share * db)) share /= 2;
    a += share * da;
    b += share * db;
    if (Math.abs(da) + Math.abs(db) < 1e-13) break;
  }
  for (let q = 0; q < node.length; q += 1) out[q] = mass[q] / total / factor(q, a, b);
}
