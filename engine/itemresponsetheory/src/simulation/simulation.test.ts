import { describe, expect, it } from 'vitest';
import { estimateAbility } from '../ability/estimate.ts';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters } from '../parameters/item-parameters.ts';
import { drawCategory } from './generate.ts';
import { simulate, type SimulationDesign } from './study.ts';
import { meanOverlap, summarise } from './summary.ts';

const bank = createItemParameters(
  Array.from({ length: 30 }, (_, n) => ({ model: 'logistic', id: `i${n}`, slope: 1.2, difficulty: -3 + n / 5 })),
);
const items = Array.from({ length: 30 }, (_, n) => n);
/** A linear test of the whole bank. */
const design: SimulationDesign = {
  bank,
  simulees: 400,
  seed: 3,
  population: { mean: 0.3, sd: 1 },
  sit: (answer) => {
    const { theta, standardError } = estimateAbility(bank, items, items.map(answer), { method: 'wle' });
    return { theta, standardError, items, counted: items, reason: 'length' };
  },
};
const cuts = [
  { name: 'A2', theta: 0 },
  { name: 'B1', theta: 1.5 },
];

describe('a study', () => {
  const whole = simulate(design);
  it('is the same in one piece or in three', () => {
    expect([
      ...simulate({ ...design, simulees: 150 }),
      ...simulate({ ...design, first: 150, simulees: 50 }),
      ...simulate({ ...design, first: 200, simulees: 200 }),
    ]).toEqual(whole);
  });
  it('finds what theory says: no bias, an error of the size of the standard error, everything used by all', () => {
    const summary = summarise(bank.id, cuts, whole, () => true);
    expect(Math.abs(summary.bias)).toBeLessThan(3 * (summary.rmse / Math.sqrt(400)));
    expect(summary.rmse / summary.meanStandardError).toBeCloseTo(1, 0);
    expect([summary.meanLength, summary.overlap]).toEqual([30, expect.closeTo(1, 9)]);
    expect(summary.maximumExposure).toBeCloseTo(1, 9);
    const b1 = summary.cuts[1];
    expect(b1?.accuracy).toBeGreaterThan(0.85);
    expect(
      b1?.near
        .map(({ above }) => above)
        .every((above, n, all) => n === 0 || Number.isNaN(above) || above >= (all[n - 1] ?? 0) - 0.15),
    ).toBe(true);
  });
  it('can be stopped', () =>
    expect(() =>
      simulate({
        ...design,
        signal: {
          throwIfAborted: () => {
            throw new Error('stopped');
          },
        },
      }),
    ).toThrow('stopped'));
  it('needs somebody', () => expect(() => simulate({ ...design, simulees: 0 })).toThrow(/simulees/));
});

describe('what a simulation is made of', () => {
  it('categories come as often as their probabilities say', () => {
    const partial = createItemParameters([{ model: 'generalized-partial-credit', id: 'p', steps: [-1, 0, 1] }]);
    const counts = [0, 0, 0, 0];
    for (let n = 0; n < 8000; n += 1) {
      const k = drawCategory(partial, 0, 0, createRng('draw').fork(n));
      counts[k] = (counts[k] ?? 0) + 1 / 8000;
    }
    const e = Math.E;
    // z = 0, θ+1, 2θ+1, 3θ at θ = 0.
    [1, e, e, 1].forEach((weight, k) => expect(Math.abs((counts[k] ?? 0) - weight / (2 + 2 * e))).toBeLessThan(0.02));
  });
  it('overlap of equal rates is the rate', () =>
    expect(meanOverlap(new Float64Array(10).fill(0.3))).toBeCloseTo(0.3, 12));
});
