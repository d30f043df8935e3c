import { describe, expect, it } from 'vitest';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters } from '../parameters/item-parameters.ts';
import { responseMatrix } from '../responses/response-matrix.ts';
import { drawCategory } from '../simulation/generate.ts';
import { calibrate } from './mmle.ts';

const truth = Array.from({ length: 20 }, (_, n) => ({ slope: 0.7 + (n % 5) * 0.25, difficulty: -2 + n * 0.2 }));

/** N(0, 1) persons on 2PL items; every person sees `seen` of 20. */
function simulated(persons: number, seen: number, seed: number): (number | null)[][] {
  const bank = createItemParameters(
    truth.map(({ slope, difficulty }, n) => ({ model: 'logistic', id: `i${n}`, slope, difficulty })),
  );
  return Array.from({ length: persons }, (_, person) => {
    const random = createRng(seed).fork(person);
    const theta = random.normal();
    const first = random.integer(20);
    return truth.map((__, item) => ((item - first + 20) % 20 < seen ? drawCategory(bank, item, theta, random) : null));
  });
}

describe('calibration', () => {
  it('recovers the parameters as far off as the standard errors say', () => {
    const { items, converged } = calibrate(responseMatrix(simulated(3000, 14, 1)), { model: '2pl' });
    expect(converged).toBe(true);
    const z = items.flatMap((item, n) => [
      (item.slope - (truth[n]?.slope ?? NaN)) / (item.slopeStandardError ?? NaN),
      (item.difficulty - (truth[n]?.difficulty ?? NaN)) / item.difficultyStandardError,
    ]);
    expect(z.filter((value) => Math.abs(value) < 4)).toHaveLength(40);
    expect(Math.sqrt(z.reduce((sum, value) => sum + value * value, 0) / 40)).toBeGreaterThan(0.7);
    expect(Math.sqrt(z.reduce((sum, value) => sum + value * value, 0) / 40)).toBeLessThan(1.4);
  });
  it('standard errors shrink with √N, and both kinds agree', () => {
    const [few, many] = [
      calibrate(responseMatrix(simulated(1000, 20, 2)), { model: '2pl' }),
      calibrate(responseMatrix(simulated(4000, 20, 3)), { model: '2pl' }),
    ];
    const mean = (fit: typeof few): number =>
      fit.items.reduce((sum, { difficultyStandardError }) => sum + difficultyStandardError, 0) / 20;
    expect(mean(few) / mean(many)).toBeCloseTo(2, 0);
    const cross = calibrate(responseMatrix(simulated(4000, 20, 3)), { model: '2pl', standardErrors: 'crossProduct' });
    expect(mean(cross) / mean(many)).toBeCloseTo(1, 1);
  });
  it('the order of persons and of items within a row does not matter', () => {
    const rows = simulated(400, 12, 4);
    const reversed = calibrate(responseMatrix([...rows].reverse().map((row) => [...row].reverse())), {
      model: 'rasch',
    });
    calibrate(responseMatrix(rows), { model: 'rasch' }).items.forEach(({ difficulty, difficultyStandardError }, n) => {
      expect(reversed.items[19 - n]?.difficulty).toBeCloseTo(difficulty, 5);
      expect(reversed.items[19 - n]?.difficultyStandardError).toBeCloseTo(difficultyStandardError, 5);
    });
  });
  it('plain EM steps do not lower the likelihood', () => {
    const seen: number[] = [];
    calibrate(responseMatrix(simulated(500, 20, 5)), {
      model: '2pl',
      onCycle: (_, logLikelihood) => seen.push(logLikelihood),
    });
    // Steps come in threes: at x, at its EM step, at the extrapolation.
    for (let n = 1; n < seen.length; n += 3)
      expect((seen[n] ?? NaN) - (seen[n - 1] ?? NaN)).toBeGreaterThan(-1e-9 * Math.abs(seen[n] ?? NaN));
  });
  it('says so when it did not converge', () => {
    expect(calibrate(responseMatrix(simulated(300, 20, 6)), { model: '2pl', maximumCycles: 3 }).converged).toBe(false);
  });
});
