import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IrtError } from '../errors.ts';
import { informationOf, itemInformation, observedInformation } from '../information/item.ts';
import { exp } from '../numeric/elementary.ts';
import { exactExpOf, fixed, scale } from '../numeric/fixed-point.suite.ts';
import { createItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import { fromMetric, normalMetric, transformItem } from '../parameters/scale.ts';
import { createCurves, evaluate } from './curves.ts';
import { categoryProbabilities } from './probability.ts';

const real = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
const slope = real(0.2, 4);
const steps = fc.array(real(-4, 4), { minLength: 1, maxLength: 6 });
/** Ascending, at least 0.05 apart. */
const ascending = steps.map((values) => [...values].sort((a, b) => a - b).map((value, n) => value + 0.05 * n));
const item: fc.Arbitrary<ItemSpec> = fc.oneof(
  fc.record({
    model: fc.constant('logistic' as const),
    id: fc.constant('i'),
    slope,
    difficulty: real(-4, 4),
    lower: real(0, 0.45),
    upper: real(0.55, 1),
  }),
  fc.record({ model: fc.constant('logistic' as const), id: fc.constant('i'), slope, difficulty: real(-4, 4) }),
  fc.record({ model: fc.constant('generalized-partial-credit' as const), id: fc.constant('i'), slope, steps }),
  fc.record({ model: fc.constant('graded-response' as const), id: fc.constant('i'), slope, steps: ascending }),
  fc.array(fc.tuple(real(-3, 3), real(-3, 3)), { minLength: 1, maxLength: 5 }).map((pairs) => ({
    model: 'nominal' as const,
    id: 'i',
    slopes: pairs.map(([a]) => a),
    intercepts: pairs.map(([, c]) => c),
  })),
);
const theta = real(-8, 8);

describe('every model', () => {
  const [curves, left, right] = [createCurves(), createCurves(), createCurves()];
  it('has probabilities that sum to 1, and logs that belong to them', () => {
    fc.assert(
      fc.property(item, theta, (spec, at) => {
        const categories = evaluate(createItemParameters([spec]), 0, at, curves);
        const sum = curves.probability.slice(0, categories).reduce((total, p) => total + p, 0);
        expect(Math.abs(sum - 1)).toBeLessThan(1e-13);
        for (let k = 0; k < categories; k += 1)
          expect(Math.abs(exp(curves.logProbability[k] ?? NaN) - (curves.probability[k] ?? NaN))).toBeLessThanOrEqual(
            1e-13 * (curves.probability[k] ?? 0) * Math.max(1, Math.abs(curves.logProbability[k] ?? 0)) + 1e-300,
          );
      }),
      { numRuns: 500 },
    );
  });
  it('has derivatives that central differences confirm', () => {
    fc.assert(
      fc.property(item, theta, (spec, at) => {
        const bank = createItemParameters([spec]);
        const h = 1e-5;
        const categories = evaluate(bank, 0, at, curves);
        evaluate(bank, 0, at - h, left);
        evaluate(bank, 0, at + h, right);
        for (let k = 0; k < categories; k += 1) {
          const difference = (from: keyof typeof curves): number =>
            ((right[from][k] ?? NaN) - (left[from][k] ?? NaN)) / (2 * h);
          expect(Math.abs(difference('probability') - (curves.first[k] ?? NaN))).toBeLessThan(1e-7);
          expect(Math.abs(difference('first') - (curves.second[k] ?? NaN))).toBeLessThan(1e-6);
          expect(Math.abs(difference('second') - (curves.third[k] ?? NaN))).toBeLessThan(1e-5);
          expect(Math.abs(difference('logProbability') - (curves.score[k] ?? NaN))).toBeLessThan(1e-6);
        }
      }),
      { numRuns: 500 },
    );
  });
  it('has information that is not negative and equals the mean of −ℓ″; the score has mean 0', () => {
    fc.assert(
      fc.property(item, theta, (spec, at) => {
        const bank = createItemParameters([spec]);
        const information = itemInformation(bank, 0, at);
        const categories = evaluate(bank, 0, at, curves);
        const { probability, score } = curves;
        expect(information).toBeGreaterThanOrEqual(0);
        expect(Math.abs(information - informationOf(curves, categories))).toBeLessThanOrEqual(
          1e-12 * information + 1e-300,
        );
        const chances = Array.from(probability.slice(0, categories));
        expect(Math.abs(chances.reduce((sum, p, k) => sum + p * (score[k] ?? 0), 0))).toBeLessThan(1e-12);
        if (Math.min(...chances) < 1e-12) return;
        expect(
          Math.abs(chances.reduce((sum, p, k) => sum + p * observedInformation(bank, 0, k, at), 0) - information),
        ).toBeLessThan(1e-11);
      }),
      { numRuns: 500 },
    );
  });
  it('is never NaN, however extreme θ is', () => {
    fc.assert(
      fc.property(item, real(-1e6, 1e6), (spec, at) => {
        const categories = evaluate(createItemParameters([spec]), 0, at, curves);
        for (const values of Object.values(curves))
          for (let k = 0; k < categories; k += 1) expect(values[k]).not.toBeNaN();
      }),
      { numRuns: 500 },
    );
  });
});

describe('another scale', () => {
  const [here, there] = [createCurves(), createCurves()];
  it('keeps every probability', () => {
    fc.assert(
      fc.property(item, theta, real(0.3, 3), real(-2, 2), (spec, at, a, b) => {
        const categories = evaluate(createItemParameters([spec]), 0, at, here);
        evaluate(createItemParameters([transformItem(spec, { a, b })]), 0, a * at + b, there);
        for (let k = 0; k < categories; k += 1)
          expect(Math.abs((here.probability[k] ?? NaN) - (there.probability[k] ?? NaN))).toBeLessThan(1e-12);
      }),
      { numRuns: 300 },
    );
  });
  it('the normal metric multiplies slopes by 1.702', () =>
    expect(fromMetric({ model: 'logistic', id: 'i', difficulty: 1, slope: 2 }, normalMetric)).toEqual({
      model: 'logistic',
      id: 'i',
      difficulty: 1,
      slope: 3.404,
    }));
});

describe('against 50-digit arithmetic', () => {
  const curves = createCurves();
  /** Relative distance of a double from a fixed-point number. */
  const off = (got: number, exact: bigint): number => Math.abs(Number(((fixed(got) - exact) * scale) / exact) / 1e60);
  const product = (a: bigint, b: bigint): bigint => (a * b) / scale;
  it('3PL and partial credit probabilities are within 1e-13, relatively', () => {
    fc.assert(
      fc.property(slope, real(-4, 4), real(0, 0.4), real(-8, 8), (a, b, c, at) => {
        evaluate(
          createItemParameters([{ model: 'logistic', id: 'i', slope: a, difficulty: b, lower: c }]),
          0,
          at,
          curves,
        );
        const odds = exactExpOf(product(fixed(a), fixed(at) - fixed(b)));
        const s = (odds * scale) / (scale + odds);
        expect(off(curves.probability[1] ?? NaN, fixed(c) + product(scale - fixed(c), s))).toBeLessThan(1e-13);
        expect(
          off(curves.probability[0] ?? NaN, product(scale - fixed(c), (scale * scale) / (scale + odds))),
        ).toBeLessThan(1e-13);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(slope, fc.array(real(-4, 4), { minLength: 2, maxLength: 5 }), real(-8, 8), (a, values, at) => {
        const categories = evaluate(
          createItemParameters([{ model: 'generalized-partial-credit', id: 'i', slope: a, steps: values }]),
          0,
          at,
          curves,
        );
        let z = 0n;
        const terms = [
          scale,
          ...values.map((step) => {
            z += product(fixed(a), fixed(at) - fixed(step));
            return exactExpOf(z);
          }),
        ];
        const total = terms.reduce((sum, term) => sum + term, 0n);
        for (let k = 0; k < categories; k += 1) {
          const exact = ((terms[k] ?? 0n) * scale) / total;
          // 60 decimals hold the ratio of a probability to 1e-13 down to about 1e-40.
          if (exact > scale / 10n ** 40n) expect(off(curves.probability[k] ?? NaN, exact)).toBeLessThan(1e-13);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('bad parameters are named', () => {
  const refused = (spec: ItemSpec): { code: string; field: string } => {
    try {
      createItemParameters([spec]);
    } catch (error) {
      if (error instanceof IrtError) return { code: error.code, field: error.field };
    }
    return { code: 'none', field: '' };
  };
  it.each<[string, ItemSpec, string]>([
    ['not-finite', { model: 'logistic', id: 'x', difficulty: NaN }, 'items[0] (x).difficulty'],
    ['not-finite', { model: 'logistic', id: 'x', difficulty: 0, slope: Infinity }, 'items[0] (x).slope'],
    ['slope-not-positive', { model: 'logistic', id: 'x', difficulty: 0, slope: 0 }, 'items[0] (x).slope'],
    ['lower-out-of-range', { model: 'logistic', id: 'x', difficulty: 0, lower: 1 }, 'items[0] (x).lower'],
    ['upper-out-of-range', { model: 'logistic', id: 'x', difficulty: 0, lower: 0.5, upper: 0.4 }, 'items[0] (x).upper'],
    ['steps-crossed', { model: 'graded-response', id: 'x', steps: [0, -1] }, 'items[0] (x).steps[1]'],
    ['no-steps', { model: 'generalized-partial-credit', id: 'x', steps: [] }, 'items[0] (x).steps'],
    ['unequal-lengths', { model: 'nominal', id: 'x', slopes: [1, 2], intercepts: [0] }, 'items[0] (x).intercepts'],
  ])('%s', (code, spec, field) => expect(refused(spec)).toEqual({ code, field }));
  it('an empty bank, a name twice, an item or θ that is not there', () => {
    const bank = createItemParameters([{ model: 'logistic', id: 'a', difficulty: 0 }]);
    expect(() => createItemParameters([])).toThrow(/at least one item/);
    expect(() =>
      createItemParameters([
        { model: 'logistic', id: 'a', difficulty: 0 },
        { model: 'logistic', id: 'a', difficulty: 1 },
      ]),
    ).toThrow(/twice/);
    expect(() => itemInformation(bank, 1, 0)).toThrow(/whole number from 0 to 0/);
    expect(() => categoryProbabilities(bank, 0, NaN, new Float64Array(2))).toThrow(/finite/);
  });
});
