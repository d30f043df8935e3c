/** Models beyond one rating scale: own thresholds, slopes, anchors; and what raters do besides being severe. */
import { describe, expect, it } from 'vitest';
import { isFull, recordFigures } from '../../../../tests/figures.ts';
import { createRng, type Rng } from '../numeric/rng.ts';
import { type RatingRow, type RatingTable, ratingTable } from '../responses/rating-table.ts';
import { calibrateFacets, type FacetsCalibration } from './calibrate-facets.ts';
import { createRatingAt, ratingAt } from './cells.ts';
import { personMeasures } from './persons.ts';
import { raterDrift, raterEffects } from './rater-effects.ts';

const severity = [-0.6, -0.2, 0.1, 0.3, 0.4];
const difficulty = [-0.3, 0.1, 0.2];
const common = [-2, -0.7, 0.6, 2.1];
/** By rater, summing to zero. */
const own = [[-2, -0.7, 0.6, 2.1], [-1.2, -0.6, 0.5, 1.3], [-2.4, -0.5, 0.4, 2.5], [-1.8, -0.9, 0.9, 1.8], [-1.5, -1, 1, 1.5]];
/** Product 1. */
const slopes = [0.7, 1.3, 1, 0.9].concat(1 / (0.7 * 1.3 * 0.9));

interface World { readonly steps: (rater: number) => readonly number[]; readonly slope: (rater: number) => number; readonly shift: (rater: number, person: number) => number; readonly mean: number }
const plain: World = { steps: () => common, slope: () => 1, shift: () => 0, mean: 0 };

const at = createRatingAt(4);
function draw(location: number, steps: readonly number[], random: Rng): number {
  ratingAt(location, steps, at);
  let [left, score] = [random.uniform(), 0];
  while (score < 4 && left >= (at.p[score] ?? 0)) { left -= at.p[score] ?? 0; score += 1; }
  return score;
}

/** Every candidate is marked by two of five raters on three criteria. */
function simulated(candidates: number, key: string, world: Partial<World> = {}): RatingTable {
  const { steps, slope, shift, mean } = { ...plain, ...world };
  const rows = Array.from({ length: candidates }, (_, n) => n).flatMap((n) => {
    const random = createRng(key).fork(n);
    const theta = mean + 1.3 * random.normal();
    const first = n % 5;
    return [first, (first + 1 + random.integer(4)) % 5].flatMap((rater) => difficulty.map((d, criterion): RatingRow => {
      const a = slope(rater);
      return { person: `P${n}`, elements: [`C${criterion}`, `R${rater}`], score: draw(a * (theta - d - (severity[rater] ?? 0) - shift(rater, n)), steps(rater).map((step) => a * step), random) };
    }));
  });
  // In the order of their names.
  return ratingTable(['criterion', 'rater'], rows.sort((a, b) => a.elements.join().localeCompare(b.elements.join())));
}

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
  it('one rating scale', () => { study('one scale', (key) => { const fit = calibrateFacets(simulated(400, key), { tolerance: 1e-5 }); return [...measuresOf(fit), { kind: 'step', estimates: fit.scales[0]?.steps ?? [], errors: fit.scales[0]?.stepError ?? [], truth: common }]; }); }, 600_000);

  it('own thresholds for every rater', () => {
    study('thresholds by rater', (key) => {
      const fit = calibrateFacets(simulated(500, key, { steps: (rater) => own[rater] ?? common }), { tolerance: 1e-5, thresholds: { by: 'rater' } });
      return [...measuresOf(fit), ...fit.scales.map(({ steps, stepError, element }) => ({ kind: 'step', estimates: steps, errors: stepError, truth: own[Number(element?.slice(1))] ?? [] }))];
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
