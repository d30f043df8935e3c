import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createItemParameters } from '../parameters/item-parameters.ts';
import { bankLife, type LifeDesign } from './life.ts';

const size = 60;
const bank = createItemParameters(
  Array.from({ length: size }, (_, n) => ({
    model: 'logistic' as const,
    id: `i${n}`,
    difficulty: -2 + (n * 4) / (size - 1),
  })),
);
const design: LifeDesign = {
  bank,
  rates: new Float64Array(size).fill(10 / size),
  isInUse: () => true,
  candidatesPerMonth: 60,
  mostSeen: 100,
  cuts: [0, 1.5],
  length: 10,
};

describe('the life of a bank', () => {
  it('items used alike retire together, when the closed form says', () => {
    // 10 of 60 items each: a rate of 1/6, so 10 candidates a month see each item, and 100 have after ten months.
    const life = bankLife(design);
    expect(life.wornOutInMonth).toBe(10);
    expect(life.retirement).toHaveLength(size);
    expect(new Set(life.retirement.map(({ month }) => month))).toEqual(new Set([10]));
  });

  it('more candidates never make it last longer, a higher limit never shorter', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.5, noNaN: true }), { minLength: size, maxLength: size }),
        fc.integer({ min: 10, max: 200 }),
        fc.integer({ min: 0, max: 100 }),
        (rates, candidatesPerMonth, more) => {
          const months = (changes: Partial<LifeDesign>): number =>
            bankLife({ ...design, rates, candidatesPerMonth, ...changes }).wornOutInMonth;
          expect(months({ candidatesPerMonth: candidatesPerMonth + more })).toBeLessThanOrEqual(months({}));
          expect(months({ mostSeen: 100 + more })).toBeGreaterThanOrEqual(months({}));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('refuses what is not positive', () =>
    expect(() => bankLife({ ...design, candidatesPerMonth: 0 })).toThrow(/candidatesPerMonth/));
});
