import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IrtError } from '../errors.ts';
import { categoryProbabilities } from '../models/probability.ts';
import { normalDensity } from '../numeric/normal.ts';
import { createItemParameters } from '../parameters/item-parameters.ts';
import { type RatedHearing, type SharedEffects, ratedLikelihood } from './rated-likelihood.ts';

const steps = [-2.6, -1.3, 0, 1.5, 2.9];
const none: SharedEffects = { task: 0, rater: 0, halo: 0 };
const some: SharedEffects = { task: 0.5, rater: 0.25, halo: 0.4 };
const hearing = (task: string, ...categories: readonly number[]): RatedHearing => ({
  task,
  ratings: categories.map((category) => ({ category, steps })),
});
const moments = (hearings: readonly RatedHearing[], effects: SharedEffects) => {
  const { points, share } = ratedLikelihood(hearings, effects);
  const mean = points.reduce((sum, theta, n) => sum + theta * (share[n] ?? NaN), 0);
  const variance = points.reduce((sum, theta, n) => sum + (theta - mean) ** 2 * (share[n] ?? NaN), 0);
  return { mean, sd: Math.sqrt(variance) };
};

const bank = createItemParameters([{ model: 'generalized-partial-credit', id: 'criterion', steps }]);
function probability(theta: number, category: number): number {
  const out = new Float64Array(6);
  categoryProbabilities(bank, 0, theta, out);
  return out[category] ?? NaN;
}
/** ∫ φ(x; 0, sd²) f(x) dx by the midpoint rule. */
function expected(sd: number, f: (x: number) => number): number {
  const cells = 400;
  const width = 12 / cells;
  return Array.from({ length: cells }, (_, n) => -6 + (n + 0.5) * width).reduce(
    (sum, z) => sum + width * normalDensity(z) * f(z * sd),
    0,
  );
}

describe('the likelihood of ratings', () => {
  it('is the product of the ratings where nothing is shared', () => {
    const { points, share } = ratedLikelihood([hearing('a', 3, 2), hearing('b', 4)], none);
    const plain = [...points].map((theta) => probability(theta, 3) * probability(theta, 2) * probability(theta, 4));
    const sum = plain.reduce((total, value) => total + value, 0);
    plain.forEach((value, n) => expect(share[n]).toBeCloseTo(value / sum, 12));
  });

  it('is the integral over what hearings and tasks share', () => {
    const hearings = [hearing('a', 3, 2), hearing('a', 4, 4), hearing('b', 1, 3)];
    const { points, share } = ratedLikelihood(hearings, some);
    const hearingSd = Math.sqrt(some.rater ** 2 + some.halo ** 2);
    const heard = (eta: number, ...categories: number[]) =>
      expected(hearingSd, (e) => categories.reduce((product, x) => product * probability(eta + e, x), 1));
    const exact = (theta: number): number =>
      expected(some.task, (u) => heard(theta + u, 3, 2) * heard(theta + u, 4, 4)) *
      expected(some.task, (u) => heard(theta + u, 1, 3));
    const at = (n: number): number => (share[n] ?? NaN) / (share[70] ?? NaN);
    for (const n of [55, 85]) expect(at(n)).toBeCloseTo(exact(points[n] ?? NaN) / exact(points[70] ?? NaN), 4);
  }, 60_000);

  it('knows less where ratings share something, and more with each hearing', () => {
    const five = ['a', 'b', 'c', 'd', 'e'].map((task) => hearing(task, 3, 3, 4, 3));
    expect(moments(five, some).sd).toBeGreaterThan(1.3 * moments(five, none).sd);
    expect(moments([...five, ...five], some).sd).toBeLessThan(moments(five, some).sd);
    // A second hearing cannot tell what the task did to the candidate.
    expect(moments([...five, ...five], some).sd).toBeGreaterThan(moments(five, some).sd / Math.SQRT2);
  });

  it('does not depend on the order of hearings, sums to one, and moves with the scale', () => {
    const category = fc.integer({ min: 0, max: 5 });
    const any = fc.array(fc.record({ task: fc.constantFrom('a', 'b', 'c'), categories: fc.array(category) }), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(any, (drawn) => {
        const hearings = drawn.map(({ task, categories }) => hearing(task, ...categories));
        const [one, other] = [ratedLikelihood(hearings, some), ratedLikelihood(hearings.toReversed(), some)];
        expect(one.share.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
        one.share.forEach((value, n) => expect(other.share[n]).toBeCloseTo(value, 12));
        // A rater one step of the grid more severe: the same ratings stand for that much more.
        const severe = hearings.map(({ task, ratings }) => ({
          task,
          ratings: ratings.map((rating) => ({ ...rating, steps: steps.map((at) => at + 0.1) })),
        }));
        const moved = ratedLikelihood(severe, some).share;
        const ratio = (values: Float64Array, n: number): number => (values[n] ?? NaN) / (values[70] ?? NaN);
        expect((moved[81] ?? NaN) / (moved[71] ?? NaN)).toBeCloseTo(ratio(one.share, 80), 6);
      }),
      { numRuns: 30 },
    );
  });

  it('says nothing without ratings', () => {
    const { share } = ratedLikelihood([hearing('a')], some);
    for (const value of share) expect(value).toBeCloseTo(1 / 141, 12);
  });

  it.each([
    ['a category that there is not', [hearing('a', 6)], none, 'not-a-category'],
    ['half a category', [hearing('a', 2.5)], none, 'not-a-category'],
    ['an effect below zero', [hearing('a', 2)], { ...none, halo: -1 }, 'out-of-range'],
    ['an effect that is no number', [hearing('a', 2)], { ...none, task: NaN }, 'not-finite'],
  ])('refuses %s', (_, hearings, effects, code) => {
    expect(() => ratedLikelihood(hearings, effects)).toThrow(IrtError);
    expect(() => ratedLikelihood(hearings, effects)).toThrow(expect.objectContaining({ code }));
  });
});
