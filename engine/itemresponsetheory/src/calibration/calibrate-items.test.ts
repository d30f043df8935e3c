import { describe, expect, it } from 'vitest';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import { responseMatrix } from '../responses/response-matrix.ts';
import { drawCategory } from '../simulation/generate.ts';
import { calibrateItems } from './calibrate-items.ts';

const items: ItemSpec[] = Array.from({ length: 12 }, (_, n) =>
  n % 3 === 2
    ? { model: 'generalized-partial-credit', id: `i${n}`, slope: 1, steps: [-0.8 + n / 10, 0.6] }
    : { model: 'logistic', id: `i${n}`, slope: 0.8 + (n % 4) * 0.2, difficulty: -1.5 + n * 0.27 },
);
const bank = createItemParameters(items);
const models = items.map(({ model }) => (model === 'logistic' ? ('2pl' as const) : ('gpcm' as const)));

/** Persons of mean `mean`, each seeing the items that `sees` says. */
function rows(
  persons: number,
  key: number,
  mean: number | ((person: number) => number) = 0,
  sees: (person: number, item: number) => boolean = () => true,
): (number | null)[][] {
  return Array.from({ length: persons }, (_, person) => {
    const random = createRng('items').fork(key, person);
    const theta = (typeof mean === 'number' ? mean : mean(person)) + random.normal();
    return items.map((__, item) => (sees(person, item) ? drawCategory(bank, item, theta, random) : null));
  });
}
const parametersOf = (item: ItemSpec | undefined): readonly number[] =>
  item?.model === 'logistic' ? [item.difficulty] : item?.model === 'generalized-partial-credit' ? item.steps : [];

describe('calibration of any items', () => {
  it('a latent regression finds what the covariate is worth', () => {
    const covariate = Array.from({ length: 1500 }, (_, person) => (person % 3) - 1);
    const data = responseMatrix(rows(1500, 1, (person) => 0.7 * (covariate[person] ?? 0)));
    const { regression } = calibrateItems(data, {
      models,
      tolerance: 1e-5,
      covariates: { matrix: Float64Array.from(covariate), names: ['years'] },
    });
    expect(Math.abs((regression?.coefficients[0] ?? NaN) - 0.7)).toBeLessThan(4 * (regression?.standardErrors[0] ?? 0));
    expect(regression?.standardErrors[0]).toBeLessThan(0.1);
  }, 60_000);

  it('new items go on the scale of fixed ones; OEM and MEM agree with it where the population is standard', () => {
    const data = responseMatrix(rows(1500, 2));
    const fixed = new Map(items.slice(0, 9).map((item, n) => [n, item]));
    const [free, standard, oem] = [
      {},
      { population: 'standard' as const },
      { population: 'standard' as const, posteriorFrom: 'fixed' as const },
    ].map((options) => calibrateItems(data, { models, fixed, tolerance: 1e-6, ...options }));
    for (const fit of [free, standard, oem])
      for (const item of [9, 10, 11]) {
        const [ours, truth] = [parametersOf(fit?.items[item]?.item), parametersOf(items[item])];
        ours.forEach((value, k) => {
          expect(Math.abs(value - (truth[k] ?? NaN))).toBeLessThan(
            4.5 * (fit?.items[item]?.standardErrors[k + 1] ?? 0),
          );
        });
        expect(fit?.items[0]?.model).toBe('fixed');
      }
    expect(Math.abs(free?.groups[0]?.mean ?? NaN)).toBeLessThan(0.15);
  }, 60_000);

  it('the grid reaches the persons: wide populations and far groups come out as on a finer grid', () => {
    for (const [sd, far] of [
      [3, 0],
      [1, 4],
    ] as const) {
      const wide = createItemParameters(
        Array.from({ length: 15 }, (_, n): ItemSpec => ({
          model: 'logistic',
          id: `w${n}`,
          slope: 1,
          difficulty: (-2 + (4 * n) / 14) * sd + (n % 2) * far,
        })),
      );
      const group = Array.from({ length: 1600 }, (_, person) => (far === 0 ? 0 : person % 2));
      const data = responseMatrix(
        group.map((g, person) => {
          const random = createRng('wide').fork(sd, person);
          const theta = g * far + sd * random.normal();
          return Array.from({ length: 15 }, (_, n) => drawCategory(wide, n, theta, random));
        }),
      );
      const [fit, fine] = [61, 181].map((points) =>
        calibrateItems(data, { models: 'rasch', group, points, tolerance: 1e-6 }),
      );
      fit?.groups.forEach(({ mean, variance, varianceStandardError = NaN, meanStandardError = 0 }, g) => {
        expect(Math.abs(variance / (fine?.groups[g]?.variance ?? NaN) - 1)).toBeLessThan(1e-3);
        expect(Math.abs(variance - sd ** 2)).toBeLessThan(3.5 * varianceStandardError);
        if (g > 0) expect(Math.abs(mean - far)).toBeLessThan(3.5 * meanStandardError);
      });
    }
  }, 60_000);

  it('items of slope 1 carry the unit for those of free slope beside them', () => {
    const unit = createItemParameters(
      items.map((item, n): ItemSpec => (item.model === 'logistic' ? { ...item, slope: n % 2 === 0 ? 1 : 0.6 } : item)),
    );
    const data = responseMatrix(
      Array.from({ length: 3000 }, (_, person) => {
        const random = createRng('unit').fork(person);
        const theta = 1.6 * random.normal();
        return items.map((__, n) => drawCategory(unit, n, theta, random));
      }),
    );
    const fit = calibrateItems(data, {
      models: items.map((item, n) => (item.model === 'logistic' ? (n % 2 === 0 ? 'rasch' : '2pl') : 'pcm')),
      tolerance: 1e-6,
    });
    expect(Math.abs((fit.groups[0]?.variance ?? NaN) - 2.56)).toBeLessThan(
      3.5 * (fit.groups[0]?.varianceStandardError ?? NaN),
    );
    fit.items.forEach(({ item, standardErrors: [error = NaN] }, n) => {
      if (item.model !== 'logistic' || n % 2 === 0) return;
      expect(Math.abs((item.slope ?? NaN) - 0.6)).toBeLessThan(4 * error);
    });
  }, 60_000);

  it('cross-product and sandwich errors agree with the observed information where the model holds', () => {
    const data = responseMatrix(rows(2500, 3));
    const [oakes, cross, sandwich] = (['oakes', 'crossProduct', 'sandwich'] as const).map((standardErrors) =>
      calibrateItems(data, { models, tolerance: 1e-6, standardErrors }),
    );
    oakes?.items.forEach(({ standardErrors }, n) =>
      standardErrors.forEach((error, k) => {
        for (const other of [cross, sandwich])
          expect(Math.abs((other?.items[n]?.standardErrors[k] ?? NaN) / error - 1)).toBeLessThan(0.25);
      }),
    );
    expect(oakes?.largestGradient).toBeLessThan(0.01);
  }, 60_000);

  it('repairs what it can and says so', () => {
    const data = rows(400, 4).map((row) => row.map((value, item) => (item === 2 && value === 1 ? 0 : value)));
    data.push(items.map(() => null));
    const fit = calibrateItems(responseMatrix(data), { models, standardErrors: 'none' });
    expect(fit.flags).toContainEqual(expect.objectContaining({ item: 2, code: 'category-empty' }));
    expect(fit.items[2]?.categoryCounts).toHaveLength(2);
    expect(fit.emptyPersons).toBe(1);
  });

  it('items without a common person: flagged for one population, refused for two groups, fine with fixed items', () => {
    const data = responseMatrix(rows(600, 5, 0, (person, item) => person < 300 === item < 6));
    const group = Array.from({ length: 600 }, (_, person) => (person < 300 ? 0 : 1));
    expect(
      calibrateItems(data, { models, standardErrors: 'none' }).flags.some(({ code }) => code === 'forms-disconnected'),
    ).toBe(true);
    expect(() => calibrateItems(data, { models, group, standardErrors: 'none' })).toThrow(/joined by persons/);
    expect(
      calibrateItems(data, {
        models,
        group,
        fixed: new Map([0, 1, 6, 7].map((n) => [n, items[n] ?? { model: 'logistic', id: '', difficulty: 0 }])),
        standardErrors: 'none',
      }).flags.some(({ code }) => code === 'forms-disconnected'),
    ).toBe(false);
  });

  it('refuses what cannot be meant', () => {
    const data = responseMatrix(rows(50, 6));
    expect(() => calibrateItems(data, { models, priors: { slope: { mean: 0, sd: -1 } } })).toThrow(/priors\.slope\.sd/);
    expect(() => calibrateItems(data, { models, tolerance: NaN })).toThrow(/tolerance/);
    expect(() => calibrateItems(data, { models: '2pl' })).toThrow(/must be 0 or 1/);
    expect(() => calibrateItems(data, { models, group: [0, 1] })).toThrow(/group/);
    expect(() =>
      calibrateItems(
        responseMatrix([
          [1, 0],
          [1, 1],
        ]),
        { models: '2pl' },
      ),
    ).toThrow(/item 0/);
  });
});

describe('weights of persons', () => {
  const data = responseMatrix(rows(400, 7));
  it('a weight of 2 is the person twice, and 0 the person left out', () => {
    const twice = responseMatrix([...rows(400, 7), ...rows(400, 7).slice(0, 200)]);
    const weights = Array.from({ length: 400 }, (_, person) => (person < 200 ? 2 : 1));
    const [weighted, doubled] = [
      calibrateItems(data, { models, weights, tolerance: 1e-7 }),
      calibrateItems(twice, { models, tolerance: 1e-7 }),
    ];
    expect(weighted.logLikelihood).toBeCloseTo(doubled.logLikelihood, 6);
    weighted.items.forEach(({ item, standardErrors }, n) => {
      parametersOf(item).forEach((value, k) => {
        expect(value).toBeCloseTo(parametersOf(doubled.items[n]?.item)[k] ?? NaN, 4);
      });
      standardErrors.forEach((error, k) => {
        expect(error / (doubled.items[n]?.standardErrors[k] ?? NaN)).toBeCloseTo(1, 3);
      });
    });
    const without = calibrateItems(responseMatrix(rows(400, 7).slice(0, 300)), { models, standardErrors: 'none' });
    expect(
      calibrateItems(data, {
        models,
        weights: Array.from({ length: 400 }, (_, person) => (person < 300 ? 1 : 0)),
        standardErrors: 'none',
      }).logLikelihood,
    ).toBeCloseTo(without.logLikelihood, 6);
  }, 60_000);

  it('one number for all weights changes estimates nor sandwich errors', () => {
    const [one, three] = [1, 3].map((w) =>
      calibrateItems(data, {
        models,
        weights: Array.from({ length: 400 }, () => w),
        standardErrors: 'sandwich',
        tolerance: 1e-7,
      }),
    );
    one?.items.forEach(({ standardErrors }, n) =>
      standardErrors.forEach((error, k) => {
        expect((three?.items[n]?.standardErrors[k] ?? NaN) / error).toBeCloseTo(1, 3);
      }),
    );
    expect(() => calibrateItems(data, { models, weights: [1] })).toThrow(/weights/);
    expect(() => calibrateItems(data, { models, weights: Array.from({ length: 400 }, () => -1) })).toThrow(
      /weights\[0\]/,
    );
  }, 60_000);
});

describe('free histogram of the population', () => {
  /** Two kinds of persons, standardised: mean 0, variance 1, skewed. */
  const skewed = (person: number): number => {
    const random = createRng('skewed').fork(person);
    const z = random.uniform() < 0.25 ? 1.5 + 0.5 * random.normal() : -0.5 + 0.5 * random.normal();
    return z;
  };
  const rowsOf = (persons: number, shift = 0): (number | null)[][] =>
    Array.from({ length: persons }, (_, person) => {
      const random = createRng('skewed answers').fork(person, shift === 0 ? 0 : 1);
      return items.map((__, item) => drawCategory(bank, item, skewed(person) + shift, random));
    });

  it("has mean 0 and variance 1, and for a skewed population a likelihood above the normal's and its skewness", () => {
    const data = responseMatrix(rowsOf(3000));
    const [normal, free] = (['normal', 'histogram'] as const).map((density) =>
      calibrateItems(data, { models, density, tolerance: 1e-5 }),
    );
    expect(free?.converged).toBe(true);
    expect((free?.logLikelihood ?? NaN) - (normal?.logLikelihood ?? NaN)).toBeGreaterThan(20);
    const [group] = free?.groups ?? [];
    expect(group?.mean).toBeCloseTo(0, 10);
    expect(group?.variance).toBeCloseTo(1, 10);
    const third = (group?.histogram?.node ?? new Float64Array(0)).reduce(
      (sum, theta, q) => sum + theta ** 3 * (group?.histogram?.weight[q] ?? NaN),
      0,
    );
    // Of the mixture: Σ p(μ³ + 3μσ²) = .25(3.375 + 1.125) + .75(−.125 − .375) = .75.
    expect(third).toBeGreaterThan(0.4);
    expect(third).toBeLessThan(1.1);
    expect(free?.covariance).toHaveLength((free?.parameters.length ?? 0) ** 2);
    items.forEach((item, n) => {
      parametersOf(free?.items[n]?.item).forEach((value, k) => {
        expect(Math.abs(value - (parametersOf(item)[k] ?? NaN))).toBeLessThan(
          5 * (free?.items[n]?.standardErrors[k + 1] ?? 0),
        );
      });
    });
  }, 120_000);

  it("a second group's is free in mean and variance; Rasch items have a free variance; new items by fixed ones", () => {
    const data = responseMatrix([...rowsOf(1000), ...rowsOf(1000, 0.7)]);
    const group = Array.from({ length: 2000 }, (_, person) => (person < 1000 ? 0 : 1));
    const two = calibrateItems(data, { models, group, density: 'histogram', tolerance: 1e-4, standardErrors: 'none' });
    expect(Math.abs((two.groups[1]?.mean ?? NaN) - 0.7)).toBeLessThan(0.12);
    expect(two.groups[0]?.mean).toBeCloseTo(0, 10);
    const fixed = new Map(items.slice(0, 9).map((item, n) => [n, item]));
    const online = calibrateItems(responseMatrix(rowsOf(1000, 0.7)), {
      models,
      fixed,
      density: 'histogram',
      tolerance: 1e-4,
      standardErrors: 'none',
    });
    expect(Math.abs((online.groups[0]?.mean ?? NaN) - 0.7)).toBeLessThan(0.12);
    expect(() =>
      calibrateItems(data, {
        models,
        density: 'histogram',
        covariates: { matrix: new Float64Array(2000), names: ['x'] },
      }),
    ).toThrow(/density/);
  }, 120_000);
});
