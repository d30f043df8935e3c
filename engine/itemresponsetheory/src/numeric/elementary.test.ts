import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactExp, fixed, scale } from './fixed-point.suite.ts';
import { exp, expm1, log, log1p, logSigmoid, logSumExp, sigmoid } from './elementary.ts';

const ulp = (x: number): number => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(x));
  const next = view.getBigUint64(0) + 1n;
  view.setBigUint64(0, next);
  return view.getFloat64(0) - Math.abs(x);
};
const error = (got: number, exact: bigint): number => Math.abs(Number(fixed(got) - exact) / 1e60) / ulp(got);

/** Distance in ulp of a logarithm from that of the fixed-point number y. */
const logError = (got: number, y: bigint): number => {
  const e = exactExp(got);
  return Math.abs(Number(((y - e) * scale) / e) / 1e60) / ulp(got);
};

describe('exp and log', () => {
  it('exp is within 1 ulp of 50-digit arithmetic', () => {
    fc.assert(
      fc.property(fc.double({ min: -20, max: 20, noNaN: true }), (x) => error(exp(x), exactExp(x)) <= 1),
      { numRuns: 2000 },
    );
  });
  it('expm1 is within 1 ulp near and far from 0', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -5, max: 5, noNaN: true }).filter((x) => Math.abs(x) > 1e-9),
        (x) => error(expm1(x), exactExp(x) - scale) <= 1,
      ),
      { numRuns: 4000 },
    );
  });
  it('log is within 1 ulp: with L = log(y), the exact logarithm is L + (y − e^L)/e^L', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-8, max: 1e8, noNaN: true }), (y) => y === 1 || logError(log(y), fixed(y)) <= 1),
      { numRuns: 2000 },
    );
  });
  it('log1p is within 1 ulp, also near 0', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.999999, max: 1e6, noNaN: true }),
        (x) => Math.abs(x) < 1e-20 || logError(log1p(x), scale + fixed(x)) <= 1,
      ),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(
        fc.double({ min: -1e-3, max: 1e-3, noNaN: true }),
        (x) => Math.abs(x) < 1e-20 || logError(log1p(x), scale + fixed(x)) <= 1,
      ),
      { numRuns: 2000 },
    );
  });
  it('far from 1 the power of two is added exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 1000 }), (k) => {
        const ln2 = 0.6931471805599453;
        return Math.abs(log(2 ** k) - k * ln2) <= 2 * ulp(k * ln2);
      }),
      { numRuns: 500 },
    );
  });
  it('edges', () => {
    expect([
      exp(0),
      exp(-Infinity),
      exp(Infinity),
      exp(710),
      exp(-746),
      log(1),
      log(0),
      log(Infinity),
      expm1(0),
      log1p(0),
      log1p(-1),
    ]).toEqual([1, 0, Infinity, Infinity, 0, 0, -Infinity, Infinity, 0, 0, -Infinity]);
    expect([exp(NaN), log(NaN), log(-1), log1p(-2)].every(Number.isNaN)).toBe(true);
    expect(log(5e-324)).toBeCloseTo(-744.4400719213812, 12);
    expect(exp(-740)).toBeGreaterThan(0);
  });
  it('the logistic does not lose its tails', () => {
    expect(sigmoid(-800)).toBe(0);
    expect(sigmoid(-700)).toBeGreaterThan(0);
    expect(logSigmoid(-1000)).toBe(-1000);
    expect(logSumExp([-1000, -1000])).toBeCloseTo(-1000 + 0.6931471805599453, 10);
  });
});
