/** Models beyond one rating scale: own thresholds, slopes, anchors; and what raters do besides being severe. */
import { describe, expect, it } from 'vitest';
import { isFull, recordFigures } from '../../../../tests/figures.ts';
import { type RatingRow, ratingTable } from '../responses/rating-table.ts';
import { calibrateFacets, type FacetsCalibration } from './calibrate-facets.ts';
import { personMeasures } from './persons.ts';
import { posteriorFit } from './posterior-fit.ts';
import { raterDrift, raterEffects } from './rater-effects.ts';
import { commonSteps, difficulty, ownSteps, severity, simulated, slopes } from './simulated.suite.ts';

interface Tally { count: number; sum: number; squares: number; covered: number }
/** Replications of estimate, error and truth by kind. */
function study(name: string, make: (key: string) => readonly { readonly kind: string; readonly estimates: ArrayLike<number>; readonly errors: ArrayLike<number>; readonly truth: readonly number[] }[]): void {
  const replications = isFull ? 200 : 5;
  const kinds = new Map<string, { all: Tally; means: number[] }>();
  for (let r = 0; r < replications; r += 1) for (const { kind, estimates, errors, truth } of make(`${name} ${r}`)) {
    const entry = kinds.get(kind) ?? { all: { count: 0, sum: 0, squares: 0, covered: 0 }, means: [] };
    kinds.set(kind, entry);
    const off = truth.map((value, n) => (estimates[n] ?? NaN) - value);
    off.forEach((error, n) => { entry.all.count += 1; entry.all.sum += error; entry.all.squares += error * error; if (Math.abs(error) <= 1.96 * (errors[n] ?? NaN)) entry.all.covered += 1; });
    // The elements of a centred list have no mean of their own: the first stands for them.
    entry.means.push(off[0] ?? NaN);
  }
  const figures = [...kinds].map(([kind, { all, means }]) => {
    const mean = means.reduce((a, b) => a + b, 0) / means.length;
    const error = Math.sqrt(means.reduce((a, b) => a + (b - mean) ** 2, 0) / (means.length - 1) / means.length);
    return { kind, estimates: all.count, bias: mean, biasInMonteCarloErrors: mean / error, rootMeanSquareError: Math.sqrt(all.squares / all.count), coverage: all.covered / all.count };
  });
  if (process.env['SHOW'] === '1') console.log(name, JSON.stringify(figures));
  recordFigures(`recovery-facets-${name.replaceAll(' ', '-')}`, { replications, kinds: figures });
  for (const { kind, estimates, biasInMonteCarloErrors, coverage } of figures) {
    expect(Math.abs(biasInMonteCarloErrors), `bias of ${kind}`).toBeLessThan(isFull ? 3 : 12);
    expect(Math.abs(coverage - 0.95), `coverage of ${kind}`).toBeLessThan(isFull && estimates >= 1000 ? 0.02 : 0.02 + 5 * Math.sqrt((0.05 * 0.95) / estimates));
  }
}

const measuresOf = (fit: FacetsCalibration) => [
  { kind: 'rater', estimates: fit.facets[1]?.measure ?? [], errors: fit.facets[1]?.standardError ?? [], truth: severity },
  { kind: 'criterion', estimates: fit.facets[0]?.measure ?? [], errors: fit.facets[0]?.standardError ?? [], truth: difficulty },
  { kind: 'variance', estimates: [fit.variance], errors: [fit.varianceError], truth: [1.69] },
];

describe('facets: recovery', () => {
  it('one rating scale', () => { study('one scale', (key) => { const fit = calibrateFacets(simulated(400, key), { tolerance: 1e-5 }); return [...measuresOf(fit), { kind: 'step', estimates: fit.scales[0]?.steps ?? [], errors: fit.scales[0]?.stepError ?? [], truth: commonSteps }]; }); }, 600_000);

  it('own thresholds for every rater', () => {
    study('thresholds by rater', (key) => {
      const fit = calibrateFacets(simulated(500, key, { steps: (rater) => ownSteps[rater] ?? commonSteps }), { tolerance: 1e-5, thresholds: { by: 'rater' } });
      return [...measuresOf(fit), ...fit.scales.map(({ steps, stepError, element }) => ({ kind: 'step', estimates: steps, errors: stepError, truth: ownSteps[Number(element?.slice(1))] ?? [] }))];
    });
  }, 600_000);

  it('raters with slopes, geometric mean 1', () => {
    study('slopes of raters', (key) => {
      const fit = calibrateFacets(simulated(600, key, { slope: (rater) => slopes[rater] ?? 1 }), { tolerance: 1e-5, slopes: ['rater'] });
      const [raters] = fit.slopes;
      expect(raters?.slope.reduce((product, value) => product * value, 1)).toBeCloseTo(1, 10);
      return [...measuresOf(fit), { kind: 'slope', estimates: raters?.slope ?? [], errors: (raters?.logSlopeError ?? new Float64Array(0)).map((error, n) => error * (slopes[n] ?? 1)), truth: slopes }];
    });
  }, 600_000);
});

describe('facets: the grid', () => {
  it('reaches the persons: with a wide scale the variance is that of a finer and wider grid, and near the persons\' own', () => {
    for (const [sd, steps] of [[3, [-4, -1.5, 1.5, 4]], [4, [-5, -2, 2, 5]]] as const) {
      const table = simulated(600, `wide ${sd}`, { sd, steps: () => steps });
      const [fit, fine] = [calibrateFacets(table), calibrateFacets(table, { points: 181, standardErrors: false })];
      expect(Math.abs(fit.variance / fine.variance - 1)).toBeLessThan(1e-4);
      expect(Math.abs(fit.variance - sd ** 2)).toBeLessThan(3 * fit.varianceError);
      expect(Math.abs(posteriorFit(table, fit, fit)[0]?.[0]?.outfit ?? NaN)).toBeCloseTo(1, 0);
    }
  });
});

describe('facets: anchors', () => {
  const table = simulated(500, 'anchors', { mean: 0.8 });
  const free = calibrateFacets(table);

  it('anchored criteria bring the scale, and the mean of ability with it', () => {
    const fit = calibrateFacets(table, { anchors: [{ facet: 'criterion', elements: ['C0'], mean: -0.3 }, { facet: 'criterion', elements: ['C1'], mean: 0.1 }] });
    expect([fit.facets[0]?.measure[0], fit.facets[0]?.measure[1]]).toEqual([-0.3, 0.1]);
    expect([fit.facets[0]?.standardError[0], fit.facets[0]?.standardError[1]]).toEqual([0, 0]);
    expect(Math.abs(fit.mean - 0.8)).toBeLessThan(0.3);
    expect(fit.logLikelihood).toBeLessThan(free.logLikelihood);
  });

  it('one anchor, or the mean of a group, only moves the scale: the likelihood is the same', () => {
    const one = calibrateFacets(table, { anchors: [{ facet: 'rater', elements: ['R2'], mean: 1 }] });
    const group = calibrateFacets(table, { anchors: [{ facet: 'rater', elements: ['R0', 'R1'], mean: 1 }] });
    for (const fit of [one, group]) {
      expect(fit.logLikelihood).toBeCloseTo(free.logLikelihood, 6);
      expect((fit.facets[1]?.measure[3] ?? NaN) - (fit.facets[1]?.measure[4] ?? NaN)).toBeCloseTo((free.facets[1]?.measure[3] ?? NaN) - (free.facets[1]?.measure[4] ?? NaN), 5);
    }
    expect(one.facets[1]?.measure[2]).toBe(1);
    expect(((group.facets[1]?.measure[0] ?? NaN) + (group.facets[1]?.measure[1] ?? NaN)) / 2).toBeCloseTo(1, 12);
  });

  it('anchored steps stand as given, and the others of their scale are free; one anchored step only moves the scale', () => {
    const all = calibrateFacets(table, { stepAnchors: commonSteps.map((value, v) => ({ step: v + 1, value })) });
    expect([...(all.scales[0]?.steps ?? [])]).toEqual(commonSteps);
    expect([...(all.scales[0]?.stepError ?? [])]).toEqual([0, 0, 0, 0]);
    expect(all.parameters).toBe(free.parameters - 3);
    expect(all.logLikelihood).toBeLessThan(free.logLikelihood);
    const one = calibrateFacets(table, { stepAnchors: [{ step: 2, value: 0.5 }], tolerance: 1e-9 });
    expect(one.logLikelihood).toBeCloseTo(free.logLikelihood, 6);
    const shift = 0.5 - (free.scales[0]?.steps[1] ?? NaN);
    one.scales[0]?.steps.forEach((step, v) => { expect(step - (free.scales[0]?.steps[v] ?? NaN)).toBeCloseTo(shift, 5); });
    one.facets[0]?.measure.forEach((measure, e) => { expect((free.facets[0]?.measure[e] ?? NaN) - measure).toBeCloseTo(shift, 5); });
    const own = calibrateFacets(table, { thresholds: { by: 'rater' }, stepAnchors: commonSteps.map((value, v) => ({ element: 'R2', step: v + 1, value })) });
    expect([...(own.scales[2]?.steps ?? [])]).toEqual(commonSteps);
    expect(own.scales[1]?.steps.reduce((sum, step) => sum + step, 0)).toBeCloseTo(0, 10);
  });

  it('refuses steps that are not there', () => {
    const at = (anchor: object, thresholds = {}) => () => calibrateFacets(table, { ...thresholds, stepAnchors: [{ step: 1, value: 0, ...anchor }] });
    expect(at({ step: 5 })).toThrow(/step.*1 to 4/);
    expect(at({ value: NaN })).toThrow(/logits/);
    expect(at({ element: 'R1' })).toThrow(/one scale/);
    expect(at({}, { thresholds: { by: 'rater' } })).toThrow(/whose step/);
    expect(at({ element: 'R9' }, { thresholds: { by: 'rater' } })).toThrow(/R9/);
    expect(() => calibrateFacets(table, { stepAnchors: [{ step: 1, value: 0 }, { step: 1, value: 1 }] })).toThrow(/once only/);
  });

  it('refuses what contradicts or is not there', () => {
    const anchors = (...elements: readonly string[][]) => ({ anchors: elements.map((list) => ({ facet: 'rater', elements: list, mean: 0 })) });
    expect(() => calibrateFacets(table, anchors(['R0', 'R1'], ['R1']))).toThrow(/R1.*one anchor only/);
    expect(() => calibrateFacets(table, anchors(['R9']))).toThrow(/R9/);
    expect(() => calibrateFacets(table, { thresholds: { by: 'task' } })).toThrow(/task.*criterion, rater/);
    expect(() => calibrateFacets(table, { anchors: [{ facet: 'rater', elements: ['R0'], mean: NaN }] })).toThrow(/measure/);
  });
});

describe('what raters do', () => {
  it('maximum likelihood has no measure for extreme scores, Warm\'s has', () => {
    const table = ratingTable(['rater'], [...Array.from({ length: 40 }, (_, n): RatingRow => ({ person: `P${n}`, elements: [`R${n % 2}`], score: n % 3 })), ...Array.from({ length: 40 }, (_, n): RatingRow => ({ person: `P${n}`, elements: [`R${(n + 1) % 2}`], score: (n + (n % 5 === 0 ? 1 : 0)) % 3 }))]);
    const fit = calibrateFacets(table);
    const [ml, wle] = [personMeasures(table, fit, 'ml'), personMeasures(table, fit, 'wle')];
    const extreme = ml.findIndex(({ isExtreme }) => isExtreme);
    expect(Math.abs(ml[extreme]?.theta ?? 0)).toBe(Infinity);
    expect(Number.isFinite(wle[extreme]?.theta)).toBe(true);
    ml.forEach(({ theta, isExtreme }, n) => { if (!isExtreme) expect(Math.abs((wle[n]?.theta ?? NaN))).toBeLessThanOrEqual(Math.abs(theta) + 1e-9); });
  });

  it('a rater who keeps to the middle, one who gives one impression, and steady ones', () => {
    const base = simulated(1200, 'effects');
    const score = Uint8Array.from(base.score, (value, n) => {
      const rater = base.facets[1]?.of[n] ?? 0;
      return rater === 1 ? Math.max(1, Math.min(3, value)) : value;
    });
    // Rater 3 gives every criterion what the candidate got on the first.
    const firstOf = new Map<string, number>();
    base.score.forEach((value, n) => { const key = `${base.person[n] ?? 0}/${base.facets[1]?.of[n] ?? 0}`; if (!firstOf.has(key)) firstOf.set(key, value); });
    base.score.forEach((_, n) => { if (base.facets[1]?.of[n] === 3) score[n] = firstOf.get(`${base.person[n] ?? 0}/3`) ?? 0; });
    const table = { ...base, score };
    const fit = calibrateFacets(table, { standardErrors: false });
    const effects = raterEffects(table, fit, fit.theta, 1);
    const of = (name: string) => effects.find(({ element }) => element === name);
    expect(of('R1')?.spread).toBeLessThan(0.9);
    for (const name of ['R0', 'R2', 'R4']) expect(of(name)?.spread).toBeGreaterThan(0.95);
    expect(of('R3')?.haloZ).toBeLessThan(-5);
    for (const name of ['R0', 'R2', 'R4']) { expect(of(name)?.haloZ).toBeGreaterThan(-4); expect(Math.abs((of(name)?.pointMeasure ?? NaN) - (of(name)?.expectedPointMeasure ?? NaN))).toBeLessThan(0.1); }
  });

  it('finds the rater who becomes severe in the third window, and hardly ever a steady one', () => {
    const windowOf = (person: number): number => Math.floor(person / 200);
    const run = (key: string, by: number) => {
      const table = simulated(600, key, { shift: (rater, person) => (rater === 2 && windowOf(person) === 2 ? by : 0) });
      const fit = calibrateFacets(table, { standardErrors: false, tolerance: 1e-5 });
      return raterDrift(table, fit, fit.theta, 1, Array.from(table.person, (p) => `2026-${windowOf(Number((table.persons[p] ?? 'P0').slice(1))) + 1}`));
    };
    const drift = run('drift', 0.9);
    expect(drift.find(({ element }) => element === 'R2')?.verdict).toBe('drifts');
    expect(drift.find(({ element }) => element === 'R2')?.windows[2]?.bias).toBeLessThan(-0.3);
    const replications = isFull ? 400 : 12;
    const steady = Array.from({ length: replications }, (_, n) => run(`steady ${n}`, 0)).flat();
    const share = steady.filter(({ p }) => p < 0.05).length / steady.length;
    recordFigures('rater-drift', { replications, raters: steady.length, falseAlarmsAtFivePercent: share, verdictDrifts: steady.filter(({ verdict }) => verdict === 'drifts').length / steady.length });
    if (process.env['SHOW'] === '1') console.log('drift', share);
    expect(share).toBeLessThan(isFull ? 0.06 : 0.2);
  }, 600_000);
});
