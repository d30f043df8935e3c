/**
 * Marginal maximum likelihood by EM (Bock & Aitkin 1981) for every model of the package, mixed in one form, over sparse
 * rows: several groups or a latent regression, priors, fixed items (fixed-item-parameter calibration with a free
 * population, Kim 2006). Every probability comes from one table of ln P by item, category and node, rebuilt each cycle;
 * SQUAREM between cycles; convergence is judged on the plain EM map.
 */
import type { ItemSpec } from '../parameters/item-parameters.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { abilityGrid } from '../quadrature/ability-grid.ts';
import { accelerate, type EmResult } from './accelerate.ts';
import { type Bias, biasOf, reportedBias } from './bias.ts';
import { covarianceOf, gradientAt, reportedCovariance, reportedErrors } from './covariance.ts';
import { exp } from '../numeric/elementary.ts';
import { expectation, momentsOf } from './e-step.ts';
import { type ItemModelName, reportedOf, specOf, specOfReported } from './family.ts';
import { histogramsOf, type ItemLayout, type Latent, meanOf, varianceOf } from './layout.ts';
import { maximiseBlock, maximiseLatent } from './m-step.ts';
import type { CalibrateItemsOptions } from './options.ts';
import type { Flag } from './categories.ts';
import { type CalibrationProblem, prepareProblem } from './problem.ts';

export interface CalibratedItemResult {
  readonly item: ItemSpec;
  readonly model: ItemModelName | 'fixed';
  /**
   * Of slope (NaN where it is not estimated) then difficulty or steps, then lower; nominal: slopes, then intercepts.
   * Empty for fixed items.
   */
  readonly standardErrors: readonly number[];
  /**
   * Covariance of the same numbers, row-major; a slope that is not estimated has zeros. Absent for fixed items and
   * without errors.
   */
  readonly covariance?: readonly number[];
  /** First-order bias that was taken off `item`, in the order of the errors. */
  readonly bias?: readonly number[];
  readonly responses: number;
  readonly categoryCounts: readonly number[];
}

export interface LatentGroup {
  readonly mean: number;
  readonly variance: number;
  readonly meanStandardError?: number;
  readonly varianceStandardError?: number;
  readonly persons: number;
  /** Free weights at the nodes. */ readonly histogram?: { readonly node: Float64Array; readonly weight: Float64Array };
}

export interface ItemsCalibration {
  readonly items: readonly CalibratedItemResult[];
  readonly groups: readonly LatentGroup[];
  readonly regression?: {
    readonly names: readonly string[];
    readonly coefficients: readonly number[];
    readonly standardErrors: readonly number[];
    readonly residualVariance: number;
  };
  readonly logLikelihood: number;
  readonly logPrior: number;
  readonly cycles: number;
  readonly converged: boolean;
  readonly largestChange: number;
  /** Largest |∂ ln L/∂x|·SE: how far the end is from a maximum, in standard errors; NaN without standard errors. */
  readonly largestGradient: number;
  /**
   * Names of the free parameters, item:parameter; rows and columns of `covariance` (row-major; undefined when singular
   * or not asked for).
   */
  readonly parameters: readonly string[];
  readonly covariance?: Float64Array;
  readonly flags: readonly Flag[];
  readonly emptyPersons: number;
}

const logPriorAt = ({ priors }: CalibrationProblem, x: Float64Array): number =>
  priors.reduce((sum, prior, n) => sum + (prior?.(x[n]).value ?? 0), 0);

/**
 * Throws IrtError for data that cannot be calibrated, naming item or argument; what was repaired is in `flags`;
 * non-convergence is reported.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { calibrateItems, responseMatrix } from 'itemresponsetheory/calibration';
 * import { drawCategory } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters(
 *   [-1, -0.5, 0, 0.5, 1].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * const rows = Array.from({ length: 400 }, (_, person) => {
 *   const random = createRng('example').fork(person);
 *   const theta = random.normal();
 *   return Array.from(bank.id, (__, item) => drawCategory(bank, item, theta, random));
 * });
 * const data = responseMatrix(rows);
 * const { logLikelihood, items } = calibrateItems(data, { models: '2pl' });
 * console.log(logLikelihood.toFixed(1), items.length); // → -1251.0 5
 * ```
 */
export function calibrateItems(data: ResponseMatrix, options: CalibrateItemsOptions): ItemsCalibration {
  const { points = 61 } = options;
  let prepared = prepareProblem(data, options, abilityGrid(points, []));
  try {
    let fit = maximise(prepared.problem, prepared.start, options);
    // The grid must hold the persons: where it does not, it is widened and estimation goes on from there.
    for (;;) {
      const node = abilityGrid(points, populationsOf(prepared.problem, fit.x));
      if (node.length <= prepared.problem.node.length) return resultsOf(prepared, fit, options);
      prepared.problem.runner.stop();
      prepared = prepareProblem(data, options, node);
      const { steps } = fit;
      const start = prepared.start.map((value, n) => (n < prepared.problem.parameters ? fit.x[n] : value));
      fit = maximise(prepared.problem, start, options);
      fit = { ...fit, steps: steps + fit.steps };
    }
  } finally {
    prepared.problem.runner.stop();
  }
}

function maximise(
  problem: CalibrationProblem,
  start: Float64Array,
  { density, tolerance = density === 'histogram' ? 1e-4 : 1e-6, maximumCycles = 4000, onCycle }: CalibrateItemsOptions,
): EmResult {
  const step = (x: Float64Array, out: Float64Array): number => {
    const { logLikelihood, moments } = expectation(problem, x);
    out.set(x);
    for (const block of problem.blocks) maximiseBlock(problem, block, out);
    maximiseLatent(problem, moments, out);
    return logLikelihood + logPriorAt(problem, x);
  };
  return accelerate(step, start, {
    tolerance,
    judged: problem.parameters,
    maximumSteps: maximumCycles,
    ...(onCycle === undefined ? {} : { onStep: onCycle }),
  });
}

/** Mean and variance of every density. */
function populationsOf(
  { latent, node, shape }: CalibrationProblem,
  x: Float64Array,
): { readonly mean: number; readonly variance: number }[] {
  if (latent.histogram.length === 0)
    return Array.from({ length: shape.densities }, (_, d) => ({
      mean: meanOf(latent, d, x),
      variance: varianceOf(latent, d, x),
    }));
  return histogramMoments(latent, node, x);
}

function histogramMoments(
  latent: Latent,
  node: Float64Array,
  x: Float64Array,
): { readonly mean: number; readonly variance: number; readonly weight: Float64Array }[] {
  const all = histogramsOf(latent, node.length, x);
  return latent.histogram.map((_, g) => {
    const weight = all.slice(g * node.length, (g + 1) * node.length).map(exp);
    const { first, second } = momentsOf(node, weight);
    return { mean: first, variance: second - first * first, weight };
  });
}

function resultsOf(
  { problem, parameters }: ReturnType<typeof prepareProblem>,
  fit: EmResult,
  { standardErrors = 'oakes', biasCorrection, ...options }: CalibrateItemsOptions,
): ItemsCalibration {
  const { logLikelihood } = expectation(problem, fit.x);
  const covariance = standardErrors === 'none' ? undefined : covarianceOf(problem, fit.x, standardErrors);
  const size = problem.parameters;
  const gradient = covariance === undefined ? undefined : gradientAt(problem, fit.x);
  const bias = biasCorrection !== true || covariance === undefined ? undefined : biasOf(problem, fit.x, covariance);
  const items = problem.parts.map((part, item) =>
    resultOf(problem, part, item, { x: fit.x, covariance, bias }, options),
  );
  const negative = items.flatMap(({ item }, n): Flag[] =>
    'slope' in item && (item.slope ?? 1) <= 0
      ? [{ item: n, code: 'negative-slope', message: `${item.id}: negative slope; is its key right?` }]
      : [],
  );
  const kept =
    biasCorrection !== true
      ? []
      : items.flatMap(({ item, model, bias: own }, n): Flag[] =>
          model === 'fixed' || own !== undefined
            ? []
            : [{ item: n, code: 'bias-kept', message: `${item.id}: its bias could not be taken off` }],
        );
  return {
    items,
    ...latentResult(problem, options, { x: fit.x, covariance, bias }),
    logLikelihood,
    logPrior: logPriorAt(problem, fit.x),
    cycles: fit.steps,
    converged: fit.converged,
    largestChange: fit.largestChange,
    largestGradient:
      gradient === undefined || covariance === undefined
        ? NaN
        : gradient
            .subarray(0, size)
            .reduce((most, g, n) => Math.max(most, Math.abs(g) * Math.sqrt(covariance[n * size + n])), 0),
    parameters,
    ...(covariance === undefined ? {} : { covariance }),
    flags: [...problem.patterns.flags, ...negative, ...kept],
    emptyPersons: problem.patterns.emptyPersons,
  };
}

interface Estimation {
  readonly x: Float64Array;
  readonly covariance: Float64Array | undefined;
  readonly bias: Bias | undefined;
}

function resultOf(
  { patterns, parameters }: CalibrationProblem,
  { model, categories, index }: ItemLayout,
  item: number,
  { x, covariance, bias }: Estimation,
  options: CalibrateItemsOptions,
): CalibratedItemResult {
  const categoryCounts = Array.from(patterns.counts[item]);
  const responses = categoryCounts.reduce((sum, n) => sum + n, 0);
  const id = options.ids?.[item] ?? `item ${item}`;
  const fixed = options.fixed?.get(item);
  if (model === 'fixed' || fixed !== undefined)
    return {
      item: fixed ?? { model: 'logistic', id, difficulty: NaN },
      model: 'fixed',
      standardErrors: [],
      responses,
      categoryCounts,
    };
  const own =
    covariance === undefined ? undefined : reportedCovariance(model, categories, index, x, covariance, parameters);
  const local = index.map((n) => x[n]);
  const ownBias = bias === undefined ? undefined : reportedBias(model, categories, index, x, bias, parameters);
  const corrected =
    ownBias === undefined
      ? undefined
      : specOfReported(
          model,
          id,
          reportedOf(model, local, categories).map((value, n) => value - ownBias[n]),
        );
  return {
    item: corrected ?? specOf(model, id, local, categories),
    model,
    standardErrors: reportedErrors(model, categories, index, x, own),
    ...(own === undefined ? {} : { covariance: own }),
    ...(corrected === undefined || ownBias === undefined ? {} : { bias: ownBias }),
    responses,
    categoryCounts,
  };
}

function latentResult(
  { latent, patterns, parameters, node }: CalibrationProblem,
  { covariates }: CalibrateItemsOptions,
  { x, covariance, bias }: Estimation,
): Pick<ItemsCalibration, 'groups' | 'regression'> {
  const biasAt = (n: number): number => (n < 0 ? 0 : (bias?.of[n] ?? 0));
  /** Of e^x: x's own bias, and half its variance. */
  const unbiased = (variance: number, n: number): number =>
    variance * (1 - biasAt(n) - (n < 0 ? 0 : (bias?.signed[n * parameters + n] ?? 0) / 2));
  const error = (n: number): number =>
    n < 0 || covariance === undefined ? NaN : Math.sqrt(covariance[n * parameters + n]);
  if (latent.kind === 'regression')
    return {
      groups: [],
      regression: {
        names: covariates?.names ?? [],
        coefficients: latent.mean.map((n) => x[n] - biasAt(n)),
        standardErrors: latent.mean.map(error),
        residualVariance: unbiased(varianceOf(latent, 0, x), latent.logVariance[0]),
      },
    };
  const persons = latent.mean.map(() => 0);
  patterns.density.forEach((g, row) => {
    persons[g] += patterns.weight[row];
  });
  if (latent.histogram.length > 0)
    return {
      groups: histogramMoments(latent, node, x).map(({ mean, variance, weight }, g) => ({
        mean,
        variance,
        persons: persons[g],
        histogram: { node, weight },
      })),
    };
  return {
    groups: latent.mean.map((n, g) => {
      const v = latent.logVariance[g];
      const variance = varianceOf(latent, g, x);
      return {
        mean: meanOf(latent, g, x) - biasAt(n),
        variance: unbiased(variance, v),
        persons: persons[g],
        ...(n < 0 ? {} : { meanStandardError: error(n) }),
        ...(v < 0 ? {} : { varianceStandardError: variance * error(v) }),
      };
    }),
  };
}
