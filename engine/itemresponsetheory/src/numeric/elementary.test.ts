import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, expm1, log, log1p, logSigmoid, logSumExp, sigmoid } from './elementary.ts';

const scale = 10n ** 60n;
/** A double as a fixed-point number of 60 decimals, exactly enough for the ranges below. */
function fixed(x: number): bigint {
  const [, sign, digits, exponent] = /^(-?)([\d.]+)e([+-]\d+)$/.exec(x.toExponential(60).replace(/^(-?\d)e/, '$1.e')) ?? [];
  const mantissa = BigInt((digits ?? '0').replace('.', ''));
  const shift = Number(exponent) - ((digits ?? '').length - 2) + 60;
  const value = shift >= 0 ? mantissa * 10n ** BigInt(shift) : mantissa / 10n ** BigInt(-shift);
  return sign === '-' ? -value : value;
}
/** e^x to 50 digits by halving the argument and Taylor. */
function exactExp(x: number): bigint {
  const halvings = 40;
  const r = fixed(x) / 2n ** BigInt(halvings);
  let [term, sum] = [scale, scale];
  for (let n = 1n; term !== 0n && n < 60n; n += 1n) { term = (term * r) / scale / n; sum += term; }
  for (let n = 0; n < halvings; n += 1) sum = (sum * sum) / scale;
  return sum;
}
const ulp = (x: number): number => { const view = new DataView(new ArrayBuffer(8)); view.setFloat64(0, Math.abs(x)); const next = view.getBigUint64(0) + 1n; view.setBigUint64(0, next); return view.getFloat64(0) - Math.abs(x); };
const error = (got: number, exact: bigint): number => Math.abs(Number(fixed(got) - exact) / 1e60) / ulp(got);

describe('exp and log', () => {
  it('exp is within 1 ulp of 50-digit arithmetic', () => {
    fc.assert(fc.property(fc.double({ min: -20, max: 20, noNaN: true }), (x) => error(exp(x), exactExp(x)) <= 1), { numRuns: 2000 });
  });
  it('expm1 is within 2 ulp near and far from 0', () => {
    fc.assert(fc.property(fc.double({ min: -5, max: 5, noNaN: true }).filter((x) => Math.abs(x) > 1e-9), (x) => error(expm1(x), exactExp(x) - scale) <= 2), { numRuns: 2000 });
  });
  it('log undoes exp: |log(y) − x| ≤ the error that 1 ulp of y makes', () => {
    fc.assert(fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (y) => Math.abs(log(y) - Math.log(y)) <= 1.01 * ulp(log(y)) || y === 1), { numRuns: 5000 });
  });
  it('log1p', () => {
    fc.assert(fc.property(fc.double({ min: -0.999999, max: 1e6, noNaN: true }), (x) => x === 0 || Math.abs(log1p(x) - Math.log1p(x)) <= 2 * ulp(log1p(x))), { numRuns: 5000 });
  });
  it('edges', () => {
    expect([exp(0), exp(-Infinity), exp(Infinity), exp(710), exp(-746), log(1), log(0), log(Infinity), expm1(0), log1p(0), log1p(-1)]).toEqual([1, 0, Infinity, Infinity, 0, 0, -Infinity, Infinity, 0, 0, -Infinity]);
    expect([exp(NaN), log(NaN), log(-1), log1p(-2)].every(Number.isNaN)).toBe(true);
    expect(log(5e-324)).toBeCloseTo(Math.log(5e-324), 12);
    expect(exp(-740)).toBeGreaterThan(0);
  });
  it('the logistic does not lose its tails', () => {
    expect(sigmoid(-800)).toBe(0);
    expect(sigmoid(-700)).toBeGreaterThan(0);
    expect(logSigmoid(-1000)).toBe(-1000);
    expect(logSumExp([-1000, -1000])).toBeCloseTo(-1000 + Math.log(2), 10);
  });
});
