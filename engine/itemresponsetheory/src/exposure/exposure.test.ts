import { describe, expect, it } from 'vitest';
import { createRng } from '../numeric/rng.ts';
import { createEligibility, drawEligible, eligibilityProbability, recordEligibility } from './eligibility.ts';
import { adjustExposure } from './sympson-hetter.ts';

/** A bank of 80 items of which everybody would get the same ten. */
const [items, length, persons, maximum] = [80, 10, 3000, 0.3];

describe('item eligibility', () => {
  it('holds the rate of every item at the maximum, however much the rule likes it', () => {
    let record = createEligibility(items);
    const given = new Float64Array(items);
    for (let person = 0; person < persons; person += 1) {
      const eligible = drawEligible(record, maximum, createRng('eligibility').fork(person), 2);
      const list = Array.from({ length: items }, (_, item) => item)
        .filter((item) => eligible[item] === 1)
        .slice(0, length);
      // The first third finds the balance; the rates are those of the rest.
      if (person >= persons / 3) for (const item of list) given[item] = (given[item] ?? 0) + 1.5 / persons;
      record = recordEligibility(record, { given: list, eligible, isFeasible: list.length === length });
    }
    expect(Math.max(...given)).toBeLessThan(maximum + 0.02);
    expect(given.reduce((sum, rate) => sum + rate, 0)).toBeGreaterThan(length - 0.1);
  });
  it('an item never given is eligible', () => expect(eligibilityProbability(createEligibility(3), 1, 0.25)).toBe(1));
  it('infeasible tests count as eligible for all', () => {
    const record = recordEligibility(createEligibility(2), {
      given: [0],
      eligible: Uint8Array.from([0, 0]),
      isFeasible: false,
    });
    expect([record.feasible, ...record.eligible]).toEqual([0, 1, 1]);
  });
});

describe('Sympson–Hetter', () => {
  it('settles where the most selected items are given at the maximum rate', () => {
    let k: Float64Array = new Float64Array(items).fill(1);
    let rates = new Float64Array(items);
    for (let round = 0; round < 12; round += 1) {
      rates = new Float64Array(items);
      for (let person = 0; person < 1500; person += 1) {
        const random = createRng('hetter').fork(round, person);
        const list = Array.from({ length: items }, (_, item) => item)
          .filter((item) => random.fork(item).uniform() < (k[item] ?? 1))
          .slice(0, length);
        for (const item of list) rates[item] = (rates[item] ?? 0) + 1 / 1500;
      }
      k = adjustExposure(k, rates, maximum);
    }
    expect(Math.max(...rates)).toBeLessThan(maximum + 0.05);
  });
  it('refuses a rate that is none', () =>
    expect(() => adjustExposure(Float64Array.of(1), [0.5], 0)).toThrow(/maximum/));
});
