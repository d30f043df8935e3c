import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HearingPlan } from '../regimes/regime.ts';
import { isPass, whyHeardAgain } from './hearing-plan.ts';

const plan: HearingPlan = {
  band: { lower: 0.1, upper: 0.75 },
  hearingsOfFail: 2,
  mostHearings: 3,
  passFrom: 0.4,
  examiners: 3,
  effects: { task: 0.5, rater: 0.25, halo: 0.4 },
};

describe('whether a candidate is heard once more', () => {
  it.each([
    [0.9, 1, undefined],
    [0.75, 1, undefined],
    [0.74, 1, 'band'],
    [0.4, 1, 'band'],
    [0.11, 2, 'band'],
    [0.11, 3, undefined],
    [0.1, 1, 'fail'],
    [0.01, 1, 'fail'],
    [0.01, 2, undefined],
  ] as const)('at a probability of %d after %i hearings: %s', (probability, hearings, why) => {
    expect(whyHeardAgain(plan, { probability, hearings })).toBe(why);
  });

  it('nobody fails on one hearing, nobody is heard a fourth time, and nobody passes below the bound', () => {
    const probability = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(probability, { minLength: 3, maxLength: 3 }), (after) => {
        let hearings = 1;
        while (whyHeardAgain(plan, { probability: after[hearings - 1] ?? NaN, hearings }) !== undefined) hearings += 1;
        expect(hearings).toBeLessThanOrEqual(3);
        const heard = { probability: after[hearings - 1] ?? NaN, hearings };
        if (!isPass(plan, heard)) expect(hearings).toBeGreaterThanOrEqual(2);
        expect(isPass(plan, heard)).toBe(heard.probability >= 0.4);
      }),
    );
  });
});
