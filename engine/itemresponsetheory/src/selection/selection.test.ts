import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPosterior } from '../ability/posterior.ts';
import { informationAt } from '../information/item.ts';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters } from '../parameters/item-parameters.ts';
import { tabulate } from '../information/table.ts';
import { normalGrid } from '../quadrature/grid.ts';
import { mostInformativeTheta } from './location.ts';
import { priorityIndex, type Quota, quotaPenalty } from './priority.ts';
import { rankBy } from './rank.ts';
import { drawProportional, progressiveValue, progressiveWeight } from './random.ts';
import { stratify, stratumAt } from './stratified.ts';
import { expectedPosteriorVariance, mutualInformation } from './weighted.ts';
import { kullbackLeibler, windowedKullbackLeibler } from './window.ts';

const bank = createItemParameters(
  Array.from({ length: 40 }, (_, n) => ({
    model: 'logistic',
    id: `i${n}`,
    slope: 0.6 + (n % 7) * 0.2,
    difficulty: -2 + n / 10,
    lower: n % 4 === 0 ? 0.2 : 0,
    upper: n % 8 === 0 ? 0.95 : 1,
  })),
);
const theta = fc.double({ min: -3, max: 3, noNaN: true });

describe('ranking', () => {
  it('goes from best to worst, leaves out what is not available, and keeps ties in item order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 4 }),
        (values, skip) => {
          const ranked = [
            ...rankBy(
              values.length,
              (item) => item % skip === 0,
              (item) => values[item] ?? 0,
            ),
          ];
          const wanted = values
            .map((value, item) => ({ item, value }))
            .filter(({ item }) => item % skip === 0)
            .sort((a, b) => b.value - a.value || a.item - b.item);
          expect(ranked).toEqual(wanted);
        },
      ),
    );
  });
});

describe('criteria', () => {
  it('an item is most informative where it says so', () => {
    for (let item = 0; item < bank.size; item += 1) {
      const best = mostInformativeTheta(bank, item);
      for (const step of [-0.01, 0.01])
        expect(informationAt(bank, item, best)).toBeGreaterThanOrEqual(informationAt(bank, item, best + step));
    }
  });
  it('divergence is 0 at θ, positive elsewhere, and near θ half the information times the squared distance', () => {
    fc.assert(
      fc.property(theta, fc.nat(39), (at, item) => {
        expect(kullbackLeibler(bank, item, at, at)).toBe(0);
        expect(kullbackLeibler(bank, item, at, at + 0.7)).toBeGreaterThan(0);
        expect(kullbackLeibler(bank, item, at, at + 1e-3) / (0.5e-6 * informationAt(bank, item, at))).toBeCloseTo(1, 1);
      }),
    );
  });
  it('the window shrinks as the test grows', () =>
    expect(windowedKullbackLeibler(bank, 20, 0, 25)).toBeLessThan(windowedKullbackLeibler(bank, 20, 0, 4)));
  it('expected posterior variance never exceeds the variance there is; mutual information is never negative', () => {
    const table = tabulate(bank, normalGrid());
    const posterior = createPosterior(table);
    for (const item of [3, 17, 22]) {
      const weight = posterior.weights();
      const variance = posterior.moments().standardError ** 2;
      for (let candidate = 0; candidate < bank.size; candidate += 1) {
        expect(expectedPosteriorVariance(table, weight, candidate)).toBeLessThanOrEqual(variance + 1e-12);
        expect(mutualInformation(table, weight, candidate)).toBeGreaterThanOrEqual(0);
      }
      posterior.update(item, item % 2);
    }
  });
});

describe('chance in selection', () => {
  it('the progressive weight rises from 0 to 1', () => {
    const weights = Array.from({ length: 20 }, (_, n) => progressiveWeight(n + 1, 20, 1));
    expect([weights[0], weights[19]]).toEqual([0, 1]);
    weights.forEach((weight, n) => {
      if (n > 0) expect(weight).toBeGreaterThan(weights[n - 1] ?? 1);
    });
    expect(progressiveValue(0.4, 1, 1, createRng(1))).toBe(0.4);
    expect(() => progressiveWeight(21, 20, 1)).toThrow(/position/);
  });
  it('proportional draws follow the values', () => {
    const counts = [0, 0, 0];
    for (let n = 0; n < 6000; n += 1) {
      const draw = drawProportional([1, 0, 2], 1, createRng('p').fork(n));
      if (draw !== undefined) counts[draw] = (counts[draw] ?? 0) + 1;
    }
    expect(counts[1]).toBe(0);
    expect((counts[2] ?? 0) / 6000).toBeCloseTo(2 / 3, 1);
    expect(drawProportional([0, 0], 2, createRng(1))).toBeUndefined();
  });
  it('strata are equally full, lower slopes first, difficulties alike', () => {
    const strata = stratify(bank, 4);
    const of = (stratum: number): number[] =>
      Array.from({ length: bank.size }, (_, item) => item).filter((item) => strata[item] === stratum);
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    for (let stratum = 0; stratum < 4; stratum += 1) {
      expect(of(stratum)).toHaveLength(10);
      if (stratum > 0)
        expect(mean(of(stratum).map((item) => bank.slope[item] ?? 0))).toBeGreaterThan(
          mean(of(stratum - 1).map((item) => bank.slope[item] ?? 0)),
        );
      expect(
        Math.abs(mean(of(stratum).map((item) => bank.step[item] ?? 0)) - mean(Array.from(bank.step))),
      ).toBeLessThan(0.3);
    }
    expect([1, 5, 6, 10, 20].map((position) => stratumAt(position, 20, 4))).toEqual([0, 0, 1, 1, 3]);
  });
});

describe('quotas', () => {
  const quotas: Quota[] = [
    { lower: 2, upper: 3, weight: 1, isMember: (item) => item % 2 === 0 },
    { lower: 0, upper: 1, weight: 1, isMember: (item) => item === 4 || item === 5 },
  ];
  it('a full class is closed, an open minimum comes first', () => {
    expect(priorityIndex(1, 0, quotas, [3, 0])).toBe(0);
    expect(priorityIndex(1, 5, quotas, [2, 1])).toBe(0);
    expect(priorityIndex(1, 0, quotas, [0, 0])).toBeGreaterThan(priorityIndex(1, 4, quotas, [1, 0]));
  });
  it('a penalty grows with the distance from the bounds', () => {
    expect(quotaPenalty(0, quotas, [0, 0], 1, 6)).toBeGreaterThan(0);
    expect(quotaPenalty(0, quotas, [1, 0], 4, 6)).toBe(0);
  });
});
