/**
 * Conditional and joint maximum likelihood, and the functions below them: laws, recovery, refusals. The peers' numbers
 * are in tests/reference.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanSquareFit } from '../fit/mean-square.ts';
import { exp, log } from '../numeric/elementary.ts';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import { responseMatrix } from '../responses/response-matrix.ts';
import { drawCategory } from '../simulation/generate.ts';
import { andersenTest } from './andersen.ts';
import { calibrateConditional } from './cml.ts';
import { conditionalMoments, logSymmetricFunctions } from './esf.ts';
import { calibrateJointly } from './jml.ts';

const weights = fc.array(
  fc
    .array(fc.double({ min: 0.05, max: 20, noNaN: true }), { minLength: 1, maxLength: 3 })
    .map((own) => Float64Array.from([1, ...own])),
  { minLength: 2, maxLength: 5 },
);

/** γ by writing out every way to answer. */
function enumerated(list: readonly Float64Array[]): number[] {
  const out = new Array<number>(list.reduce((sum, { length }) => sum + length - 1, 1)).fill(0);
  const walk = (item: number, score: number, product: number): void => {
    const own = list[item];
    if (own === undefined) {
      out[score] = (out[score] ?? 0) + product;
      return;
    }
    own.forEach((weight, k) => {
      walk(item + 1, score + k, product * weight);
    });
  };
  walk(0, 0, 1);
  return out;
}

const difficulties = [-1.5, -0.8, -0.3, 0, 0.4, 0.7, 1.5];
const items: ItemSpec[] = difficulties.map((difficulty, n) => ({ model: 'logistic', id: `i${n}`, difficulty }));
const bank = createItemParameters(items);
const rows = (persons: number, key: number): number[][] =>
  Array.from({ length: persons }, (_, person) => {
    const random = createRng('conditional').fork(key, person);
    const theta = 1.2 * random.normal() + 0.3;
    return items.map((__, item) => drawCategory(bank, item, theta, random));
  });
const difficultyOf = (item: ItemSpec | undefined): number => (item?.model === 'logistic' ? item.difficulty : NaN);

describe('elementary symmetric functions', () => {
  it('are what writing out all answers gives', () => {
    fc.assert(
      fc.property(weights, (list) => {
        const ours = logSymmetricFunctions(list);
        enumerated(list).forEach((value, score) => {
          expect(ours[score]).toBeCloseTo(log(value), 9);
        });
      }),
      { numRuns: 200 },
    );
  });

  it('long tests do not overflow: 600 items of weights e and 1/e', () => {
    const ours = logSymmetricFunctions(
      Array.from({ length: 600 }, (_, n) => Float64Array.of(1, exp(n % 2 === 0 ? 1 : -1))),
    );
    expect(ours.every(Number.isFinite)).toBe(true);
    expect(ours[600]).toBeCloseTo(0, 6);
    expect(ours[1]).toBeCloseTo(log(300 * (exp(1) + exp(-1))), 9);
    expect(ours[300]).toBeGreaterThan(400);
  });

  it('expected counts add up to the scores of the persons', () => {
    fc.assert(
      fc.property(weights, (list) => {
        const highest = list.reduce((sum, { length }) => sum + length - 1, 0);
        const persons = Array.from({ length: highest + 1 }, (_, score) => score + 1);
        const { expected } = conditionalMoments(list, persons);
        let at = 0;
        let total = 0;
        for (const own of list)
          for (let k = 1; k < own.length; k += 1) {
            total += k * (expected[at] ?? 0);
            at += 1;
          }
        expect(total).toBeCloseTo(
          persons.reduce((sum, n, score) => sum + n * score, 0),
          6,
        );
      }),
      { numRuns: 100 },
    );
  });
});

describe('conditional maximum likelihood', () => {
  const data = responseMatrix(rows(1500, 1));
  const fit = calibrateConditional(data, { design: 'linear', model: 'rasch' });

  it('lies as far off as its errors say, whatever the population', () => {
    const mean = difficulties.reduce((a, b) => a + b, 0) / difficulties.length;
    fit.items.forEach(({ item, standardErrors }, n) => {
      expect(
        Math.abs(difficultyOf(item) - ((difficulties[n] ?? NaN) - mean)) / (standardErrors[0] ?? NaN),
      ).toBeLessThan(4);
    });
    const shifted = calibrateConditional(
      responseMatrix(rows(1500, 1).filter((row) => row.reduce((a, b) => a + b, 0) >= 4)),
      { design: 'linear', model: 'rasch' },
    );
    shifted.items.forEach(({ item, standardErrors }, n) => {
      expect(
        Math.abs(difficultyOf(item) - ((difficulties[n] ?? NaN) - mean)) / (standardErrors[0] ?? NaN),
      ).toBeLessThan(4);
    });
  });

  it('half the persons have √2 times the errors, and the halves agree by them', () => {
    const [one, two] = [0, 1].map((half) =>
      calibrateConditional(responseMatrix(rows(1500, 1).filter((_, n) => n % 2 === half)), {
        design: 'linear',
        model: 'rasch',
      }),
    );
    one?.items.forEach(({ standardErrors }, n) => {
      expect((standardErrors[0] ?? NaN) / (fit.items[n]?.standardErrors[0] ?? NaN) / Math.SQRT2).toBeCloseTo(1, 1);
      expect(
        Math.abs(difficultyOf(one.items[n]?.item) - difficultyOf(two?.items[n]?.item)) / (standardErrors[0] ?? NaN),
      ).toBeLessThan(6);
    });
  });

  it('two booklets with common items, and items in another order, are the same scale', () => {
    const parted = responseMatrix(
      rows(1500, 1).map((row, person) =>
        row.map((value, item) => (person % 2 === 0 ? (item < 5 ? value : null) : item > 1 ? value : null)),
      ),
    );
    const booklets = calibrateConditional(parted, { design: 'booklets', model: 'rasch' });
    booklets.items.forEach(({ item, standardErrors }, n) => {
      expect(Math.abs(difficultyOf(item) - difficultyOf(fit.items[n]?.item)) / (standardErrors[0] ?? NaN)).toBeLessThan(
        4,
      );
    });
    const turned = calibrateConditional(responseMatrix(rows(1500, 1).map((row) => row.toReversed())), {
      design: 'linear',
      model: 'rasch',
    });
    turned.items.toReversed().forEach(({ item }, n) => {
      expect(difficultyOf(item)).toBeCloseTo(difficultyOf(fit.items[n]?.item), 7);
    });
  });

  it("Andersen's test lets a fair test pass and finds items that change with the score", () => {
    expect(andersenTest(data, { design: 'linear', model: 'rasch' }).p).toBeGreaterThan(0.001);
    const steep = createItemParameters(
      items.map((item, n) => (item.model === 'logistic' ? { ...item, slope: n % 2 === 0 ? 2.2 : 0.5 } : item)),
    );
    const uneven = Array.from({ length: 1500 }, (_, person) => {
      const random = createRng('uneven').fork(person);
      const theta = random.normal();
      return items.map((__, item) => drawCategory(steep, item, theta, random));
    });
    expect(andersenTest(responseMatrix(uneven), { design: 'linear', model: 'rasch' }).p).toBeLessThan(1e-6);
  });
});

describe('joint maximum likelihood', () => {
  it('spreads the items by L/(L − 1) too far; corrected it agrees with conditional; fit is near 1', () => {
    const data = responseMatrix(rows(3000, 2));
    const options = { design: 'linear', model: 'rasch' } as const;
    const [joint, corrected, conditional] = [
      calibrateJointly(data, options),
      calibrateJointly(data, { ...options, correction: 'length' }),
      calibrateConditional(data, options),
    ];
    expect(joint.converged).toBe(true);
    expect(joint.cycles).toBeLessThan(12);
    const slope = (a: readonly number[], b: readonly number[]): number =>
      a.reduce((sum, value, n) => sum + value * (b[n] ?? 0), 0) / b.reduce((sum, value) => sum + value * value, 0);
    const [j, k, c] = [joint.items, corrected.items, conditional.items].map((list) =>
      list.map(({ item }) => difficultyOf(item)),
    );
    expect(slope(j ?? [], c ?? [])).toBeGreaterThan(1.1);
    expect(Math.abs(slope(k ?? [], c ?? []) - 1)).toBeLessThan(0.06);
    const own = createItemParameters(joint.items.map(({ item }) => item));
    const kept = rows(3000, 2).filter((_, n) => joint.isExtreme[n] === 0);
    meanSquareFit(
      own,
      responseMatrix(kept),
      Array.from(joint.theta).filter((_, n) => joint.isExtreme[n] === 0),
    ).items.forEach(({ infit }) => {
      expect(infit).toBeGreaterThan(0.75);
      expect(infit).toBeLessThan(1.2);
    });
    expect(joint.theta.every(Number.isFinite)).toBe(true);
  });

  it('10,000 persons and 40 items are score groups: it takes a handful of steps', () => {
    const specs: ItemSpec[] = Array.from({ length: 40 }, (_, n) => ({
      model: 'logistic',
      id: `i${n}`,
      difficulty: -2 + n / 10,
    }));
    const large = createItemParameters(specs);
    const data = responseMatrix(
      Array.from({ length: 10_000 }, (_, person) => {
        const random = createRng('large').fork(person);
        const theta = random.normal();
        return specs.map((__, item) => drawCategory(large, item, theta, random));
      }),
    );
    expect(calibrateJointly(data, { design: 'linear', model: 'rasch' })).toMatchObject({ converged: true });
  });

  it('refuses what it must not have', () => {
    const options = { design: 'linear', model: 'rasch' } as const;
    for (const estimate of [calibrateConditional, calibrateJointly]) {
      expect(() => estimate(responseMatrix(rows(50, 3)), { ...options, design: 'adaptive' })).toThrow(/marginal/);
      // Twenty persons, each with two other items missing.
      const own = rows(20, 4).map((row, person) =>
        row.map((value, item) =>
          item === person % 7 || item === (person + 1 + Math.floor(person / 7)) % 7 ? null : value,
        ),
      );
      expect(() => estimate(responseMatrix(own), options)).toThrow(/adaptive/);
      expect(() =>
        estimate(
          responseMatrix([
            [1, 0],
            [1, 1],
            [1, 0],
          ]),
          options,
        ),
      ).toThrow(/item 0/);
      const apart = rows(80, 5).map((row, person) =>
        row.map((value, item) => ((person % 2 === 0) === item < 3 ? value : null)),
      );
      expect(() => estimate(responseMatrix(apart), { ...options, design: 'booklets' })).toThrow(/persons in common/);
    }
    expect(() => calibrateJointly(responseMatrix(rows(50, 3)), { ...options, adjustment: 2 })).toThrow(/adjustment/);
    expect(() => andersenTest(responseMatrix(rows(50, 3)), options, [1])).toThrow(/part/);
  });
});
