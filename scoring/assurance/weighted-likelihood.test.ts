import fc from 'fast-check';
import { createItemParameters, estimateAbility } from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import { bounds, partialCredit, rightOrWrong, weightedLikelihood } from './weighted-likelihood.ts';

const slope = fc.double({ min: 0.4, max: 2.5, noNaN: true });
const place = fc.double({ min: -3, max: 3, noNaN: true });
const choices = fc.array(fc.record({ slope, difficulty: place, lower: fc.constant(0), right: fc.boolean() }), {
  minLength: 1,
  maxLength: 30,
});
const guessed = fc.array(
  fc.record({ slope, difficulty: place, lower: fc.double({ min: 0.05, max: 0.25, noNaN: true }), right: fc.boolean() }),
  { minLength: 12, maxLength: 30 },
);
const scores = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 24 });

interface Choice {
  readonly slope: number;
  readonly difficulty: number;
  readonly lower: number;
  readonly right: boolean;
}
const bothOf = (answers: readonly Choice[]) => [
  weightedLikelihood(
    answers.map(({ slope: a, difficulty: b, lower, right }) => ({
      curve: rightOrWrong(a, b, lower),
      category: right ? 1 : 0,
    })),
  ),
  estimateAbility(
    createItemParameters(
      answers.map(({ slope: a, difficulty, lower }, n) => ({
        model: 'logistic',
        id: String(n),
        slope: a,
        difficulty,
        lower,
      })),
    ),
    answers.map((_, n) => n),
    answers.map(({ right }) => (right ? 1 : 0)),
    { method: 'wle' },
  ),
];

describe('the second estimate', () => {
  it('is the first one, two parameters', () => {
    fc.assert(
      fc.property(choices, (answers) => {
        const [second, first] = bothOf(answers);
        expect(second?.theta).toBeCloseTo(first?.theta ?? Number.NaN, 7);
        expect(second?.standardError).toBeCloseTo(first?.standardError ?? Number.NaN, 7);
      }),
    );
  });
  it('is a root of the same equation, three parameters', () => {
    fc.assert(
      fc.property(guessed, (answers) => {
        const [second, first] = bothOf(answers);
        expect(second?.theta).toBeCloseTo(first?.theta ?? Number.NaN, 6);
      }),
    );
  });
  it('is the first one, ratings of five steps', () => {
    const steps = [-2.6, -1.3, 0, 1.5, 2.9];
    fc.assert(
      fc.property(scores, (given) => {
        const second = weightedLikelihood(given.map((category) => ({ curve: partialCredit(steps), category })));
        const first = estimateAbility(
          createItemParameters(given.map((_, n) => ({ model: 'generalized-partial-credit', id: String(n), steps }))),
          given.map((_, n) => n),
          given,
          { method: 'wle' },
        );
        expect(second?.theta).toBeCloseTo(first.theta, 7);
        expect(second?.standardError).toBeCloseTo(first.standardError, 7);
      }),
    );
  });
  it('is a bound where the equation has no root between the bounds', () => {
    const hard = { curve: rightOrWrong(1, 9, 0), category: 1 };
    expect(weightedLikelihood([hard])?.theta).toBe(bounds.upper);
    const easy = { curve: rightOrWrong(1, -9, 0), category: 0 };
    expect(weightedLikelihood([easy])?.theta).toBe(bounds.lower);
  });
  it('is the bound where the equation points there and guessing explains the answers better than the root does', () => {
    const answer = (slope: number, difficulty: number, lower: number, right: boolean): Choice => ({
      ...{ slope, difficulty, lower, right },
    });
    const [second, first] = bothOf([
      answer(2.07, 0, 0.09, true),
      answer(0.81, 0, 0.05, true),
      answer(0.77, 3, 0.05, true),
      answer(0.52, -3, 0.05, false),
      ...Array.from({ length: 8 }, () => answer(0.4, 0, 0.05, false)),
    ]);
    expect(second?.theta).toBe(bounds.lower);
    expect(first?.theta).toBe(bounds.lower);
  });
  it('is none without responses', () => {
    expect(weightedLikelihood([])).toBeUndefined();
  });
});
