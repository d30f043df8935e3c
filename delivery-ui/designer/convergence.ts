/**
 * How far estimation has come, 0 to 1: the largest change falls by about the same factor in each cycle, from 1 to the
 * 1e-6 at which it stops.
 */
export const convergence = (largestChange: number): number =>
  Math.min(1, Math.max(0, -Math.log10(Math.max(largestChange, 1e-12)) / 6));
