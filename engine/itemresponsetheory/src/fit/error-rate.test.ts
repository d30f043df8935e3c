/**
 * How often the statistics reject a model that holds, at the level of .05: 2,000 replications with MEETLAT_FULL=1,
 * otherwise few. Items are calibrated anew from each replication where the statistic says what estimating costs, as far
 * as there is a calibration; otherwise parameters are given.
 */
import { describe, expect, it } from 'vitest';
import { isFull, recordFigures } from '../../../../tests/figures.ts';
import { calibrate } from '../calibration/mmle.ts';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters, type ItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import { type Grid, normalGrid } from '../quadrature/grid.ts';
import { type ResponseMatrix, responseMatrix } from '../responses/response-matrix.ts';
import { drawCategory } from '../simulation/generate.ts';
import { estimateAbility } from '../ability/estimate.ts';
import { itemInformation } from '../information/item.ts';
import { estimateAbilities } from './abilities.ts';
import { cumulativeFit } from './cumulative-fit.ts';
import { limitedInformation } from './limited-information.ts';
import { meanSquareFit } from './mean-square.ts';
import { personFit } from './person-fit.ts';
import { posteriorMeanSquares } from './posterior-mean-square.ts';
import { sumScoreFit } from './sum-score-fit.ts';

const full = isFull;
const replications = full ? 2000 : 20;
const timeout = full ? 3_600_000 : 120_000;

/** Shares of rejections, one for each replication, so that the tests within a replication need not be independent. */
class Rates {
  private readonly shares = new Map<string, number[]>();

  add(statistic: string, p: readonly number[]): void {
    const shares = this.shares.get(statistic) ?? [];
    shares.push(p.filter((value) => value < 0.05).length / p.length);
    this.shares.set(statistic, shares);
  }

  /**
   * Within .04–.06, and beyond it by no more than four Monte-Carlo standard errors at the reduced count; a single test
   * a replication has √(.05·.95/n).
   */
  expectNominal(): void {
    const off: string[] = [];
    this.shares.forEach((shares, statistic) => {
      const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
      const spread = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / (shares.length - 1);
      const error = Math.sqrt(
        Math.max(spread, shares.every((share) => share === 0 || share === 1) ? 0.05 * 0.95 : 0) / shares.length,
      );
      recordFigures(`fit-error-rate-${statistic.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`, {
        replications,
        level: 0.05,
        statistic,
        rate: mean,
        monteCarloError: error,
      });
      const allowance = (full ? 2 : 4) * error;
      if (mean < 0.04 - allowance || mean > 0.06 + allowance)
        off.push(`${statistic}: ${mean.toFixed(4)} ± ${error.toFixed(4)}`);
    });
    expect(off).toEqual([]);
  }
}

const spread = (n: number, count: number): number => -1.8 + (3.6 * ((n * 7) % count)) / (count - 1);
const twoParameter = (count: number): ItemSpec[] =>
  Array.from({ length: count }, (_, n) => ({
    model: 'logistic',
    id: `i${n}`,
    slope: 0.8 + (n % 5) * 0.25,
    difficulty: spread(n, count),
  }));
const rasch: readonly ItemSpec[] = Array.from({ length: 20 }, (_, n) => ({
  model: 'logistic',
  id: `i${n}`,
  difficulty: spread(n, 20),
}));
const polytomous: readonly ItemSpec[] = Array.from({ length: 10 }, (_, n): ItemSpec =>
  n % 2 === 0
    ? { model: 'graded-response', id: `i${n}`, slope: 0.8 + n * 0.12, steps: [-1.2 + n * 0.05, 0, 1 + n * 0.05] }
    : { model: 'generalized-partial-credit', id: `i${n}`, slope: 0.7 + n * 0.08, steps: [-0.8, 0.6 + n * 0.03] },
);
const allFixed = (items: readonly ItemSpec[]): { readonly fixed: number[] } => ({ fixed: items.map((_, n) => n) });

function draw(
  specs: readonly ItemSpec[],
  persons: number,
  sd: number,
  replication: number,
): { readonly bank: ItemParameters; readonly data: ResponseMatrix; readonly theta: readonly number[] } {
  const bank = createItemParameters(specs);
  const theta: number[] = [];
  const rows = Array.from({ length: persons }, (_, person) => {
    const random = createRng(2026).fork('error-rate', replication, person);
    const own = sd * random.normal();
    theta.push(own);
    return specs.map((__, item) => drawCategory(bank, item, own, random));
  });
  return { bank, data: responseMatrix(rows), theta };
}

/** Items as calibrated from the data, and the population they imply. */
function calibrated(
  data: ResponseMatrix,
  model: 'rasch' | '2pl',
): { readonly bank: ItemParameters; readonly grid: Grid } {
  const { items, variance } = calibrate(data, { model, tolerance: 1e-5, standardErrors: 'crossProduct' });
  return {
    bank: createItemParameters(
      items.map(({ slope, difficulty }, n) => ({ model: 'logistic', id: `i${n}`, slope, difficulty })),
    ),
    grid: normalGrid({ sd: Math.sqrt(variance) }),
  };
}

const each = (run: (replication: number, rates: Rates) => void): void => {
  const rates = new Rates();
  for (let replication = 0; replication < replications; replication += 1) run(replication, rates);
  rates.expectNominal();
};

/** Every person gets, so often, the item of the bank that tells most at the estimate so far. */
function adaptive(
  specs: readonly ItemSpec[],
  persons: number,
  length: number,
  replication: number,
): { readonly bank: ItemParameters; readonly data: ResponseMatrix } {
  const bank = createItemParameters(specs);
  const arrival: number[] = [];
  const rows = Array.from({ length: persons }, (_, person) => {
    const random = createRng(2026).fork('adaptive', replication, person);
    const own = random.normal();
    const [items, categories]: [number[], number[]] = [[], []];
    for (let n = 0; n < length; n += 1) {
      const theta = estimateAbility(bank, items, categories, { method: 'eap' }).theta;
      let [best, most] = [-1, -1];
      for (let item = 0; item < bank.size; item += 1) {
        if (items.includes(item)) continue;
        const value = itemInformation(bank, item, theta);
        if (value > most) {
          best = item;
          most = value;
        }
      }
      items.push(best);
      categories.push(drawCategory(bank, best, own, random));
    }
    const row = specs.map((__, item) => (items.includes(item) ? (categories[items.indexOf(item)] ?? null) : null));
    row.forEach((value, item) => {
      if (value !== null) arrival.push(items.indexOf(item));
    });
    return row;
  });
  return { bank, data: { ...responseMatrix(rows), arrival: Uint32Array.from(arrival) } };
}
const inOrder = (data: ResponseMatrix): ResponseMatrix => ({
  ...data,
  arrival: Uint32Array.from(data.item, (_, n) => n),
});

/** Two-sided p of z is below .05 where |z| > 1.96. */
const fromZ = (z: number): number => (Math.abs(z) > 1.959964 ? 0 : 1);

describe('type I error', () => {
  it(
    'items calibrated by 2PL: S-X², infit over the posterior, M2',
    () =>
      each((replication, rates) => {
        const { data } = draw(twoParameter(20), 1000, 1, replication);
        const { bank } = calibrated(data, '2pl');
        rates.add(
          'S-X², 2PL',
          sumScoreFit(bank, data).map(({ p }) => p),
        );
        rates.add(
          'infit over the posterior, 2PL',
          posteriorMeanSquares(bank, data).map(({ p }) => p),
        );
        rates.add('M2, 2PL', [limitedInformation(bank, data, { statistic: 'M2' }).p]);
      }),
    timeout,
  );
  it(
    'items calibrated by Rasch',
    () =>
      each((replication, rates) => {
        const { data } = draw(rasch, 1000, 1.2, replication);
        const { bank, grid } = calibrated(data, 'rasch');
        rates.add(
          'S-X², Rasch',
          sumScoreFit(bank, data, { grid, estimated: { slope: false } }).map(({ p }) => p),
        );
        rates.add(
          'infit over the posterior, Rasch',
          posteriorMeanSquares(bank, data, { grid, estimated: { slope: false } }).map(({ p }) => p),
        );
        rates.add('M2, Rasch', [
          limitedInformation(bank, data, { grid, estimated: { slope: false, variance: true } }).p,
        ]);
      }),
    timeout,
  );
  it(
    'graded and partial credit items of given parameters',
    () =>
      each((replication, rates) => {
        const { bank, data } = draw(polytomous, 1000, 1, replication);
        const estimated = allFixed(polytomous);
        rates.add(
          'S-X², categories',
          sumScoreFit(bank, data, { estimated }).map(({ p }) => p),
        );
        rates.add(
          'infit over the posterior, categories',
          posteriorMeanSquares(bank, data, { estimated }).map(({ p }) => p),
        );
        rates.add('C2', [limitedInformation(bank, data, { estimated }).p]);
        rates.add('M2*', [limitedInformation(bank, data, { estimated, statistic: 'M2*' }).p]);
      }),
    timeout,
  );
  it(
    'infit and outfit of items at given abilities',
    () =>
      each((replication, rates) => {
        const { bank, data, theta } = draw(twoParameter(20), 1000, 1, replication);
        const { items } = meanSquareFit(bank, data, theta);
        rates.add(
          'infit',
          items.map(({ infitZ }) => fromZ(infitZ)),
        );
        rates.add(
          'outfit',
          items.map(({ outfitZ }) => fromZ(outfitZ)),
        );
      }),
    timeout,
  );
  it(
    "lz* and CUSUM at Warm's estimate of 40 right/wrong items, and of 20 with categories",
    () =>
      each((replication, rates) => {
        for (const [name, specs] of [
          ['2PL', twoParameter(40)],
          ['categories', [...polytomous, ...polytomous.map((item) => ({ ...item, id: `${item.id} again` }))]],
        ] as const) {
          const { bank, data } = draw(specs, 100, 1, replication);
          const { theta } = estimateAbilities(bank, data, { method: 'wle' });
          rates.add(
            `lz*, ${name}`,
            personFit(bank, data, theta).map(({ p }) => p),
          );
          rates.add(
            `CUSUM, ${name}`,
            cumulativeFit(bank, inOrder(data), theta).map((one) => one?.p ?? NaN),
          );
        }
      }),
    timeout,
  );
  it(
    'CUSUM of adaptive tests of 25 items',
    () =>
      each((replication, rates) => {
        const { bank, data } = adaptive(twoParameter(100), 20, 25, replication);
        rates.add(
          'CUSUM, adaptive',
          cumulativeFit(bank, data, estimateAbilities(bank, data, { method: 'wle' }).theta).map((one) => one?.p ?? NaN),
        );
      }),
    timeout,
  );
});
