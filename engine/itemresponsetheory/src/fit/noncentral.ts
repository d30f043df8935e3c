/** The noncentral chi-square distribution, and the noncentrality that puts a value at a given quantile. */
import { chiSquareTail, logGamma } from '../numeric/chi-square.ts';
import { exp, log } from '../numeric/elementary.ts';

/**
 * P(X ≤ x): Poisson(λ/2) mixture of central distributions with df + 2j, from the likeliest j outwards until nothing is
 * added.
 */
export function noncentralDistribution(x: number, degreesOfFreedom: number, noncentrality: number): number {
  if (x <= 0) return 0;
  if (noncentrality <= 0) return 1 - chiSquareTail(x, degreesOfFreedom);
  const half = noncentrality / 2;
  const centre = Math.floor(half);
  const weight = (j: number): number => exp(j * log(half) - half - logGamma(j + 1));
  let total = 0;
  for (const direction of [1, -1]) {
    for (let j = direction === 1 ? centre : centre - 1; j >= 0; j += direction) {
      const w = weight(j);
      if (w < 1e-17 * weight(centre)) break;
      total += w * (1 - chiSquareTail(x, degreesOfFreedom + 2 * j));
    }
  }
  return total;
}

/** λ with P(X ≤ x; λ) = p, by bisection; 0 when even λ = 0 puts x below p. */
export function noncentralityAt(x: number, degreesOfFreedom: number, p: number): number {
  if (noncentralDistribution(x, degreesOfFreedom, 0) <= p) return 0;
  let [low, high] = [0, Math.max(1, x)];
  while (noncentralDistribution(x, degreesOfFreedom, high) > p) high *= 2;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (noncentralDistribution(x, degreesOfFreedom, middle) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
