/**
 * Many-facet Rasch (Linacre 1989) by marginal maximum likelihood: θ ~ N(0, σ²), ln P_k/P_{k−1} = α(θ − Σ severities −
 * step_k), α = 1 unless slopes are asked for. EM with Fisher's information, accelerated; errors from the whole observed
 * information.
 */
import { accelerate, type EmOptions, type EmResult } from '../calibration/accelerate.ts';
import { IrtError } from '../errors.ts';
import { invertSymmetric } from '../numeric/cholesky.ts';
import { exp, log } from '../numeric/elementary.ts';
import type { RatingTable } from '../responses/rating-table.ts';
import { type Affine, valueOf } from './affine.ts';
import { requireConnected } from './connectedness.ts';
import type { FacetsModel } from './design.ts';
import type { UnboundedElement } from './ridge-prior.ts';
import { type BiasCorrection, withoutBias } from './bias.ts';
import { emStep } from './em-step.ts';
import { abilityGrid } from '../quadrature/ability-grid.ts';
import { expectation } from './expectation.ts';
import { type Marginal, marginalOf } from './marginal.ts';

export interface FacetsOptions extends FacetsModel {
  readonly points?: number;
  readonly tolerance?: number;
  readonly maximumCycles?: number;
  readonly standardErrors?: boolean;
  /** Default: none, plain maximum likelihood, as other packages report it. */ readonly biasCorrection?: BiasCorrection;
  readonly onCycle?: (cycle: number, logLikelihood: number, largestChange: number) => void;
}

export interface FacetMeasures {
  readonly name: string;
  readonly elements: readonly string[];
  readonly measure: Float64Array;
  readonly standardError: Float64Array;
}

export interface StepGroup {
  /** Element whose steps these are; undefined: of all. */ readonly element?: string;
  readonly steps: Float64Array;
  readonly stepError: Float64Array;
}
export interface FacetSlopes {
  readonly name: string;
  readonly elements: readonly string[];
  readonly slope: Float64Array;
  /** Of ln slope. */ readonly logSlopeError: Float64Array;
}
export interface FacetTerms {
  readonly facets: readonly [string, string];
  /** By element of the first, then of the second. */ readonly term: readonly Float64Array[];
  readonly standardError: readonly Float64Array[];
}

/** What a ridge prior towards the other elements estimated, because this one's own ratings leave it unbounded. */
export interface RegularisedElement {
  readonly facet: string;
  readonly element: string;
  readonly what: 'steps' | 'measure';
  /** Scores it never gave (steps), or the only one it gave (measure). */ readonly scores: readonly number[];
}

export interface FacetsCalibration {
  readonly facets: readonly FacetMeasures[];
  /** One group, or one for each element of the facet `thresholdsBy`. */
  readonly scales: readonly StepGroup[];
  readonly thresholdsBy?: string;
  readonly slopes: readonly FacetSlopes[];
  readonly terms: readonly FacetTerms[];
  readonly regularised: readonly RegularisedElement[];
  readonly mean: number;
  readonly variance: number;
  readonly varianceError: number;
  /** EAP and posterior SD of each person. */
  readonly theta: Float64Array;
  readonly thetaError: Float64Array;
  readonly logLikelihood: number;
  readonly parameters: number;
  readonly cycles: number;
  readonly converged: boolean;
  readonly largestChange: number;
}

/**
 * −∂²(ln L + ln of the ridge priors) by forward differences of the exact gradient, both ways round averaged: relative
 * error of the order of the step.
 */
function observedInformation(marginal: Marginal, x: Float64Array): Float64Array {
  const size = x.length;
  const matrix = new Float64Array(size * size);
  const h = 1e-5;
  const { gradient: here } = expectation(marginal, x, false);
  for (let i = 0; i < size; i += 1) {
    const y = Float64Array.from(x);
    y[i] += h;
    const { gradient } = expectation(marginal, y, false);
    for (let j = 0; j < size; j += 1) matrix[j * size + i] = (here[j] - gradient[j]) / h;
  }
  for (let i = 0; i < size; i += 1)
    for (let j = 0; j < i; j += 1)
      matrix[i * size + j] = matrix[j * size + i] = (matrix[i * size + j] + matrix[j * size + i]) / 2;
  return matrix;
}

/** Throws IrtError unless there are two scores at least, and every category between them was given. */
export function requireScale(table: RatingTable): void {
  if (table.highest < 1)
    throw new IrtError('no-scale', 'score', table.categories[0], 'must have at least two different scores');
  const seen = new Set(table.score);
  const missing = table.categories.filter((_, k) => !seen.has(k));
  if (missing.length > 0)
    throw new IrtError(
      'category-empty',
      'score',
      missing.join(', '),
      'was never given, so it has no step: close the scale there (unused: close)',
    );
}

/** Steps from the shares of neighbouring scores. */
function startOf({ table, design, size }: Marginal): Float64Array {
  const x = new Float64Array(size);
  const count = new Float64Array(table.highest + 1);
  for (const score of table.score) count[score] += 1;
  const raw = Array.from({ length: table.highest }, (_, v) => log(count[v] / count[v + 1]));
  const mean = raw.reduce((sum, value) => sum + value, 0) / raw.length;
  for (const rows of design.steps)
    rows.forEach(({ index, coefficient }, v) => {
      const at = index[0];
      if (index.length === 1 && coefficient[0] === 1 && at !== undefined) x[at] = 1.5 * (raw[v] - mean);
    });
  return x;
}

/** A change below which the population's spread is known well enough to choose the grid. */
const rough = 0.05;

/**
 * The fit on a grid that holds its persons: roughly, then on from there on the grid that this needs, until it needs no
 * wider one.
 */
function fitted(
  table: RatingTable,
  model: FacetsModel,
  points: number,
  options: EmOptions,
): EmResult & { readonly marginal: Marginal } {
  let marginal = marginalOf(table, abilityGrid(points, []), model);
  let fit = accelerate(emStep(marginal), startOf(marginal), {
    ...options,
    tolerance: Math.max(options.tolerance, rough),
  });
  let steps = fit.steps;
  for (;;) {
    const node = abilityGrid(points, [populationOf(marginal, fit.x)]);
    const isWider = node.length > marginal.node.length;
    if (!isWider && fit.largestChange <= options.tolerance) return { ...fit, steps, marginal };
    if (isWider) marginal = marginalOf(table, node, model);
    fit = accelerate(emStep(marginal), fit.x, options);
    steps += fit.steps;
    if (!fit.converged) return { ...fit, steps, marginal };
  }
}

const populationOf = (
  { meanAt, varianceAt }: Marginal,
  x: Float64Array,
): { readonly mean: number; readonly variance: number } => ({
  mean: meanAt < 0 ? 0 : x[meanAt],
  variance: exp(x[varianceAt]),
});

/**
 * Throws IrtError when the ratings do not connect all elements, naming the groups, or when no two scores were given.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { calibrateFacets, ratingTable } from 'itemresponsetheory/facets';
 *
 * const rows = Array.from({ length: 60 }, (_, n) => n).flatMap((n) => {
 *   const random = createRng('ratings').fork(n);
 *   const theta = random.normal();
 *   return ['strict', 'mild', 'third'].map((rater, r) => ({
 *     person: `P${n}`,
 *     elements: [rater],
 *     score: Math.max(0, Math.min(3, Math.round(1.5 + theta + (r - 1) / 2 + random.normal()))),
 *   }));
 * });
 * const table = ratingTable(['rater'], rows);
 * const { facets } = calibrateFacets(table);
 * console.log(Array.from(facets[0]?.measure ?? [], (severity) => severity.toFixed(2)).join()); // → 0.52,-0.04,-0.48
 * ```
 */
export function calibrateFacets(
  table: RatingTable,
  {
    points = 61,
    tolerance = 1e-7,
    maximumCycles = 2000,
    standardErrors = true,
    biasCorrection,
    onCycle,
    ...model
  }: FacetsOptions = {},
): FacetsCalibration {
  requireScale(table);
  if ((model.anchors ?? []).length === 0) requireConnected(table, 'by common persons, or by anchors');
  const {
    marginal,
    x: likeliest,
    ...fit
  } = fitted(table, model, points, {
    tolerance,
    maximumSteps: maximumCycles,
    ...(onCycle === undefined ? {} : { onStep: onCycle }),
  });
  const { size } = marginal;
  const covariance =
    standardErrors || biasCorrection !== undefined
      ? invertSymmetric(observedInformation(marginal, likeliest), size)
      : undefined;
  if (biasCorrection !== undefined && covariance === undefined)
    throw new IrtError('not-identified', 'biasCorrection', size, 'must have ratings that determine every parameter');
  const x =
    biasCorrection === undefined || covariance === undefined
      ? likeliest
      : withoutBias(marginal, model, likeliest, covariance, biasCorrection);
  return {
    ...estimatesAt(marginal, model, x, covariance),
    cycles: fit.steps,
    converged: fit.converged,
    largestChange: fit.largestChange,
  };
}

/** All that is reported, read off at x. */
function estimatesAt(
  marginal: Marginal,
  model: FacetsModel,
  x: Float64Array,
  covariance: Float64Array | undefined,
): Omit<FacetsCalibration, 'cycles' | 'converged' | 'largestChange'> {
  const { table, design, varianceAt, size } = marginal;
  const [theta, thetaError] = [new Float64Array(table.persons.length), new Float64Array(table.persons.length)];
  const { logLikelihood } = expectation(marginal, x, false, ({ persons }, eap, variance) => {
    for (const person of persons) {
      theta[person] = eap;
      thetaError[person] = Math.sqrt(variance);
    }
  });
  const measure = (rows: readonly Affine[]): Float64Array => Float64Array.from(rows, (row) => valueOf(row, x));
  const errors = (rows: readonly Affine[]): Float64Array =>
    Float64Array.from(rows, (row) => errorOf(row, covariance, size));
  const { mean, variance } = populationOf(marginal, x);
  const named = (f: number): { name: string; elements: readonly string[] } => ({
    name: table.facets[f].name,
    elements: table.facets[f].elements,
  });
  const by = model.thresholds === undefined || model.thresholds === 'common' ? undefined : model.thresholds.by;
  const byElements = table.facets.find(({ name }) => name === by)?.elements;
  return {
    facets: design.measures.map((rows, f) => ({ ...named(f), measure: measure(rows), standardError: errors(rows) })),
    scales: design.steps.map((rows, g): StepGroup => ({
      ...(byElements === undefined ? {} : { element: byElements[g] }),
      steps: measure(rows),
      stepError: errors(rows),
    })),
    ...(by === undefined ? {} : { thresholdsBy: by }),
    slopes: design.logSlopes.map(({ facet, elements }) => ({
      ...named(facet),
      slope: measure(elements).map(exp),
      logSlopeError: errors(elements),
    })),
    terms: design.interactions.map(({ facets: [a, b], terms }) => ({
      facets: [named(a).name, named(b).name],
      term: terms.map(measure),
      standardError: terms.map(errors),
    })),
    regularised: [...new Set(design.priors.map(({ on }) => on))].map((one) => regularisedElement(table, one)),
    mean,
    variance,
    varianceError: variance * (covariance === undefined ? NaN : Math.sqrt(covariance[varianceAt * size + varianceAt])),
    theta,
    thetaError,
    logLikelihood,
    parameters: size,
  };
}

const regularisedElement = (
  { facets, categories }: RatingTable,
  { facet, element, what, categories: own }: UnboundedElement,
): RegularisedElement => ({
  facet: facets[facet].name,
  element: facets[facet].elements[element],
  what,
  scores: own.map((k) => categories[k]),
});

/** Of an affine function of the parameters; 0 for an anchored one. */
function errorOf({ index, coefficient }: Affine, covariance: Float64Array | undefined, size: number): number {
  if (covariance === undefined) return NaN;
  let variance = 0;
  index.forEach((n, i) => {
    index.forEach((k, j) => {
      variance += coefficient[i] * coefficient[j] * covariance[n * size + k];
    });
  });
  return Math.sqrt(variance);
}
