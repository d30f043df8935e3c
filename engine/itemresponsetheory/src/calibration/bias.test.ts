import { describe, expect, it } from 'vitest';
import { exp } from '../numeric/elementary.ts';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import { normalGrid } from '../quadrature/grid.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { drawCategory } from '../simulation/generate.ts';
import { biasOf } from './bias.ts';
import { calibrateItems } from './calibrate-items.ts';
import { covarianceOf } from './covariance.ts';
import { expectation } from './e-step.ts';
import { prepareProblem } from './problem.ts';

function sample(items: readonly ItemSpec[], persons: number, key: string): ResponseMatrix {
  const bank = createItemParameters(items);
  const random = createRng(key);
  const category = new Uint8Array(persons * items.length);
  for (let person = 0; person < persons; person += 1) {
    const theta = random.normal();
    for (let n = 0; n < items.length; n += 1)
      category[person * items.length + n] = drawCategory(bank, n, theta, random);
  }
  return {
    persons,
    items: items.length,
    rowStart: Uint32Array.from({ length: persons + 1 }, (_, n) => n * items.length),
    item: Uint32Array.from(category, (_, n) => n % items.length),
    category,
  };
}
const items = (count: number, model: (n: number) => ItemSpec): ItemSpec[] =>
  Array.from({ length: count }, (_, n) => model(n));
const logistic =
  (slope: number, lower?: number) =>
  (n: number): ItemSpec => ({
    model: 'logistic',
    id: `i${n}`,
    slope,
    difficulty: -1.2 + 0.3 * n,
    ...(lower === undefined ? {} : { lower }),
  });
const slopeOf = (spec: ItemSpec | undefined): number => (spec?.model === 'logistic' ? (spec.slope ?? 1) : NaN);

describe('estimates without their first-order bias', () => {
  it('slopes of few persons: too steep as estimated, right on average without', () => {
    const truth = items(7, logistic(1.8));
    const errors = Array.from({ length: 120 }, (_, r) => {
      const { items: found } = calibrateItems(sample(truth, 250, `few ${r}`), { models: '2pl', biasCorrection: true });
      const mean = (of: (n: number) => number): number =>
        found.reduce((sum, _item, n) => sum + of(n), 0) / found.length;
      return [
        mean((n) => slopeOf(found[n]?.item) - 1.8),
        mean((n) => slopeOf(found[n]?.item) + (found[n]?.bias?.[0] ?? NaN) - 1.8),
      ] as const;
    });
    const z = (which: 0 | 1): number => {
      const values = errors.map((pair) => pair[which]);
      const m = values.reduce((a, b) => a + b, 0) / values.length;
      return m / Math.sqrt(values.reduce((a, b) => a + (b - m) ** 2, 0) / (values.length - 1) / values.length);
    };
    expect(z(1)).toBeGreaterThan(4);
    expect(Math.abs(z(0))).toBeLessThan(2.5);
  }, 120_000);

  it('a parameter under a prior: mode less mean of its posterior', () => {
    const truth = items(9, logistic(1));
    const data = sample(truth, 40, 'posterior');
    const { problem, start } = prepareProblem(
      data,
      {
        models: '2pl',
        fixed: new Map(truth.slice(1).map((spec, n) => [n + 1, spec])),
        population: 'standard',
        priors: { slope: { mean: 0, sd: 0.3 }, intercept: { mean: 0, sd: 1 } },
      },
      normalGrid().node,
    );
    const density = (x: Float64Array): number =>
      expectation(problem, x).logLikelihood +
      problem.priors.reduce((sum, prior, n) => sum + (prior?.(x[n] ?? 0).value ?? 0), 0);
    const fit = calibrateItems(data, {
      models: '2pl',
      fixed: new Map(truth.slice(1).map((spec, n) => [n + 1, spec])),
      population: 'standard',
      priors: { slope: { mean: 0, sd: 0.3 }, intercept: { mean: 0, sd: 1 } },
      tolerance: 1e-9,
    });
    const [item] = fit.items;
    if (item?.item.model !== 'logistic') throw new Error('unexpected model');
    const mode = Float64Array.from([item.item.slope ?? 1, -(item.item.slope ?? 1) * item.item.difficulty]);
    expect(start).toHaveLength(2);
    const covariance = covarianceOf(problem, mode, 'oakes') ?? new Float64Array(4);
    const bias = biasOf(problem, mode, covariance);
    // The posterior's mean by brute force.
    const top = density(mode);
    let [total, a, d] = [0, 0, 0];
    for (let i = -60; i <= 80; i += 1)
      for (let j = -60; j <= 60; j += 1) {
        const x = Float64Array.of(
          (mode[0] ?? 0) + 0.1 * i * Math.sqrt(covariance[0] ?? 0),
          (mode[1] ?? 0) + 0.1 * j * Math.sqrt(covariance[3] ?? 0),
        );
        const w = x[0] !== undefined && x[0] > 0 ? exp(density(x) - top) : 0;
        total += w;
        a += w * (x[0] ?? 0);
        d += w * (x[1] ?? 0);
      }
    expect(a / total - (mode[0] ?? 0)).toBeGreaterThan(0.02);
    expect(-(bias?.of[0] ?? NaN) / (a / total - (mode[0] ?? 0))).toBeCloseTo(1, 0.7);
    expect(-(bias?.of[1] ?? NaN) - (d / total - (mode[1] ?? 0))).toBeCloseTo(0, 2);
  });

  it('is what was taken off; likelihood and errors are those of the maximum; threads change nothing', () => {
    const data = sample(
      items(8, (n) => ({ model: 'graded-response', id: `g${n}`, slope: 1.3, steps: [-1, 0, 1] })),
      400,
      'graded',
    );
    const options = { models: 'grm', group: Array.from({ length: 400 }, (_, n) => n % 2) } as const;
    const [plain, corrected] = [
      calibrateItems(data, options),
      calibrateItems(data, { ...options, biasCorrection: true }),
    ];
    expect(corrected.logLikelihood).toBe(plain.logLikelihood);
    corrected.items.forEach(({ item, bias = [], standardErrors }, n) => {
      const before = plain.items[n];
      expect(standardErrors).toEqual(before?.standardErrors);
      if (item.model !== 'graded-response' || before?.item.model !== 'graded-response')
        throw new Error('unexpected model');
      [item.slope ?? 1, ...item.steps].forEach((value, at) => {
        expect(value + (bias[at] ?? NaN)).toBeCloseTo(
          [
            before.item.model === 'graded-response' ? (before.item.slope ?? 1) : NaN,
            ...(before.item.model === 'graded-response' ? before.item.steps : []),
          ][at] ?? NaN,
          12,
        );
        expect(Math.abs(bias[at] ?? NaN)).toBeLessThan(0.5 * (standardErrors[at] ?? 0));
      });
    });
    expect(corrected.groups[1]?.variance).toBeLessThan(plain.groups[1]?.variance ?? 0);
  });

  it('an item that would have no curve without it keeps it, and says so', () => {
    const data = sample(items(5, logistic(1, 0.02)), 60, 'no guessing');
    const fit = calibrateItems(data, {
      models: '3pl',
      priors: { lower: { kind: 'beta', alpha: 1.2, beta: 20 }, slope: { mean: 0, sd: 0.5 } },
      biasCorrection: true,
    });
    const kept = fit.items.filter(({ bias }) => bias === undefined);
    expect(fit.flags.filter(({ code }) => code === 'bias-kept')).toHaveLength(kept.length);
    expect(fit.items.every(({ item }) => item.model === 'logistic' && (item.lower ?? 0) > 0)).toBe(true);
  });
});
