/** The normal distribution, from our own exp. */
import { exp } from './elementary.ts';

const inverseRootTwoPi = 0.3989422804014327;

/**
 * φ(x), density of N(0, 1).
 *
 * @example
 * ```ts
 * import { normalDensity } from 'itemresponsetheory';
 *
 * console.log(normalDensity(0).toFixed(4)); // → 0.3989
 * ```
 */
export const normalDensity = (x: number): number => inverseRootTwoPi * exp(-0.5 * x * x);

/** Φ(x) − ½ for x ≥ 0 by φ(x)·Σ x^(2n+1)/(1·3·5…(2n+1)): all terms positive, so nothing cancels (Marsaglia 2004). */
function centralArea(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 3; term > 1e-17 * sum; n += 2) {
    term *= (x * x) / n;
    sum += term;
  }
  return sum * normalDensity(x);
}

/** 1 − Φ(x) for x ≥ 1: φ(x) over Laplace's continued fraction x + 1/(x + 2/(x + …)), read from its far end. */
function tailArea(x: number): number {
  let fraction = x;
  for (let n = Math.ceil(20 + 400 / (x * x)); n >= 1; n -= 1) fraction = x + n / fraction;
  return normalDensity(x) / fraction;
}

/**
 * Φ(x), the standard normal distribution function; the lower tail keeps its relative precision.
 *
 * @example
 * ```ts
 * import { normalDistribution } from 'itemresponsetheory';
 *
 * console.log(normalDistribution(1.96).toFixed(3)); // → 0.975
 * ```
 */
export function normalDistribution(x: number): number {
  if (x !== x) return x;
  if (x <= -1) return tailArea(-x);
  if (x >= 1) return 1 - tailArea(x);
  return x >= 0 ? 0.5 + centralArea(x) : 0.5 - centralArea(-x);
}
