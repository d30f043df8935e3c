import { describe, expect, it } from 'vitest';
import { exp, log } from './elementary.ts';
import { chiSquareTail, logGamma, normalQuantile } from './chi-square.ts';

describe('gamma, chi-square, normal quantile', () => {
  it('ln Γ at known values', () => {
    expect(logGamma(0.5)).toBeCloseTo(0.5723649429247001, 13);
    expect(logGamma(0.1)).toBeCloseTo(2.252712651734206, 13);
    expect(logGamma(5)).toBeCloseTo(log(24), 13);
    expect(logGamma(100)).toBeCloseTo(359.1342053695754, 10);
  });

  it('closed forms: 2 degrees are exponential, 1 degree is a squared normal', () => {
    for (const x of [0.01, 0.5, 1, 3, 10, 40]) expect(chiSquareTail(x, 2) / exp(-x / 2)).toBeCloseTo(1, 12);
    expect(chiSquareTail(3.841458820694124, 1)).toBeCloseTo(0.05, 12);
    expect(chiSquareTail(18.307038053275146, 10)).toBeCloseTo(0.05, 12);
  });

  it('quantiles', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
    expect(normalQuantile(1e-10)).toBeCloseTo(-6.361340902404056, 10);
    expect([normalQuantile(0), normalQuantile(1), normalQuantile(2)]).toEqual([-Infinity, Infinity, NaN]);
  });
});
