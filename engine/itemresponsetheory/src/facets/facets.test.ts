import { describe, expect, it } from 'vitest';
import { createRng } from '../numeric/rng.ts';
import { type RatingRow, ratingTable } from '../responses/rating-table.ts';
import { calibrateFacets } from './calibrate-facets.ts';
import { createRatingAt, ratingAt } from './cells.ts';
import { findSubsets } from './connectedness.ts';
import { calibrateFacetsJointly } from './joint.ts';
import { agreementOf, elementFit, interactionsOf, separationOf } from './report.ts';

const severity = [-0.6, -0.2, 0, 0.3, 0.5];
const difficulty = [-0.3, 0.1, 0.4];
const steps = [-2, -0.7, 0.6, 2.1];

/** Every candidate is marked by two of five raters; rater 4 is harsher on criterion 2 by `bias`. */
function simulated(candidates: number, key: number, bias = 0): RatingRow[] {
  const at = createRatingAt(4);
  return Array.from({ length: candidates }, (_, n) => n).flatMap((n) => {
    const random = createRng('facets').fork(key, n);
    const theta = 1.3 * random.normal();
    const [first, second] = [n % 5, (n + 1 + random.integer(4)) % 5];
    return [...new Set([first, second])].flatMap((rater) =>
      difficulty.map((d, criterion): RatingRow => {
        ratingAt(theta - d - (severity[rater] ?? 0) - (rater === 4 && criterion === 2 ? bias : 0), steps, at);
        let [left, score] = [random.uniform(), 0];
        while (score < 4 && left >= (at.p[score] ?? 0)) {
          left -= at.p[score] ?? 0;
          score += 1;
        }
        return { person: `P${n}`, elements: [`C${criterion}`, `R${rater}`], score };
      }),
    );
  });
}

describe('many facets', () => {
  it('recovers severities as far off as its errors say', () => {
    const replications = process.env.MEETLAT_FULL === '1' ? 200 : 8;
    const z: number[] = [];
    for (let r = 0; r < replications; r += 1) {
      const table = ratingTable(['criterion', 'rater'], simulated(300, r));
      const {
        facets: [, raters],
      } = calibrateFacets(table, { tolerance: 1e-5 });
      const mean = severity.reduce((sum, value) => sum + value, 0) / severity.length;
      raters?.elements.forEach((name, e) => {
        z.push(
          ((raters.measure[e] ?? NaN) - ((severity[Number(name.slice(1))] ?? NaN) - mean)) /
            (raters.standardError[e] ?? NaN),
        );
      });
    }
    const spread = Math.sqrt(z.reduce((sum, value) => sum + value * value, 0) / z.length);
    expect(spread).toBeGreaterThan(replications === 200 ? 0.93 : 0.6);
    expect(spread).toBeLessThan(replications === 200 ? 1.07 : 1.5);
  }, 900_000);

  it('finds the rater who is harsh on one criterion, and says how much raters agree', () => {
    const table = ratingTable(['criterion', 'rater'], simulated(600, 99, 1.2));
    const fit = calibrateFacets(table);
    const worst = interactionsOf(table, fit, fit.theta, 1, 0).reduce((a, b) => (Math.abs(b.t) > Math.abs(a.t) ? b : a));
    expect(worst.elements).toEqual(['R4', 'C2']);
    expect(worst.bias).toBeLessThan(-0.5);
    const { observed, expected, pairs } = agreementOf(table, fit, fit.theta, 1);
    expect(pairs).toBe(1800);
    expect(Math.abs(observed - expected)).toBeLessThan(0.08);
    const fair = elementFit(table, fit, fit.theta, 1);
    const fairOf = (name: string): number => fair.find(({ element }) => element === name)?.fairAverage ?? NaN;
    expect(fairOf('R0')).toBeGreaterThan(fairOf('R2'));
    expect(fairOf('R2')).toBeGreaterThan(fairOf('R4'));
    const raters = fit.facets[1];
    if (raters !== undefined) expect(separationOf(raters).p).toBeLessThan(1e-6);
  });

  it('refuses a plan that falls apart, naming its parts; joint estimation too', () => {
    const rows = simulated(40, 1).map((row) => ({
      ...row,
      elements: [row.elements[0] ?? '', Number(row.person.slice(1)) < 20 ? 'A' : 'B'],
    }));
    const seen = new Set<string>();
    const table = ratingTable(
      ['criterion', 'rater'],
      rows.filter(({ person, elements }) => {
        const key = `${person}/${elements.join()}`;
        const fresh = !seen.has(key);
        seen.add(key);
        return fresh;
      }),
    );
    expect(findSubsets(table)).toMatchObject({ isConnected: false, deficiency: 1 });
    expect(findSubsets(table).subsets).toHaveLength(2);
    expect(() => calibrateFacets(table)).toThrow(/rater A.*rater B/);
    expect(() => calibrateFacetsJointly(table)).toThrow(/joined/);
  });

  it('refuses empty and unusable ratings', () => {
    expect(() => ratingTable(['rater'], [])).toThrow(/rows/);
    expect(() => ratingTable(['rater'], [{ person: 'P', elements: ['R'], score: -1 }])).toThrow(/score/);
    expect(() => calibrateFacets(ratingTable(['rater'], [{ person: 'P', elements: ['R'], score: 0 }]))).toThrow(
      /scale|score/,
    );
  });
});
