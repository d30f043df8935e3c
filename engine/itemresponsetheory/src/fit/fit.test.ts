import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IrtError } from '../errors.ts';
import { categoryProbabilities } from '../models/probability.ts';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import { normalGrid } from '../quadrature/grid.ts';
import { responseMatrix } from '../responses/response-matrix.ts';
import { drawCategory } from '../simulation/generate.ts';
import { freeParameters } from './estimated.ts';
import {
  answerOrder,
  classicalStatistics,
  cumulativeBounds,
  cumulativeFit,
  cumulativeSums,
  curveDeviations,
  distractorTables,
  empiricalReliability,
  estimateAbilities,
  groupedChiSquare,
  itemCounts,
  limitedInformation,
  localDependence,
  marginalReliability,
  meanSquareFit,
  personFit,
  posteriorMeanSquares,
  residualCorrelations,
  sumScoreFit,
} from './index.ts';
import { mergeSparse } from './merge-cells.ts';
import { noncentralDistribution, noncentralityAt } from './noncentral.ts';
import { parameterDerivatives } from './parameter-derivatives.ts';

const logistic: ItemSpec[] = Array.from({ length: 10 }, (_, n) => ({
  model: 'logistic',
  id: `i${n}`,
  slope: 0.8 + (n % 3) * 0.4,
  difficulty: -1.5 + n / 3,
}));
const mixed: ItemSpec[] = [
  { model: 'logistic', id: '3pl', slope: 1.3, difficulty: 0.2, lower: 0.2, upper: 0.95 },
  { model: 'graded-response', id: 'grm', slope: 1.4, steps: [-1, 0.1, 1.2] },
  { model: 'generalized-partial-credit', id: 'gpcm', slope: 0.9, steps: [-0.5, 0.7] },
  { model: 'nominal', id: 'nrm', slopes: [0.5, 1.2], intercepts: [0.3, -0.2] },
];
const bank = createItemParameters(logistic);

function drawRows(
  specs: readonly ItemSpec[],
  persons: number,
  seed: number,
  answer?: (row: number[], theta: number, person: number) => number[],
): number[][] {
  const items = createItemParameters(specs);
  return Array.from({ length: persons }, (_, person) => {
    const random = createRng(seed).fork(person);
    const theta = random.normal();
    const row = specs.map((__, item) => drawCategory(items, item, theta, random));
    return answer?.(row, theta, person) ?? row;
  });
}
const rows = drawRows(logistic, 600, 1);
const data = responseMatrix(rows);
const sparse = responseMatrix(rows.map((row, person) => row.map((x, item) => ((person + item) % 3 === 0 ? null : x))));
const eap = estimateAbilities(bank, data, { method: 'eap' }).theta;

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return error instanceof IrtError ? error.code : String(error);
  }
  return undefined;
}

describe('bad input is refused by name', () => {
  it('complete forms', () => {
    for (const run of [
      () => sumScoreFit(bank, sparse),
      () => limitedInformation(bank, sparse),
      () => classicalStatistics(sparse),
      () => answerOrder(sparse),
    ])
      expect(codeOf(run)).toBe('incomplete-form');
    expect(() => sumScoreFit(bank, sparse)).toThrow(
      /person 0: no response to item 0 must have answered every item: S-X² needs complete forms/,
    );
  });
  it('responses of other items', () => {
    const few = createItemParameters(logistic.slice(0, 3));
    const theta = new Float64Array(600);
    for (const run of [
      () => sumScoreFit(few, data),
      () => meanSquareFit(few, data, theta),
      () => residualCorrelations(few, data, theta),
      () => personFit(few, data, theta),
      () => localDependence(few, data),
      () => curveDeviations(few, data),
      () => posteriorMeanSquares(few, data),
      () => limitedInformation(few, data),
      () => groupedChiSquare(few, data, theta),
      () => estimateAbilities(few, data, { method: 'eap' }),
    ])
      expect(codeOf(run)).toBe('unequal-lengths');
    const outside = responseMatrix([[0, 1, 0, 1, 0, 1, 0, 1, 0, 2]]);
    for (const run of [
      () => sumScoreFit(bank, outside),
      () => localDependence(bank, outside),
      () => estimateAbilities(bank, outside, { method: 'wle' }),
    ])
      expect(codeOf(run)).toBe('category-outside-item');
  });
  it('abilities', () => {
    for (const run of [
      () => meanSquareFit(bank, data, eap.subarray(1)),
      () => residualCorrelations(bank, data, []),
      () => personFit(bank, data, [0]),
      () => groupedChiSquare(bank, data, [1]),
    ])
      expect(codeOf(run)).toBe('unequal-lengths');
    expect(
      codeOf(() =>
        meanSquareFit(
          bank,
          data,
          eap.map((theta, n) => (n === 5 ? NaN : theta)),
        ),
      ),
    ).toBe('not-finite');
  });
  it('options', () => {
    expect(codeOf(() => personFit(bank, data, eap, { method: 'map', sd: 0 }))).toBe('sd-not-positive');
    expect(codeOf(() => meanSquareFit(bank, data, eap, { leastVariance: -1 }))).toBe('out-of-range');
    expect(codeOf(() => groupedChiSquare(bank, data, eap, { groups: 1 }))).toBe('too-few');
    expect(codeOf(() => sumScoreFit(bank, data, { estimated: { fixed: [99] } }))).toBe('unknown-item');
    expect(
      codeOf(() =>
        limitedInformation(createItemParameters(mixed), responseMatrix(drawRows(mixed, 50, 2)), { statistic: 'M2' }),
      ),
    ).toBe('too-many-categories');
    expect(
      codeOf(() =>
        limitedInformation(
          createItemParameters(logistic.slice(0, 3)),
          responseMatrix(rows.map((row) => row.slice(0, 3))),
        ),
      ),
    ).toBe('no-degrees-of-freedom');
    expect(codeOf(() => cumulativeSums(bank, [0, 1], [1], 0))).toBe('unequal-lengths');
    expect(codeOf(() => cumulativeSums(bank, [0, 10], [1, 1], 0))).toBe('unknown-item');
    expect(codeOf(() => cumulativeSums(bank, [0, 1], [1, 1], NaN))).toBe('not-finite');
    expect(codeOf(() => cumulativeBounds(bank, [0, 1], 0, createRng(1), { level: 1 }))).toBe('out-of-range');
    expect(codeOf(() => cumulativeFit(bank, data, eap))).toBe('order-unknown');
    expect(codeOf(() => distractorTables(data, [1]))).toBe('unequal-lengths');
    expect(codeOf(() => itemCounts(responseMatrix([[3], [0]]), [2]))).toBe('out-of-range');
    expect(
      codeOf(() =>
        answerOrder(
          responseMatrix([
            [2, 0],
            [0, 1],
          ]),
        ),
      ),
    ).toBe('unknown-category');
    expect(codeOf(() => empiricalReliability([1, 2], [0.1], 'eap'))).toBe('unequal-lengths');
    expect(codeOf(() => empiricalReliability([Infinity, 2], [NaN, 0.1], 'ml'))).toBe('too-few');
    expect(
      codeOf(() => estimateAbilities(bank, responseMatrix([[...new Array<null>(10).fill(null)]]), { method: 'wle' })),
    ).toBe('no-responses');
  });
});

describe('parameter derivatives', () => {
  it.each(mixed.map((spec, item) => [spec.id, item] as const))('%s by finite differences', (_, item) => {
    const h = 1e-6;
    const probabilities = (spec: ItemSpec, theta: number): Float64Array => {
      const out = new Float64Array(8);
      categoryProbabilities(createItemParameters([spec]), 0, theta, out);
      return out;
    };
    const spec = mixed[item];
    if (spec === undefined) throw new Error('no item');
    const replace = (values: readonly number[], at: number, by: number): number[] =>
      values.map((value, n) => (n === at ? value + by : value));
    const moved = (by: number): ItemSpec[] => {
      switch (spec.model) {
        case 'logistic':
          return [
            { ...spec, slope: (spec.slope ?? 1) + by },
            { ...spec, difficulty: spec.difficulty + by },
            { ...spec, lower: (spec.lower ?? 0) + by },
            { ...spec, upper: (spec.upper ?? 1) + by },
          ];
        case 'nominal':
          return [
            ...spec.slopes.map((__, n) => ({ ...spec, slopes: replace(spec.slopes, n, by) })),
            ...spec.intercepts.map((__, n) => ({ ...spec, intercepts: replace(spec.intercepts, n, by) })),
          ];
        default:
          return [
            { ...spec, slope: (spec.slope ?? 1) + by },
            ...spec.steps.map((__, n) => ({ ...spec, steps: replace(spec.steps, n, by) })),
          ];
      }
    };
    const [above, below] = [moved(h), moved(-h)];
    const own = createItemParameters([spec]);
    const [free] = freeParameters(own);
    if (free === undefined) throw new Error('no parameters');
    expect(free.count).toBe(above.length);
    for (const theta of [-2, 0.3, 1.7]) {
      parameterDerivatives(own, 0, theta, free).forEach((column, n) => {
        const [up, down] = [above[n], below[n]];
        if (up === undefined || down === undefined) throw new Error('no such parameter');
        const [high, low] = [probabilities(up, theta), probabilities(down, theta)];
        column.forEach((value, k) => expect(value).toBeCloseTo(((high[k] ?? NaN) - (low[k] ?? NaN)) / (2 * h), 7));
        expect(column.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
      });
    }
  });
});

describe('noncentral chi-square', () => {
  it('has mean df + λ, and the quantile is its inverse', () => {
    for (const [df, lambda] of [
      [3, 5],
      [20, 60],
      [170, 400],
    ] as const) {
      let mean = 0;
      const [end, steps] = [df + lambda + 20 * Math.sqrt(2 * (df + 2 * lambda)), 2000];
      for (let n = 0; n < steps; n += 1)
        mean += (1 - noncentralDistribution(((n + 0.5) * end) / steps, df, lambda)) * (end / steps);
      expect(mean / (df + lambda)).toBeCloseTo(1, 4);
      expect(noncentralDistribution(df + lambda, df, noncentralityAt(df + lambda, df, 0.05))).toBeCloseTo(0.05, 8);
    }
    expect(noncentralityAt(2, 5, 0.95)).toBe(0);
  });
});

describe('merging of cells', () => {
  it('loses nobody and leaves no sparse cell, whatever the counts', () => {
    const group = fc.record({
      expected: fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 3, maxLength: 3 }),
      observed: fc.array(fc.nat(9), { minLength: 3, maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(group, { minLength: 4, maxLength: 20 }), (groups) => {
        const total = (values: readonly (number | null)[]): number =>
          values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
        const merged = mergeSparse(
          groups.map((row, n) => ({ score: n + 1, ...row })),
          1,
        );
        expect(total(merged.flatMap(({ expected }) => expected))).toBeCloseTo(
          total(groups.flatMap(({ expected }) => expected)),
          8,
        );
        expect(total(merged.flatMap(({ observed }) => observed))).toBe(
          total(groups.flatMap(({ observed }) => observed)),
        );
        if (merged.length > 1)
          merged.forEach(({ expected }) =>
            expected.forEach((e) => {
              if (e !== null) expect(e).toBeGreaterThanOrEqual(1);
            }),
          );
      }),
    );
  });
});

describe('laws', () => {
  it('the order of the persons does not matter', () => {
    const reversed = responseMatrix([...rows].reverse());
    sumScoreFit(bank, reversed).forEach(({ chiSquare }, n) =>
      expect(chiSquare).toBeCloseTo(sumScoreFit(bank, data)[n]?.chiSquare ?? NaN, 8),
    );
    expect(limitedInformation(bank, reversed).value).toBeCloseTo(limitedInformation(bank, data).value, 6);
    posteriorMeanSquares(bank, reversed).forEach(({ z }, n) =>
      expect(z).toBeCloseTo(posteriorMeanSquares(bank, data)[n]?.z ?? NaN, 8),
    );
  });
  it('M2, M2* and C2 are one for right and wrong', () => {
    const [m2, star, c2] = (['M2', 'M2*', 'C2'] as const).map((statistic) =>
      limitedInformation(bank, data, { statistic }),
    );
    expect([star?.value, c2?.value]).toEqual([
      expect.closeTo(m2?.value ?? NaN, 8),
      expect.closeTo(m2?.value ?? NaN, 8),
    ]);
    expect(m2?.rmseaLower ?? NaN).toBeLessThanOrEqual(m2?.rmsea ?? NaN);
    expect(m2?.rmseaUpper ?? NaN).toBeGreaterThanOrEqual(m2?.rmsea ?? NaN);
  });
  it('mixed forms, nominal items too', () => {
    const specs = [...mixed, ...logistic.slice(0, 6)];
    const own = createItemParameters(specs);
    const answers = responseMatrix(drawRows(specs, 2000, 3));
    const estimated = { fixed: specs.map((_, n) => n) };
    expect(limitedInformation(own, answers, { estimated }).p).toBeGreaterThan(0.001);
    sumScoreFit(own, answers, { estimated }).forEach(({ p }) => expect(p).toBeGreaterThan(0.0005));
    posteriorMeanSquares(own, answers, { estimated }).forEach(({ z, meanSquare }) => {
      expect(Math.abs(z)).toBeLessThan(4);
      expect(Math.abs(meanSquare - 1)).toBeLessThan(0.1);
    });
    curveDeviations(own, answers).forEach(({ rmsd }) => expect(rmsd).toBeLessThan(0.06));
  });
  // Six or seven answers make a WLE follow them closely, and mean squares fall below 1.
  it('sparse rows: mean squares, Q3, RMSD and lz* stay near what they are on complete ones', () => {
    const theta = estimateAbilities(bank, sparse, { method: 'wle' }).theta;
    meanSquareFit(bank, sparse, theta).items.forEach(({ infit, responses }) => {
      expect(responses).toBe(400);
      expect(Math.abs(infit - 1)).toBeLessThan(0.45);
    });
    const { q3, mean, adjusted } = residualCorrelations(bank, sparse, theta);
    q3.forEach((row, a) =>
      row.forEach((r, b) => {
        expect(r).toBe(q3[b]?.[a]);
        if (a !== b) expect(adjusted[a]?.[b]).toBeCloseTo(r - mean, 12);
      }),
    );
    curveDeviations(bank, sparse).forEach(({ rmsd, responses }) => {
      expect(rmsd).toBeLessThan(0.12);
      expect(responses).toBeCloseTo(400, 6);
    });
    const fits = personFit(bank, sparse, theta);
    expect(Math.abs(fits.reduce((sum, { lzStar }) => sum + lzStar, 0) / fits.length)).toBeLessThan(0.2);
  });
});

describe('power', () => {
  it('an item that nobody of ability gets right stands out', () => {
    const bad = responseMatrix(
      drawRows(logistic, 600, 4, (row, theta) => row.map((x, item) => (item === 4 ? Number(theta < 0) : x))),
    );
    expect(sumScoreFit(bank, bad)[4]?.p).toBeLessThan(1e-6);
    expect(
      posteriorMeanSquares(bank, bad, { estimated: { fixed: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] } })[4]?.z,
    ).toBeGreaterThan(5);
    const rmsd = curveDeviations(bank, bad).map((item) => item.rmsd);
    expect(rmsd[4]).toBe(Math.max(...rmsd));
    expect(classicalStatistics(bad).items[4]?.itemRest).toBeLessThan(0);
    // Given parameters; estimated ones would let the slope turn negative, which Δ takes out.
    expect(
      limitedInformation(bank, bad, { estimated: { fixed: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] } }).rmsea,
    ).toBeGreaterThan(0.05);
  });
  it('two copies of one item depend on each other', () => {
    const twins = responseMatrix(
      drawRows(logistic, 600, 5, (row) => row.map((x, item) => (item === 6 ? (row[5] ?? 0) : x))),
    );
    const pairs = localDependence(bank, twins);
    const worst = [...pairs].sort((a, b) => b.signedChiSquare - a.signedChiSquare)[0];
    expect([worst?.first, worst?.second]).toEqual([5, 6]);
    expect(
      residualCorrelations(bank, twins, estimateAbilities(bank, twins, { method: 'wle' }).theta).adjusted[5]?.[6],
    ).toBeGreaterThan(0.4);
  });
  it('someone who turns the order of the items around', () => {
    const guttman = Array.from({ length: 10 }, (_, n) => Array.from({ length: 10 }, (__, item) => Number(item < n)));
    const upsideDown = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    const all = responseMatrix([...guttman, upsideDown, ...rows.slice(0, 200)]);
    const orders = answerOrder(all);
    expect(orders[5]).toMatchObject({ guttmanErrors: 0, normedErrors: 0, u3: 0 });
    expect(orders[10]).toMatchObject({ guttmanErrors: 25, normedErrors: 1, u3: expect.closeTo(1, 12) as number });
    expect(orders[10]?.ht).toBeLessThan(0);
    const fits = personFit(bank, all, estimateAbilities(bank, all, { method: 'wle' }).theta);
    expect(fits[10]?.p).toBeLessThan(0.01);
    expect(fits[5]?.lzStar).toBeGreaterThan(0);
  });
  it('cumulative sums: their bounds hold, and a test begun carelessly breaks them', () => {
    const random = createRng(7);
    const items = [...Array.from({ length: 10 }, (_, n) => n), ...Array.from({ length: 10 }, (_, n) => n)];
    const bounds = cumulativeBounds(bank, items, 0.5, random, { replications: 400 });
    let outside = 0;
    for (let n = 0; n < 400; n += 1) {
      const stream = random.fork('person', n);
      const { highest, lowest } = cumulativeSums(
        bank,
        items,
        items.map((item) => drawCategory(bank, item, 0.5, stream)),
        0.5,
      );
      outside += Number(highest > bounds.upper || lowest < bounds.lower);
    }
    expect(outside / 400).toBeLessThan(0.09);
    const careless = cumulativeSums(
      bank,
      items,
      items.map((_, n) => (n < 10 ? 0 : 1)),
      items.map(() => 0.5),
    );
    expect(careless.lowest).toBeLessThan(bounds.lower);
    expect(careless.lower[9]).toBe(careless.lowest);
    expect(careless.highest).toBe(Math.max(...careless.upper));
  });
  it('cumulative sums with a p: where someone did better or worse, in the order of the answers and no other', () => {
    const long = createItemParameters(
      Array.from({ length: 40 }, (_, n) => ({
        model: 'logistic',
        id: `i${n}`,
        slope: 1 + (n % 3) * 0.3,
        difficulty: ((n * 13) % 40) / 20 - 1,
      })),
    );
    const answers = (helped: (n: number) => boolean) =>
      Array.from({ length: 300 }, (_, person) => {
        const random = createRng('order').fork(person);
        return Array.from({ length: 40 }, (__, item) => drawCategory(long, item, helped(item) ? 2.5 : -0.3, random));
      });
    const fitOf = (list: number[][], arrival: (n: number) => number) => {
      const matrix = {
        ...responseMatrix(list),
        arrival: Uint32Array.from({ length: 40 * list.length }, (_, n) => arrival(n % 40)),
      };
      return cumulativeFit(long, matrix, estimateAbilities(long, matrix, { method: 'wle' }).theta);
    };
    const known = fitOf(
      answers((item) => item >= 25 && item < 35),
      (n) => n,
    );
    const found = known.filter((one) => (one?.p ?? 1) < 0.05);
    expect(found.length).toBeGreaterThan(120);
    expect(found.filter((one) => one?.direction === 'better').length).toBeGreaterThan(0.6 * found.length);
    const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;
    const better = found.flatMap((one) => (one?.direction === 'better' ? [one] : []));
    expect(Math.abs(median(better.map(({ from }) => from)) - 26)).toBeLessThan(5);
    expect(Math.abs(median(better.map(({ to }) => to)) - 35)).toBeLessThan(5);
    // The same answers shuffled: nothing to see.
    expect(
      fitOf(
        answers((item) => item >= 25 && item < 35),
        (n) => (n * 17) % 40,
      ).filter((one) => (one?.p ?? 1) < 0.05).length,
    ).toBeLessThan(30);
    expect(
      fitOf(
        answers(() => false).map((row) => row.slice(0, 40)),
        (n) => 40 - n,
      ).filter((one) => (one?.p ?? 1) < 0.05).length,
    ).toBeLessThan(30);
    expect(
      cumulativeFit(bank, { ...sparse, arrival: Uint32Array.from(sparse.item, (_, n) => n) }, eap).every(
        (one) => one === undefined,
      ),
    ).toBe(true);
  });
});

describe('classical statistics', () => {
  it('ω is α for items of equal loadings and errors, and more for unequal ones', () => {
    const random = createRng(8);
    const answers = (loading: (item: number) => number): number[][] =>
      Array.from({ length: 4000 }, () => {
        const common = random.normal();
        return Array.from({ length: 8 }, (_, item) =>
          Math.max(0, Math.min(20, Math.round(10 + 2 * (loading(item) * common + random.normal())))),
        );
      });
    const [equal, unequal] = [
      classicalStatistics(responseMatrix(answers(() => 1))),
      classicalStatistics(responseMatrix(answers((item) => (item < 4 ? 0.3 : 1.7)))),
    ];
    expect(equal.omega).toBeCloseTo(equal.alpha, 2);
    expect(unequal.omega).toBeGreaterThan(unequal.alpha + 0.02);
    expect(equal.omega).toBeCloseTo(8 / 9, 1);
    expect(equal.standardErrorOfMeasurement).toBeCloseTo(Math.sqrt(equal.variance * (1 - equal.alpha)), 12);
  });
  it('counts of sparse rows', () => {
    const [first, second] = itemCounts(
      responseMatrix([
        [0, null],
        [2, null],
        [1, null],
      ]),
      [4, 1],
    );
    expect(first).toEqual({ responses: 3, counts: [1, 1, 1], p: 0.25 });
    expect(second?.responses).toBe(0);
    expect(second?.p).toBeNaN();
  });
  it('distractors: the shares sum to one, and a wrong key shows', () => {
    const random = createRng(9);
    // Option 1 right; the wrong answers go to 0 and 2 at random; option 3 is never chosen.
    const choices = responseMatrix(rows.map((row) => row.map((x) => (x === 1 ? 1 : 2 * random.integer(2)))));
    const key = new Array<number>(10).fill(1);
    const tables = distractorTables(choices, key, { options: new Array<number>(10).fill(4) });
    for (const { options, flags } of tables) {
      expect(options.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
      for (const g of [0, 1, 2])
        expect(options.reduce((sum, { groupShares }) => sum + (groupShares[g] ?? 0), 0)).toBeCloseTo(1, 12);
      expect(options[1]?.restCorrelation).toBeGreaterThan(0.1);
      expect(flags).toEqual(['option-hardly-chosen']);
    }
    const wrong = distractorTables(
      choices,
      key.map((right, item) => (item === 2 ? 0 : right)),
    )[2];
    expect(wrong?.flags).toEqual(['key-draws-the-weak', 'distractor-draws-the-strong']);
  });
  it('reliability before and after the test agree', () => {
    const { theta, standardError } = estimateAbilities(bank, data, { method: 'eap' });
    expect(empiricalReliability(theta, standardError, 'eap')).toBeCloseTo(marginalReliability(bank), 1);
    expect(marginalReliability(bank, normalGrid({ sd: 2 }))).toBeGreaterThan(marginalReliability(bank, normalGrid()));
  });
});
