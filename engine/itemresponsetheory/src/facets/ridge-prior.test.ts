/** Scores that a model cannot estimate, scores that count double, and scales that begin elsewhere than at 0. */
import { describe, expect, it } from 'vitest';
import { type RatingRow, type RatingTable, ratingTable } from '../responses/rating-table.ts';
import { calibrateFacets } from './calibrate-facets.ts';
import { calibrateFacetsJointly } from './joint.ts';
import { personMeasures } from './persons.ts';
import { posteriorFit } from './posterior-fit.ts';
import { elementFit } from './report.ts';
import { ownSteps, simulated } from './simulated.suite.ts';

const rowsOf = ({ persons, person, facets, score, categories }: RatingTable): RatingRow[] =>
  Array.from(score, (k, n) => ({
    person: persons[person[n] ?? 0] ?? '',
    elements: facets.map(({ elements, of }) => elements[of[n] ?? 0] ?? ''),
    score: categories[k] ?? k,
  }));
const rebuilt = (table: RatingTable, change: (row: RatingRow) => RatingRow, options = {}): RatingTable =>
  ratingTable(
    table.facets.map(({ name }) => name),
    rowsOf(table).map(change),
    options,
  );
const base = simulated(500, 'leaning', { steps: (rater) => ownSteps[rater] ?? [] });

describe('scores that a model cannot estimate', () => {
  const byRater = { thresholds: { by: 'rater' }, tolerance: 1e-8 } as const;

  it('own steps of a rater who never gave a score lean on those of the others, and the report can say so', () => {
    for (const missing of [4, 2]) {
      const table = rebuilt(base, (row) =>
        row.elements[1] === 'R1' && row.score === missing ? { ...row, score: missing - 1 } : row,
      );
      const fit = calibrateFacets(table, byRater);
      expect(fit.converged).toBe(true);
      expect(fit.regularised).toEqual([{ facet: 'rater', element: 'R1', what: 'steps', scores: [missing] }]);
      const [own, stepError] = [fit.scales[1]?.steps ?? [], fit.scales[1]?.stepError ?? []];
      // The step up to what was never given lies far out, not at infinity; and is uncertain.
      expect(own[missing - 1]).toBeGreaterThan(missing === 4 ? 3 : 1.2);
      expect(own[missing - 1]).toBeLessThan(6);
      expect(stepError[missing - 1]).toBeGreaterThan(2 * (fit.scales[0]?.stepError[missing - 1] ?? Infinity));
      // The others hardly notice.
      const free = calibrateFacets(base, byRater);
      fit.scales[0]?.steps.forEach((step, v) => {
        expect(Math.abs(step - (free.scales[0]?.steps[v] ?? NaN))).toBeLessThan(
          0.6 * (free.scales[0]?.stepError[v] ?? 0),
        );
      });
    }
  });

  it('nothing leans where every score was given: the likelihood alone', () => {
    expect(calibrateFacets(base, { ...byRater, standardErrors: false }).regularised).toEqual([]);
  });

  it('the measure of a rater who gave one end only leans; joint estimation refuses it by name', () => {
    const table = rebuilt(base, (row) => (row.elements[1] === 'R3' ? { ...row, score: 4 } : row));
    const fit = calibrateFacets(table, { tolerance: 1e-7 });
    expect(fit.converged).toBe(true);
    expect(fit.regularised).toEqual([{ facet: 'rater', element: 'R3', what: 'measure', scores: [4] }]);
    const raters = fit.facets[1];
    expect(raters?.measure[3]).toBe(Math.min(...(raters?.measure ?? [])));
    expect(raters?.measure[3]).toBeGreaterThan(-15);
    expect(raters?.standardError[3]).toBeGreaterThan(3 * (raters?.standardError[0] ?? Infinity));
    expect(() => calibrateFacetsJointly(table)).toThrow(/R3.*one end of the scale/);
  });

  it('a score that nobody gave is refused, or closed up on request; the averages stay in scores', () => {
    const holed = (row: RatingRow): RatingRow => ({ ...row, score: row.score >= 2 ? row.score + 1 : row.score });
    const open = rebuilt(base, holed);
    expect(open.categories).toEqual([0, 1, 2, 3, 4, 5]);
    expect(() => calibrateFacets(open)).toThrow(/2.*never given/);
    expect(() => calibrateFacetsJointly(open)).toThrow(/2.*never given/);
    const closed = rebuilt(base, holed, { unused: 'close' });
    expect(closed.categories).toEqual([0, 1, 3, 4, 5]);
    const [fit, plain] = [calibrateFacets(closed), calibrateFacets(base)];
    expect(fit.facets.map(({ measure }) => measure)).toEqual(plain.facets.map(({ measure }) => measure));
    elementFit(closed, fit, fit.theta, 1).forEach(({ observedAverage }, e) => {
      const own = rowsOf(closed).filter(({ elements }) => elements[1] === `R${e}`);
      expect(observedAverage).toBeCloseTo(own.reduce((sum, { score }) => sum + score, 0) / own.length, 10);
    });
  });

  it('a scale from 1 to 5 is that from 0 to 4, its averages one higher', () => {
    const shifted = rebuilt(base, (row) => ({ ...row, score: row.score + 1 }));
    expect(shifted.categories).toEqual([1, 2, 3, 4, 5]);
    const [fit, plain] = [calibrateFacets(shifted), calibrateFacets(base)];
    expect(fit.facets).toEqual(plain.facets);
    const before = elementFit(base, plain, plain.theta, 1);
    elementFit(shifted, fit, fit.theta, 1).forEach(({ fairAverage, observedAverage, infit }, e) => {
      expect([fairAverage, observedAverage, infit]).toEqual(
        [(before[e]?.fairAverage ?? NaN) + 1, (before[e]?.observedAverage ?? NaN) + 1, before[e]?.infit].map((value) =>
          expect.closeTo(value ?? NaN, 10),
        ),
      );
    });
  });
});

describe('weights', () => {
  const doubled = (row: RatingRow): boolean => row.elements[0] === 'C1';
  const weighted = rebuilt(base, (row) => (doubled(row) ? { ...row, weight: 2 } : row));
  const twice = ratingTable(
    ['criterion', 'rater'],
    rowsOf(base).flatMap((row) => (doubled(row) ? [row, row] : [row])),
  );

  it.each([
    ['one scale', {}],
    ['own steps by criterion', { thresholds: { by: 'criterion' } }],
    ['slopes of raters', { slopes: ['rater'] }],
  ] as const)('a weight of 2 is the row twice: %s', (_, model) => {
    const [a, b] = [
      calibrateFacets(weighted, { ...model, tolerance: 1e-11 }),
      calibrateFacets(twice, { ...model, tolerance: 1e-11 }),
    ];
    expect(a.logLikelihood).toBeCloseTo(b.logLikelihood, 7);
    a.facets.forEach(({ measure, standardError }, f) => {
      measure.forEach((value, e) => {
        expect(value).toBeCloseTo(b.facets[f]?.measure[e] ?? NaN, 8);
        expect(standardError[e]).toBeCloseTo(b.facets[f]?.standardError[e] ?? NaN, 7);
      });
    });
    a.scales.forEach(({ steps }, g) => {
      steps.forEach((value, v) => {
        expect(value).toBeCloseTo(b.scales[g]?.steps[v] ?? NaN, 8);
      });
    });
    expect(a.variance).toBeCloseTo(b.variance, 7);
    a.theta.forEach((value, n) => {
      expect(value).toBeCloseTo(b.theta[n] ?? NaN, 8);
    });
    const [one, other] = [personMeasures(weighted, a, 'wle'), personMeasures(twice, b, 'wle')];
    one.forEach(({ theta, standardError }, n) => {
      expect([theta, standardError]).toEqual([
        expect.closeTo(other[n]?.theta ?? NaN, 7),
        expect.closeTo(other[n]?.standardError ?? NaN, 7),
      ]);
    });
  });

  it('joint estimation too; and differs from counting once', () => {
    const [a, b, once] = [
      calibrateFacetsJointly(weighted),
      calibrateFacetsJointly(twice),
      calibrateFacetsJointly(base),
    ];
    a.facets.forEach(({ measure, standardError }, f) => {
      measure.forEach((value, e) => {
        expect(value).toBeCloseTo(b.facets[f]?.measure[e] ?? NaN, 7);
        expect(standardError[e]).toBeCloseTo(b.facets[f]?.standardError[e] ?? NaN, 7);
      });
    });
    a.theta.forEach((value, n) => {
      expect(value).toBeCloseTo(b.theta[n] ?? NaN, 6);
    });
    expect(Math.max(...a.theta.map((value, n) => Math.abs(value - (once.theta[n] ?? NaN))))).toBeGreaterThan(0.05);
  });

  it('the fit of a criterion is that of its scores, each judged once', () => {
    const fit = calibrateFacets(weighted);
    expect(posteriorFit(weighted, fit, fit)[0]?.[1]?.ratings).toBe(1000);
  });

  it('refuses what is no weight', () => {
    for (const weight of [0, -1, NaN, Infinity])
      expect(() => ratingTable(['rater'], [{ person: 'P', elements: ['R'], score: 1, weight }])).toThrow(/weight/);
  });
});
