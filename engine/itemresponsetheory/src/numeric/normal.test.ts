import { describe, expect, it } from 'vitest';
import { normalDensity, normalDistribution } from './normal.ts';

/** Φ to 16 digits (Abramowitz & Stegun, table 26.1, and its tail in 26.2). */
const known: readonly (readonly [number, number])[] = [
  [0, 0.5],
  [0.5, 0.6914624612740131],
  [1, 0.8413447460685429],
  [1.96, 0.9750021048517795],
  [2, 0.9772498680518208],
  [3, 0.9986501019683699],
  [-1, 0.15865525393145705],
  [-2, 0.022750131948179207],
  [-3, 0.0013498980316300946],
  [-6, 9.865876450376981e-10],
  [-10, 7.619853024160527e-24],
];

describe('the normal distribution', () => {
  it.each(known)('Φ(%d)', (x, value) => expect(Math.abs(normalDistribution(x) / value - 1)).toBeLessThan(2e-14));
  it('is symmetric and meets itself where the method changes', () => {
    for (let x = 0; x < 8; x += 0.037) expect(normalDistribution(x) + normalDistribution(-x)).toBeCloseTo(1, 15);
    expect(Math.abs(normalDistribution(-1) - normalDistribution(-1 + 1e-12))).toBeLessThan(1e-12);
  });
  it('density', () => expect(normalDensity(1)).toBeCloseTo(0.24197072451914337, 15));
  it('passes NaN on', () => expect(normalDistribution(NaN)).toBeNaN());
});
