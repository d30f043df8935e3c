import fc from 'fast-check';
import { createRng, normalDistribution } from 'itemresponsetheory';
import { type RatedLikelihood, ratedLikelihood } from 'itemresponsetheory/facets';
import { describe, expect, it } from 'vitest';
import { UnusableScore, decideOral } from './decide.ts';
import { probabilityOfRequired } from './probability.ts';
import { type OralRegime, regimeById } from './regime.ts';

const found = regimeById('nt2-oral', 'nt2-oral-b1-heard-again');
if (found.kind !== 'oral') throw new Error('an oral regime');
const regime: OralRegime = found;

/** Speaking that is known to be `theta`. */
const known = (theta: number): RatedLikelihood => ({ points: Float64Array.of(theta), share: Float64Array.of(1) });
const sure = 1e-6;
const isPass = (listening: number, speaking: number): boolean =>
  decideOral(regime, {
    listening: { theta: listening, standardError: 0 },
    speaking: { theta: speaking, standardError: 0 },
  }).outcome === 'pass';

describe('the probability of the required level', () => {
  it('is the decision itself where both abilities are known', () => {
    const ability = fc.double({ min: -6, max: 6, noNaN: true });
    fc.assert(
      fc.property(ability, ability, (listening, speaking) => {
        // Half a millionth of a point beside a rounding either decision is right.
        fc.pre(isPass(listening - 1e-5, speaking) === isPass(listening + 1e-5, speaking));
        const probability = probabilityOfRequired(regime, {
          listening: { theta: listening, standardError: sure },
          speaking: known(speaking),
        });
        expect(probability).toBeCloseTo(isPass(listening, speaking) ? 1 : 0, 6);
      }),
      { numRuns: 500 },
    );
  });

  it('is the share of true abilities that the rule passes', () => {
    const random = createRng('probability of the required level');
    const speaking = ratedLikelihood(
      ['S1', 'S2', 'S3'].map((task) => ({
        task,
        ratings: [3, 4, 3].map((category) => ({ category, steps: regime.speaking.thresholds })),
      })),
      { task: 0.5, rater: 0.25, halo: 0.4 },
    );
    const listening = { theta: 1.1, standardError: 0.38 };
    const draws = 20_000;
    let passes = 0;
    for (let n = 0; n < draws; n += 1) {
      let rest = random.uniform();
      const at = speaking.share.findIndex((share) => (rest -= share) < 0);
      if (isPass(listening.theta + listening.standardError * random.normal(), speaking.points[at] ?? NaN)) passes += 1;
    }
    const probability = probabilityOfRequired(regime, { listening, speaking });
    expect(probability).toBeGreaterThan(0.1);
    expect(probability).toBeLessThan(0.9);
    expect(Math.abs(probability - passes / draws)).toBeLessThan(4 * Math.sqrt(0.25 / draws));
  });

  it('grows with listening and with speaking', () => {
    const at = (listening: number, category: number): number =>
      probabilityOfRequired(regime, {
        listening: { theta: listening, standardError: 0.4 },
        speaking: ratedLikelihood([{ task: 'S1', ratings: [{ category, steps: regime.speaking.thresholds }] }], {
          task: 0.5,
          rater: 0.25,
          halo: 0.4,
        }),
      });
    for (const listening of [0, 1, 2, 3])
      for (const category of [0, 1, 2, 3, 4]) {
        expect(at(listening + 1, category)).toBeGreaterThan(at(listening, category));
        expect(at(listening, category + 1)).toBeGreaterThan(at(listening, category));
      }
  });

  it('is nothing below the floor of speaking, however good the listening', () => {
    // The floor is 450, which is 0.7425 on the scale of speaking.
    const listening = { theta: 6, standardError: 0.2 };
    expect(probabilityOfRequired(regime, { listening, speaking: known(0.74) })).toBe(0);
    expect(probabilityOfRequired(regime, { listening, speaking: known(0.75) })).toBeCloseTo(1, 6);
    // And of listening, 450 too: the speaking at the limit of 650 does not help below it.
    const low = { theta: 0.7425, standardError: 0.1 };
    expect(probabilityOfRequired(regime, { listening: low, speaking: known(6) })).toBeCloseTo(normalDistribution(0), 6);
  });

  it.each([NaN, Infinity])('refuses a listening of %d', (theta) => {
    const ask = () => probabilityOfRequired(regime, { listening: { theta, standardError: 0.3 }, speaking: known(1) });
    expect(ask).toThrow(UnusableScore);
  });
});
