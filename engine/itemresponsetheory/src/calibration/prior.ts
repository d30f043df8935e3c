/** The latent normal density on the grid, with its moments as the grid has them (truncated, discrete). */
import { exp, log } from '../numeric/elementary.ts';

export interface LatentDensity {
  /** ln of normalised weights. */
  readonly logWeight: Float64Array;
  /** E(θ²), and its derivative in σ². */
  readonly secondMoment: number;
  readonly slope: number;
}

export function latentDensity(node: Float64Array, variance: number): LatentDensity {
  const raw = node.map((theta) => (-theta * theta) / (2 * variance));
  const total = raw.reduce((sum, w) => sum + exp(w), 0);
  const logWeight = raw.map((w) => w - log(total));
  let [second, fourth] = [0, 0];
  node.forEach((theta, q) => { const w = exp(logWeight[q] ?? -Infinity); second += w * theta * theta; fourth += w * theta ** 4; });
  return { logWeight, secondMoment: second, slope: (fourth - second * second) / (2 * variance * variance) };
}

/** The σ² whose density on the grid has this second moment: the M-step of the variance. Newton, at most 50 steps. */
export function varianceOf(node: Float64Array, secondMoment: number): number {
  let variance = secondMoment;
  for (let step = 0; step < 50; step += 1) {
    const density = latentDensity(node, variance);
    const change = (secondMoment - density.secondMoment) / density.slope;
    variance = Math.max(variance / 2, Math.min(variance * 2, variance + change));
    if (Math.abs(change) < 1e-14 * variance) break;
  }
  return variance;
}
