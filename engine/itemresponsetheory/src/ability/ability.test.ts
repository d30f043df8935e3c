import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testInformation } from '../information/item.ts';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters } from '../parameters/item-parameters.ts';
import { tabulate } from '../information/table.ts';
import { normalGrid } from '../quadrature/grid.ts';
import { drawCategory } from '../simulation/generate.ts';
import { type AbilityMethod, estimateAbility } from './estimate.ts';
import { createLikelihoodAt, likelihoodAt } from './likelihood.ts';
import { createPosterior } from './posterior.ts';
import { sumScoreDistribution } from './sum-score.ts';

const rasch = createItemParameters(
  Array.from({ length: 60 }, (_, n) => ({ model: 'logistic', id: `i${n}`, difficulty: -3 + n / 10 })),
);
const mixed = createItemParameters(
  Array.from({ length: 30 }, (_, n) =>
    n % 3 === 0
      ? {
          model: 'graded-response',
          id: `i${n}`,
          slope: 0.8 + (n % 4) / 4,
          steps: [-2 + n / 10, -0.5 + n / 10, 1 + n / 10],
        }
      : n % 3 === 1
        ? { model: 'generalized-partial-credit', id: `i${n}`, slope: 0.8 + (n % 5) / 5, steps: [n / 10, -1.2, 0.4] }
        : { model: 'logistic', id: `i${n}`, slope: 1.2, difficulty: -1.5 + n / 10, lower: 0.2 },
  ),
);
const items = Array.from({ length: 30 }, (_, n) => n);
const answers = fc
  .integer()
  .map((seed) => items.map((item) => drawCategory(mixed, item, createRng(seed).normal(), createRng(seed).fork(item))));

describe('ability', () => {
  it('the posterior is the same one by one, at once, and in any order', () => {
    const table = tabulate(mixed, normalGrid());
    fc.assert(
      fc.property(answers, (categories) => {
        const forward = createPosterior(table);
        const backward = createPosterior(table);
        for (const item of items) forward.update(item, categories[item] ?? 0);
        for (const item of [...items].reverse()) backward.update(item, categories[item] ?? 0);
        const batch = estimateAbility(mixed, items, categories, { method: 'eap' });
        for (const { theta, standardError } of [backward.moments(), batch]) {
          expect(Math.abs(theta - forward.moments().theta)).toBeLessThan(1e-12);
          expect(Math.abs(standardError - forward.moments().standardError)).toBeLessThan(1e-12);
        }
      }),
      { numRuns: 60 },
    );
  });
  it('a root is a root: the estimating equation is within 1e-10 of 0, or a bound is named', () => {
    const at = createLikelihoodAt();
    fc.assert(
      fc.property(answers, fc.constantFrom<AbilityMethod>('ml', 'map', 'wle', 'jeffreys'), (categories, method) => {
        const { theta, atBound, converged } = estimateAbility(mixed, items, categories, { method });
        expect(converged).toBe(true);
        likelihoodAt(mixed, items, categories, theta, at);
        const value =
          at.score +
          (method === 'map'
            ? -theta
            : method === 'wle'
              ? at.warm / (2 * at.information)
              : method === 'jeffreys'
                ? at.informationDerivative / (2 * at.information)
                : 0);
        if (atBound === undefined) expect(Math.abs(value)).toBeLessThan(1e-10);
        else expect(atBound === 'lower' ? value < 0 : value > 0).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
  it('observed information is minus the second derivative of the log-likelihood', () => {
    const [at, left, right] = [createLikelihoodAt(), createLikelihoodAt(), createLikelihoodAt()];
    fc.assert(
      fc.property(answers, fc.double({ min: -4, max: 4, noNaN: true }), (categories, theta) => {
        likelihoodAt(mixed, items, categories, theta, at);
        likelihoodAt(mixed, items, categories, theta - 1e-5, left);
        likelihoodAt(mixed, items, categories, theta + 1e-5, right);
        expect(Math.abs(at.observed + (right.score - left.score) / 2e-5)).toBeLessThan(1e-6);
      }),
      { numRuns: 100 },
    );
  });
  it('EAP and PSD agree with a dense grid, for up to 60 items', () => {
    const sixty = Array.from({ length: 60 }, (_, n) => n);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer(), (count, seed) => {
        const given = sixty.slice(0, count);
        const categories = given.map((item) =>
          drawCategory(rasch, item, createRng(seed).normal(), createRng(seed).fork(item)),
        );
        const [coarse, dense] = [61, 6001].map((points) =>
          estimateAbility(rasch, given, categories, { method: 'eap', points }),
        );
        expect(Math.abs((coarse?.theta ?? NaN) - (dense?.theta ?? NaN))).toBeLessThan(1e-6);
        expect(Math.abs((coarse?.standardError ?? NaN) - (dense?.standardError ?? NaN))).toBeLessThan(1e-6);
      }),
      { numRuns: 12 },
    );
  });
  it('5,000 responses do not underflow', () => {
    const posterior = createPosterior(tabulate(rasch, normalGrid()));
    for (let n = 0; n < 5000; n += 1) posterior.update(n % 60, drawCategory(rasch, n % 60, 0.5, createRng(n)));
    const { theta, standardError } = posterior.moments();
    expect(Math.abs(theta - 0.5)).toBeLessThan(0.2);
    expect(standardError).toBeGreaterThan(0);
  });
  it('the posterior SD is on average below the prior SD', () => {
    let sum = 0;
    for (let seed = 0; seed < 200; seed += 1) {
      const random = createRng(seed);
      const theta = random.normal();
      sum += estimateAbility(rasch, [30], [drawCategory(rasch, 30, theta, random)], { method: 'eap' }).standardError;
    }
    expect(sum / 200).toBeLessThan(1);
  });
  it('sum-score probabilities add to 1', () => {
    fc.assert(
      fc.property(fc.double({ min: -5, max: 5, noNaN: true }), (theta) => {
        expect(Math.abs(sumScoreDistribution(mixed, items, theta).reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(
          1e-13,
        );
      }),
    );
  });
});

describe('a partial credit item of the speaking scale', () => {
  const criterion = { model: 'generalized-partial-credit' as const, steps: [-2.6, -1.3, 0, 1.5, 2.9] };
  const bank = createItemParameters(Array.from({ length: 21 }, (_, n) => ({ ...criterion, id: `rating-${n}` })));
  const ratings = Array.from({ length: 21 }, (_, n) => n);
  it.each([0, 1, 2, 3, 4, 5])('all ratings %i give a finite weighted likelihood estimate', (category) => {
    const { theta, standardError, converged, atBound } = estimateAbility(
      bank,
      ratings,
      ratings.map(() => category),
      { method: 'wle', lower: -10, upper: 10 },
    );
    expect([converged, atBound]).toEqual([true, undefined]);
    expect(Number.isFinite(theta) && Number.isFinite(standardError)).toBe(true);
    expect(1 / standardError ** 2).toBeCloseTo(testInformation(bank, ratings, theta), 10);
  });
  it('rises with every rating', () => {
    const thetas = Array.from(
      { length: 106 },
      (_, total) =>
        estimateAbility(
          bank,
          ratings,
          ratings.map((n) => Math.floor(total / 21) + (n < total % 21 ? 1 : 0)),
          { method: 'wle', lower: -10, upper: 10 },
        ).theta,
    );
    thetas.forEach((theta, n) => {
      if (n > 0) expect(theta).toBeGreaterThan(thetas[n - 1] ?? Infinity);
    });
  });
});

/** Cases of the jsCAT tests at their true values (recomputed from closed forms and dense integration). */
describe('published cases', () => {
  const bank = createItemParameters([
    { model: 'logistic', id: 'a', slope: 2.225, difficulty: -1.885, lower: 0.21 },
    { model: 'logistic', id: 'b', slope: 1.174, difficulty: -2.411, lower: 0.212 },
    { model: 'logistic', id: 'c', slope: 2.104, difficulty: -2.439, lower: 0.192 },
  ]);
  const guessing = createItemParameters(
    [-0.447, 2.869, -0.469, -0.576, -1.43, -1.607, 0.529].map((difficulty, n) => ({
      model: 'logistic',
      id: `g${n}`,
      difficulty,
      lower: 0.5,
    })),
  );
  const easy = createItemParameters([
    { model: 'logistic', id: 'x', difficulty: -4, lower: 0.5 },
    { model: 'logistic', id: 'y', difficulty: -3, lower: 0.5 },
    { model: 'logistic', id: 'z', difficulty: -2.5, lower: 0.2 },
  ]);
  it('three 3PL items', () =>
    expect(estimateAbility(bank, [0, 1, 2], [1, 0, 1], { method: 'ml' }).theta).toBeCloseTo(-1.6425, 3));
  it('seven items with guessing', () => {
    const { theta, standardError } = estimateAbility(guessing, [0, 1, 2, 3, 4, 5, 6], [0, 1, 0, 1, 1, 1, 1], {
      method: 'ml',
    });
    expect([theta, standardError]).toEqual([expect.closeTo(-1.299, 3), expect.closeTo(1.7095, 3)]);
  });
  it('all wrong ends at the named bound', () =>
    expect(estimateAbility(easy, [0, 1], [0, 0], { method: 'ml' })).toMatchObject({ theta: -6, atBound: 'lower' }));
  it('EAP and PSD', () => {
    expect(estimateAbility(easy, [0, 1], [0, 0], { method: 'eap' })).toMatchObject({
      theta: expect.closeTo(-1.64937, 4),
      standardError: expect.closeTo(0.8956, 4),
    });
    expect(estimateAbility(easy, [0, 1, 2], [0, 0, 1], { method: 'eap' })).toMatchObject({
      theta: expect.closeTo(-1.48621, 4),
      standardError: expect.closeTo(0.8665, 4),
    });
  });
  it('information of 2PL and 3PL items', () => {
    const two = createItemParameters([
      { model: 'logistic', id: 'p', slope: 1.53, difficulty: -0.5, lower: 0.5 },
      { model: 'logistic', id: 'q', slope: 1, difficulty: 2, lower: 0.3 },
    ]);
    expect([testInformation(two, [0], 0), testInformation(two, [1], 2.35)]).toEqual([
      expect.closeTo(0.20578, 5),
      expect.closeTo(0.14012, 5),
    ]);
  });
  it('seven of ten equal items right: b + logit(.7)', () => {
    const equal = createItemParameters(
      Array.from({ length: 10 }, (_, n) => ({ model: 'logistic', id: `e${n}`, difficulty: 0.5 })),
    );
    const { theta, standardError } = estimateAbility(
      equal,
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      [1, 1, 1, 1, 1, 1, 1, 0, 0, 0],
      { method: 'ml' },
    );
    expect([theta, standardError]).toEqual([
      expect.closeTo(1.3472978603872037, 12),
      expect.closeTo(0.690065559342354, 12),
    ]);
  });
});

describe('fenced maximum likelihood', () => {
  it('has a finite root for every pattern, near the plain one where that exists', () => {
    for (const right of [0, 1, 15, 29, 30]) {
      const given = Array.from({ length: 30 }, (_, n) => n);
      const categories = given.map((n) => (n < right ? 1 : 0));
      const fenced = estimateAbility(rasch, given, categories, { method: 'fence' });
      expect([fenced.converged, fenced.atBound]).toEqual([true, undefined]);
      if (right === 15)
        expect(Math.abs(fenced.theta - estimateAbility(rasch, given, categories, { method: 'ml' }).theta)).toBeLessThan(
          1e-6,
        );
    }
  });
});

describe('bad input is named', () => {
  it.each([
    [[60], [0], /item: 60/],
    [[0], [2], /category of i0: 2/],
    [[0, 1], [0], /unequal|as many/],
    [[], [], /at least one/],
  ] as const)('%j %j', (given, categories, message) => {
    expect(() => estimateAbility(rasch, given, categories, { method: 'wle' })).toThrow(message);
  });
  it.each([
    [{ sd: 0 }, /sd/],
    [{ lower: 2, upper: 1 }, /upper/],
    [{ mean: NaN }, /mean/],
  ] as const)('%j', (options, message) => {
    expect(() => estimateAbility(rasch, [0], [1], { method: 'eap', ...options })).toThrow(message);
  });
});
