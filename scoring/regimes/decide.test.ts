import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideMo, decideOral, toScale } from './decide.ts';
import { moRegimeAt, oralRegimeAt, regimes } from './regime.ts';

const mo = moRegimeAt('2026-11-23');
const oral = oralRegimeAt('2026-11-23');
const parts = (values: number, practical: number) => ({ values: { score: values, max: 11 }, practical: { score: practical, max: 30 } });

describe('MO, 70 %', () => {
  it('29 of 41 passes, 28 does not', () => {
    expect(decideMo(mo, parts(9, 20))).toMatchObject({ outcome: 'pass', conditions: [{ have: '29/41', need: '29/41', met: true }] });
    expect(decideMo(mo, parts(8, 20))).toMatchObject({ outcome: 'fail', conditions: [{ have: '28/41', met: false }] });
  });
  it('is the exact fraction for every length, and never falls as the score rises', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(400), (max, raw) => {
      const score = raw % (max + 1);
      const { outcome } = decideMo(mo, { values: { score: 0, max: 0 }, practical: { score, max } });
      expect(outcome === 'pass').toBe(10n * BigInt(score) >= 7n * BigInt(max));
    }));
  });
});

it('older regimes apply to older days', () => {
  expect(moRegimeAt('2022-06-01').id).toBe('mo-2022');
  expect(decideMo(moRegimeAt('2022-06-01'), parts(6, 16)).outcome).toBe('pass');
  expect(decideMo(moRegimeAt('2023-06-01'), parts(8, 30)).outcome).toBe('fail');
  expect(() => moRegimeAt('2020-01-01')).toThrow('no regime');
  expect(regimes.length).toBe(4);
});

describe('NT2 oral', () => {
  const at = (listening: number, speaking: number) => decideOral(oral, { listening: { theta: listening, standardError: 0.38 }, speaking: { theta: speaking, standardError: 0.4 } });
  it('maps each part onto the reporting scale: cuts at 300, 400 and 500, slopes of the neighbours outside, limits said', () => {
    for (const [theta, scale] of [[-1.5, 300], [0, 400], [1.5, 500], [0.75, 450], [-3, 200], [3, 600]] as const) expect(toScale(oral, 'listening', { theta, standardError: 0.3 })).toMatchObject({ scale, standardError: 20, atLimit: false });
    expect(toScale(oral, 'listening', { theta: 6, standardError: 1 })).toMatchObject({ scale: 650, atLimit: true });
  });
  it('B1 needs 500 together and no part below 450', () => {
    expect(at(1.5, 1.5)).toMatchObject({ outcome: 'pass', level: 'B1', scale: 500 });
    expect(at(0.75, 2)).toMatchObject({ outcome: 'pass', level: 'B1' });
    expect(at(0.7, 4)).toMatchObject({ outcome: 'fail', level: 'A2', conditions: [{ met: true }, { id: 'listening-floor', met: false }, { met: true }] });
    expect(at(1.4, 1.5)).toMatchObject({ outcome: 'fail', level: 'A2', scale: 497 });
    expect(at(-4, -4)).toMatchObject({ outcome: 'fail', level: null });
  });
  it('a better part never lowers the level', () => {
    const theta = fc.double({ min: -5, max: 5, noNaN: true });
    const rank = (level: string | null): number => ['A1', 'A2', 'B1'].indexOf(level ?? '');
    fc.assert(fc.property(theta, theta, fc.double({ min: 0, max: 2, noNaN: true }), (listening, speaking, more) => {
      expect(rank(at(listening + more, speaking).level)).toBeGreaterThanOrEqual(rank(at(listening, speaking).level));
      expect(rank(at(listening, speaking + more).level)).toBeGreaterThanOrEqual(rank(at(listening, speaking).level));
    }));
  });
});
