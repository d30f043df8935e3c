/** Models beyond one rating scale: own thresholds, slopes, anchors; and what raters do besides being severe. */
import { describe, expect, it } from 'vitest';
import { isFull, recordFigures } from '../../../../tests/figures.ts';
import { log } from '../numeric/elementary.ts';
import { normalDistribution } from '../numeric/normal.ts';
import { createRng } from '../numeric/rng.ts';
import { type RatingRow, type RatingTable, ratingTable } from '../responses/rating-table.ts';
import { calibrateFacets, type FacetsCalibration, type FacetsOptions } from './calibrate-facets.ts';
import { personMeasures } from './persons.ts';
import { posteriorFit } from './posterior-fit.ts';
import { raterDrift, raterEffects } from './rater-effects.ts';
import { commonSteps, difficulty, ownSteps, severity, simulated, slopes } from './simulated.suite.ts';

interface Kind {
  readonly kind: string;
  readonly estimates: ArrayLike<number>;
  readonly errors: ArrayLike<number>;
  readonly truth: readonly number[];
}

/**
 * A bar of two Monte Carlo errors for each of k parameters would reject an estimator without any bias with probability
 * 1 − .954^k (half of the time for the 13 of one scale), so the rule, stated before the counts were run, is Holm's
 * (1979) over all parameters of a study, at 5 % together. It is asked of the estimates with their first-order bias
 * taken off. Those of plain maximum likelihood are recorded beside them: their bias is real (ratio to the standard
 * error about .1 at 400 candidates, halved at 1,600), and 200 replications see it now and then.
 */
function holmRejects(z: readonly number[]): number {
  const p = z.map((value) => 2 * normalDistribution(-Math.abs(value))).sort((x, y) => x - y);
  const kept = p.findIndex((value, n) => value >= 0.05 / (p.length - n));
  return kept < 0 ? p.length : kept;
}

/** Error by parameter and replication of one kind. */
interface Errors {
  readonly kind: string;
  readonly off: number[][];
  covered: number;
  count: number;
}

function tally(into: Map<string, Errors>, kinds: readonly Kind[]): void {
  for (const { kind, estimates, errors, truth } of kinds) {
    const entry = into.get(kind) ?? { kind, off: [], covered: 0, count: 0 };
    into.set(kind, entry);
    truth.forEach((value, n) => {
      const error = (estimates[n] ?? NaN) - value;
      (entry.off[n] ??= []).push(error);
      entry.count += 1;
      if (Math.abs(error) <= 1.96 * (errors[n] ?? NaN)) entry.covered += 1;
    });
  }
}

function figuresOf({ kind, off, covered, count }: Errors) {
  const parameters = off.map((errors) => {
    const bias = errors.reduce((a, b) => a + b, 0) / errors.length;
    const spread = Math.sqrt(errors.reduce((a, b) => a + (b - bias) ** 2, 0) / (errors.length - 1));
    return { bias, z: (bias * Math.sqrt(errors.length)) / spread };
  });
  const worst = parameters.reduce((a, b) => (Math.abs(b.z) > Math.abs(a.z) ? b : a));
  return {
    z: parameters.map(({ z }) => z),
    written: {
      kind,
      parameters: parameters.length,
      withinTwoMonteCarloErrors: parameters.filter(({ z }) => Math.abs(z) <= 2).length,
      largestBias: worst.bias,
      inMonteCarloErrors: worst.z,
      rootMeanSquareError: Math.sqrt(off.flat().reduce((sum, error) => sum + error * error, 0) / count),
      coverage: covered / count,
    },
  };
}

/** Replications of both estimators. `make`: ratings of a key, and the kinds of a fit. */
function study(
  name: string,
  make: (key: string) => RatingTable,
  options: FacetsOptions,
  kindsOf: (fit: FacetsCalibration) => readonly Kind[],
): void {
  const replications = isFull ? 200 : 5;
  const [plain, corrected] = [new Map<string, Errors>(), new Map<string, Errors>()];
  for (let r = 0; r < replications; r += 1) {
    const key = `${name} ${r}`;
    const table = make(key);
    tally(plain, kindsOf(calibrateFacets(table, { tolerance: 1e-5, ...options })));
    tally(
      corrected,
      kindsOf(
        calibrateFacets(table, {
          tolerance: 1e-5,
          ...options,
          biasCorrection: { random: createRng(`${key} bias`), replications: isFull ? 10 : 3 },
        }),
      ),
    );
  }
  const [asIs, without] = [plain, corrected].map((kinds) => [...kinds.values()].map(figuresOf));
  const rejected = holmRejects((without ?? []).flatMap(({ z }) => z));
  const figures = {
    replications,
    parametersRejectedByHolm: rejected,
    corrected: (without ?? []).map(({ written }) => written),
    maximumLikelihood: (asIs ?? []).map(({ written }) => written),
  };
  if (process.env['SHOW'] === '1') console.log(name, JSON.stringify(figures, null, 1));
  recordFigures(`recovery-facets-${name.replaceAll(' ', '-')}`, figures);
  if (isFull) expect(rejected, 'parameters whose bias is beyond chance').toBe(0);
  for (const { kind, parameters, inMonteCarloErrors, coverage } of [
    ...figures.corrected,
    ...figures.maximumLikelihood,
  ]) {
    const estimates = parameters * replications;
    // A mean of five has tails far beyond the normal's.
    if (!isFull) expect(Math.abs(inMonteCarloErrors), `bias of ${kind}`).toBeLessThan(20);
    expect(Math.abs(coverage - 0.95), `coverage of ${kind}`).toBeLessThan(
      isFull && estimates >= 1000 ? 0.02 : 0.02 + 5 * Math.sqrt((0.05 * 0.95) / estimates),
    );
  }
}

const measuresOf = (fit: FacetsCalibration): Kind[] => [
  {
    kind: 'rater',
    estimates: fit.facets[1]?.measure ?? [],
    errors: fit.facets[1]?.standardError ?? [],
    truth: severity,
  },
  {
    kind: 'criterion',
    estimates: fit.facets[0]?.measure ?? [],
    errors: fit.facets[0]?.standardError ?? [],
    truth: difficulty,
  },
  { kind: 'variance', estimates: [fit.variance], errors: [fit.varianceError], truth: [1.69] },
];
const commonStep = (fit: FacetsCalibration): Kind => ({
  kind: 'step',
  estimates: fit.scales[0]?.steps ?? [],
  errors: fit.scales[0]?.stepError ?? [],
  truth: commonSteps,
});

describe('facets: recovery', () => {
  it('one rating scale', () => {
    study(
      'one scale',
      (key) => simulated(400, key),
      {},
      (fit) => [...measuresOf(fit), commonStep(fit)],
    );
  }, 1_800_000);

  it('own thresholds for every rater', () => {
    study(
      'thresholds by rater',
      (key) => simulated(500, key, { steps: (rater) => ownSteps[rater] ?? commonSteps }),
      { thresholds: { by: 'rater' } },
      (fit) => [
        ...measuresOf(fit),
        {
          kind: 'step',
          estimates: fit.scales.flatMap(({ steps }) => [...steps]),
          errors: fit.scales.flatMap(({ stepError }) => [...stepError]),
          truth: ownSteps.flat(),
        },
      ],
    );
  }, 1_800_000);

  it('raters with slopes, geometric mean 1', () => {
    study(
      'slopes of raters',
      (key) => simulated(600, key, { slope: (rater) => slopes[rater] ?? 1 }),
      { slopes: ['rater'] },
      (fit) => {
        const [raters] = fit.slopes;
        expect(raters?.slope.reduce((product, value) => product * value, 1)).toBeCloseTo(1, 10);
        return [
          ...measuresOf(fit),
          commonStep(fit),
          {
            kind: 'ln slope',
            estimates: raters?.slope.map(log) ?? [],
            errors: raters?.logSlopeError ?? [],
            truth: slopes.map(log),
          },
        ];
      },
    );
  }, 1_800_000);
});

describe('facets: the interval of the variance', () => {
  // One number a replication: 200 tell its coverage to .03 only.
  it('holds the truth as often as it says, thresholds by rater', () => {
    const replications = isFull ? 1000 : 20;
    let covered = 0;
    for (let r = 0; r < replications; r += 1) {
      const { variance, varianceError } = calibrateFacets(
        simulated(500, `interval ${r}`, { steps: (rater) => ownSteps[rater] ?? commonSteps }),
        { tolerance: 1e-5, thresholds: { by: 'rater' } },
      );
      if (Math.abs(variance - 1.69) <= 1.96 * varianceError) covered += 1;
    }
    recordFigures('facets-variance-interval', { replications, coverage: covered / replications });
    expect(Math.abs(covered / replications - 0.95)).toBeLessThan(isFull ? 0.02 : 0.25);
  }, 1_800_000);
});

describe('facets: the grid', () => {
  it('reaches the persons: on a wide scale the variance is that of a finer, wider grid', () => {
    for (const [sd, steps] of [
      [3, [-4, -1.5, 1.5, 4]],
      [4, [-5, -2, 2, 5]],
    ] as const) {
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
    const fit = calibrateFacets(table, {
      anchors: [
        { facet: 'criterion', elements: ['C0'], mean: -0.3 },
        { facet: 'criterion', elements: ['C1'], mean: 0.1 },
      ],
    });
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
      expect((fit.facets[1]?.measure[3] ?? NaN) - (fit.facets[1]?.measure[4] ?? NaN)).toBeCloseTo(
        (free.facets[1]?.measure[3] ?? NaN) - (free.facets[1]?.measure[4] ?? NaN),
        5,
      );
    }
    expect(one.facets[1]?.measure[2]).toBe(1);
    expect(((group.facets[1]?.measure[0] ?? NaN) + (group.facets[1]?.measure[1] ?? NaN)) / 2).toBeCloseTo(1, 12);
  });

  it('anchored steps stand as given, the others of the scale are free; a single one only moves the scale', () => {
    const all = calibrateFacets(table, { stepAnchors: commonSteps.map((value, v) => ({ step: v + 1, value })) });
    expect([...(all.scales[0]?.steps ?? [])]).toEqual(commonSteps);
    expect([...(all.scales[0]?.stepError ?? [])]).toEqual([0, 0, 0, 0]);
    expect(all.parameters).toBe(free.parameters - 3);
    expect(all.logLikelihood).toBeLessThan(free.logLikelihood);
    const one = calibrateFacets(table, { stepAnchors: [{ step: 2, value: 0.5 }], tolerance: 1e-9 });
    expect(one.logLikelihood).toBeCloseTo(free.logLikelihood, 6);
    const shift = 0.5 - (free.scales[0]?.steps[1] ?? NaN);
    one.scales[0]?.steps.forEach((step, v) => {
      expect(step - (free.scales[0]?.steps[v] ?? NaN)).toBeCloseTo(shift, 5);
    });
    one.facets[0]?.measure.forEach((measure, e) => {
      expect((free.facets[0]?.measure[e] ?? NaN) - measure).toBeCloseTo(shift, 5);
    });
    const own = calibrateFacets(table, {
      thresholds: { by: 'rater' },
      stepAnchors: commonSteps.map((value, v) => ({ element: 'R2', step: v + 1, value })),
    });
    expect([...(own.scales[2]?.steps ?? [])]).toEqual(commonSteps);
    expect(own.scales[1]?.steps.reduce((sum, step) => sum + step, 0)).toBeCloseTo(0, 10);
  });

  it('refuses steps that are not there', () => {
    const at =
      (anchor: object, thresholds = {}) =>
      () =>
        calibrateFacets(table, { ...thresholds, stepAnchors: [{ step: 1, value: 0, ...anchor }] });
    expect(at({ step: 5 })).toThrow(/step.*1 to 4/);
    expect(at({ value: NaN })).toThrow(/logits/);
    expect(at({ element: 'R1' })).toThrow(/one scale/);
    expect(at({}, { thresholds: { by: 'rater' } })).toThrow(/whose step/);
    expect(at({ element: 'R9' }, { thresholds: { by: 'rater' } })).toThrow(/R9/);
    expect(() =>
      calibrateFacets(table, {
        stepAnchors: [
          { step: 1, value: 0 },
          { step: 1, value: 1 },
        ],
      }),
    ).toThrow(/once only/);
  });

  it('refuses what contradicts or is not there', () => {
    const anchors = (...elements: readonly string[][]) => ({
      anchors: elements.map((list) => ({ facet: 'rater', elements: list, mean: 0 })),
    });
    expect(() => calibrateFacets(table, anchors(['R0', 'R1'], ['R1']))).toThrow(/R1.*one anchor only/);
    expect(() => calibrateFacets(table, anchors(['R9']))).toThrow(/R9/);
    expect(() => calibrateFacets(table, { thresholds: { by: 'task' } })).toThrow(/task.*criterion, rater/);
    expect(() => calibrateFacets(table, { anchors: [{ facet: 'rater', elements: ['R0'], mean: NaN }] })).toThrow(
      /measure/,
    );
  });
});

describe('what raters do', () => {
  it("maximum likelihood has no measure for extreme scores, Warm's has", () => {
    const table = ratingTable(
      ['rater'],
      [
        ...Array.from({ length: 40 }, (_, n): RatingRow => ({
          person: `P${n}`,
          elements: [`R${n % 2}`],
          score: n % 3,
        })),
        ...Array.from({ length: 40 }, (_, n): RatingRow => ({
          person: `P${n}`,
          elements: [`R${(n + 1) % 2}`],
          score: (n + (n % 5 === 0 ? 1 : 0)) % 3,
        })),
      ],
    );
    const fit = calibrateFacets(table);
    const [ml, wle] = [personMeasures(table, fit, 'ml'), personMeasures(table, fit, 'wle')];
    const extreme = ml.findIndex(({ isExtreme }) => isExtreme);
    expect(Math.abs(ml[extreme]?.theta ?? 0)).toBe(Infinity);
    expect(Number.isFinite(wle[extreme]?.theta)).toBe(true);
    ml.forEach(({ theta, isExtreme }, n) => {
      if (!isExtreme) expect(Math.abs(wle[n]?.theta ?? NaN)).toBeLessThanOrEqual(Math.abs(theta) + 1e-9);
    });
  });

  it('a rater who keeps to the middle, one who gives one impression, and steady ones', () => {
    const base = simulated(1200, 'effects');
    const score = Uint8Array.from(base.score, (value, n) => {
      const rater = base.facets[1]?.of[n] ?? 0;
      return rater === 1 ? Math.max(1, Math.min(3, value)) : value;
    });
    // Rater 3 gives every criterion what the candidate got on the first.
    const firstOf = new Map<string, number>();
    base.score.forEach((value, n) => {
      const key = `${base.person[n] ?? 0}/${base.facets[1]?.of[n] ?? 0}`;
      if (!firstOf.has(key)) firstOf.set(key, value);
    });
    base.score.forEach((_, n) => {
      if (base.facets[1]?.of[n] === 3) score[n] = firstOf.get(`${base.person[n] ?? 0}/3`) ?? 0;
    });
    const table = { ...base, score };
    const fit = calibrateFacets(table, { standardErrors: false });
    const effects = raterEffects(table, fit, fit.theta, 1);
    const of = (name: string) => effects.find(({ element }) => element === name);
    expect(of('R1')?.spread).toBeLessThan(0.9);
    for (const name of ['R0', 'R2', 'R4']) expect(of(name)?.spread).toBeGreaterThan(0.95);
    expect(of('R3')?.haloZ).toBeLessThan(-5);
    for (const name of ['R0', 'R2', 'R4']) {
      expect(of(name)?.haloZ).toBeGreaterThan(-4);
      expect(Math.abs((of(name)?.pointMeasure ?? NaN) - (of(name)?.expectedPointMeasure ?? NaN))).toBeLessThan(0.1);
    }
  });

  it('finds the rater who becomes severe in the third window, and hardly ever a steady one', () => {
    const windowOf = (person: number): number => Math.floor(person / 200);
    const run = (key: string, by: number) => {
      const table = simulated(600, key, { shift: (rater, person) => (rater === 2 && windowOf(person) === 2 ? by : 0) });
      const fit = calibrateFacets(table, { standardErrors: false, tolerance: 1e-5 });
      return raterDrift(
        table,
        fit,
        fit.theta,
        1,
        Array.from(table.person, (p) => `2026-${windowOf(Number((table.persons[p] ?? 'P0').slice(1))) + 1}`),
      );
    };
    const drift = run('drift', 0.9);
    expect(drift.find(({ element }) => element === 'R2')?.verdict).toBe('drifts');
    expect(drift.find(({ element }) => element === 'R2')?.windows[2]?.bias).toBeLessThan(-0.3);
    const replications = isFull ? 400 : 12;
    const steady = Array.from({ length: replications }, (_, n) => run(`steady ${n}`, 0)).flat();
    const share = steady.filter(({ p }) => p < 0.05).length / steady.length;
    recordFigures('rater-drift', {
      replications,
      raters: steady.length,
      falseAlarmsAtFivePercent: share,
      verdictDrifts: steady.filter(({ verdict }) => verdict === 'drifts').length / steady.length,
    });
    if (process.env['SHOW'] === '1') console.log('drift', share);
    expect(share).toBeLessThan(isFull ? 0.06 : 0.2);
  }, 600_000);
});
