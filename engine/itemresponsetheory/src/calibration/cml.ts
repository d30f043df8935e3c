/**
 * Conditional maximum likelihood of the Rasch family (Andersen 1972; Fischer & Molenaar 1995): given the raw score on a
 * booklet the ability drops out, so that nothing is assumed of the population. Newton with the exact information. For
 * linear tests and fixed booklets only.
 */
import { exp, log } from '../numeric/elementary.ts';
import { IrtError } from '../errors.ts';
import { invertSymmetric } from '../numeric/cholesky.ts';
import { createItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { isExtreme, prepareRasch, type RaschData, type RaschModel, type RaschOptions } from './cml-data.ts';
import {
  centre,
  covarianceBetween,
  locationOf,
  raschItem,
  type RaschParameters,
  raschParameters,
  valuesOf,
} from './cml-parameters.ts';
import { abilityOfScore } from './cml-score.ts';
import { conditionalMoments } from './esf.ts';

export interface ConditionalOptions extends RaschOptions {
  readonly maximumCycles?: number;
  /** Newton stops when no parameter moves by more than this; default 1e-9. */
  readonly tolerance?: number;
  readonly onCycle?: (cycle: number, logLikelihood: number, largestChange: number) => void;
}

export interface ConditionalItem {
  readonly item: ItemSpec;
  /** Of the difficulty, or of each step. */
  readonly standardErrors: readonly number[];
  /** Mean of the steps. */
  readonly location: number;
  readonly locationStandardError: number;
  readonly responses: number;
  readonly categoryCounts: readonly number[];
}

/** Maximum likelihood ability of a raw score; scores 0 and highest have none. */
export interface BookletScore {
  readonly score: number;
  readonly persons: number;
  readonly theta: number;
  readonly standardError: number;
}

export interface ConditionalCalibration {
  readonly model: RaschModel;
  /** The mean of the items' locations is 0. */
  readonly items: readonly ConditionalItem[];
  /** Under rsm: thresholds, of sum 0. */
  readonly thresholds?: readonly { readonly value: number; readonly standardError: number }[];
  readonly logLikelihood: number;
  readonly freeParameters: number;
  readonly cycles: number;
  readonly converged: boolean;
  readonly largestChange: number;
  /** Names of the rows and columns of `covariance` (row-major, under the constraints: of rank freeParameters). */
  readonly parameters: readonly string[];
  readonly covariance: Float64Array;
  readonly booklets: readonly {
    readonly items: readonly number[];
    readonly persons: number;
    readonly scores: readonly BookletScore[];
  }[];
  readonly emptyPersons: number;
  /** Persons with the lowest or the highest score: they hold no information about the items. */
  readonly extremePersons: number;
}

interface NewtonPoint {
  readonly logLikelihood: number;
  readonly gradient: Float64Array;
  readonly information: Float64Array;
}

/** Log-likelihood, gradient and exact information in x. */
function evaluate(
  { booklets, counts, steps }: RaschData,
  { start, weightOf, size }: RaschParameters,
  x: Float64Array,
): NewtonPoint {
  const weight = valuesOf(weightOf, x);
  let logLikelihood = 0;
  const residual = new Float64Array(weight.length);
  counts.forEach((own, item) =>
    own.forEach((n, k) => {
      if (k > 0) {
        const c = start[item] + k - 1;
        residual[c] = n;
        logLikelihood += n * weight[c];
      }
    }),
  );
  const information = new Float64Array(size * size);
  for (const { items, persons } of booklets) {
    const place = items.flatMap((item) => Array.from({ length: steps[item] }, (_, k) => start[item] + k));
    const moments = conditionalMoments(
      items.map((item) =>
        Float64Array.from({ length: steps[item] + 1 }, (_, k) => (k === 0 ? 1 : exp(weight[start[item] + k - 1]))),
      ),
      persons,
    );
    logLikelihood -= moments.logNormaliser;
    place.forEach((c, n) => {
      residual[c] -= moments.expected[n];
    });
    addInformation(
      information,
      size,
      place.map((c) => weightOf[c]),
      moments.information,
    );
  }
  const gradient = new Float64Array(size);
  weightOf.forEach((terms, c) => {
    for (const { at, factor } of terms) gradient[at] += factor * residual[c];
  });
  return { logLikelihood, gradient, information };
}

/** AᵀIA for sparse rows A. */
export function addInformation(
  out: Float64Array,
  size: number,
  rows: RaschParameters['weightOf'],
  information: Float64Array,
): void {
  rows.forEach((one, c) =>
    rows.forEach((other, d) => {
      const value = information[c * rows.length + d];
      for (const a of one) for (const b of other) out[a.at * size + b.at] += a.factor * b.factor * value;
    }),
  );
}

/**
 * Inverse under the constraints: with s·ccᵀ added the matrix is regular, and the open directions are taken out of its
 * inverse again.
 */
export function constrainedInverse(
  information: Float64Array,
  { size, constraints }: RaschParameters,
): Float64Array | undefined {
  const regular = information.slice();
  let trace = 0;
  for (let n = 0; n < size; n += 1) trace += information[n * size + n];
  const scale = trace * size;
  for (const { constraint } of constraints)
    for (let i = 0; i < size; i += 1)
      for (let j = 0; j < size; j += 1) regular[i * size + j] += scale * constraint[i] * constraint[j];
  const inverse = invertSymmetric(regular, size);
  if (inverse === undefined) return undefined;
  for (const { open } of constraints)
    for (let i = 0; i < size; i += 1)
      for (let j = 0; j < size; j += 1) inverse[i * size + j] -= (open[i] * open[j]) / scale;
  return inverse;
}

/** Steps from the log-odds of neighbouring categories. */
export function startOf(
  { counts, steps, ids }: RaschData,
  parameters: RaschParameters,
  model: RaschModel,
): Float64Array {
  const x = new Float64Array(parameters.size);
  const odds = (own: ArrayLike<number>, v: number): number => log((own[v - 1] + 0.5) / (own[v] + 0.5));
  if (model === 'rsm') {
    const all = Float64Array.from({ length: steps[0] + 1 }, (_, k) => counts.reduce((sum, own) => sum + own[k], 0));
    for (let v = 1; v < all.length; v += 1) x[ids.length + v - 1] = odds(all, v);
    counts.forEach((own, item) => {
      const [score, most] = [
        own.reduce((sum, n, k) => sum + n * k, 0),
        own.reduce((sum, n) => sum + n, 0) * (all.length - 1),
      ];
      x[item] = log((most - score + 0.5) / (score + 0.5));
    });
  } else
    counts.forEach((own, item) => {
      for (let v = 1; v < own.length; v += 1) x[parameters.start[item] + v - 1] = odds(own, v);
    });
  centre(parameters, x);
  return x;
}

interface Maximum {
  readonly x: Float64Array;
  readonly logLikelihood: number;
  readonly covariance: Float64Array;
  readonly cycles: number;
  readonly converged: boolean;
  readonly largestChange: number;
}

/** The log-likelihood is concave: Newton, halved while it does not rise, finds the one maximum. */
function maximise(
  data: RaschData,
  parameters: RaschParameters,
  model: RaschModel,
  {
    maximumCycles = 100,
    tolerance = 1e-9,
    onCycle,
  }: Pick<ConditionalOptions, 'maximumCycles' | 'tolerance' | 'onCycle'>,
): Maximum {
  let x = startOf(data, parameters, model);
  let here = evaluate(data, parameters, x);
  for (let cycle = 1; ; cycle += 1) {
    const covariance = constrainedInverse(here.information, parameters);
    if (covariance === undefined || x.some((value) => Math.abs(value) > 50))
      throw new IrtError(
        'no-finite-maximum',
        'data',
        data.ids.join(', '),
        'have no finite conditional estimates: a category or an item never stands against the others',
      );
    const { size } = parameters;
    const step = Float64Array.from({ length: size }, (_, i) =>
      here.gradient.reduce((sum, g, j) => sum + g * covariance[i * size + j], 0),
    );
    const largestStep = step.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    let share = Math.min(1, 3 / largestStep);
    let [next, there] = [x, here];
    for (let half = 0; half < 30; half += 1, share /= 2) {
      next = x.map((value, n) => value + share * step[n]);
      centre(parameters, next);
      there = evaluate(data, parameters, next);
      if (there.logLikelihood >= here.logLikelihood - 1e-9 * Math.abs(here.logLikelihood)) break;
    }
    const largestChange = share * largestStep;
    [x, here] = [next, there];
    onCycle?.(cycle, here.logLikelihood, largestChange);
    const converged = largestChange <= tolerance;
    if (converged || cycle >= maximumCycles)
      return { x, logLikelihood: here.logLikelihood, covariance, cycles: cycle, converged, largestChange };
  }
}

/**
 * Throws IrtError for adaptive data (marginal maximum likelihood is for those) and for items without finite estimates,
 * named.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { calibrateConditional, responseMatrix } from 'itemresponsetheory/calibration';
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
 * const { logLikelihood } = calibrateConditional(data, { design: 'linear', model: 'rasch' });
 * console.log(logLikelihood.toFixed(1)); // → -586.4
 * ```
 */
export function calibrateConditional(responses: ResponseMatrix, options: ConditionalOptions): ConditionalCalibration {
  const data = prepareRasch(responses, options);
  return conditionalResult(data, options, responses.persons);
}

function conditionalResult(data: RaschData, options: ConditionalOptions, persons: number): ConditionalCalibration {
  const { model } = options;
  const parameters = raschParameters(data, model);
  const { x, logLikelihood, covariance, cycles, converged, largestChange } = maximise(data, parameters, model, options);
  const { size, start, stepOf, constraints, names } = parameters;
  const steps = valuesOf(stepOf, x);
  const errorOf = (terms: RaschParameters['stepOf'][number]): number =>
    Math.sqrt(Math.max(0, covarianceBetween(terms, terms, covariance, size)));
  const items = data.ids.map((id, item): ConditionalItem => {
    const [from, to] = [start[item], start[item] + data.steps[item]];
    const [own, location] = [steps.slice(from, to), locationOf(parameters, data.steps, item)];
    const categoryCounts = Array.from({ length: own.length + 1 }, (_, k) => data.counts[item][k]);
    return {
      item: raschItem(model, id, own),
      standardErrors: stepOf.slice(from, to).map(errorOf),
      location: valuesOf([location], x)[0],
      locationStandardError: errorOf(location),
      responses: categoryCounts.reduce((sum, n) => sum + n, 0),
      categoryCounts,
    };
  });
  const thresholds = Array.from(x.subarray(data.ids.length), (value, v) => ({
    value,
    standardError: errorOf([{ at: data.ids.length + v, factor: 1 }]),
  }));
  return {
    model,
    items,
    ...(model === 'rsm' ? { thresholds } : {}),
    logLikelihood,
    freeParameters: size - constraints.length,
    cycles,
    converged,
    largestChange,
    parameters: names,
    covariance,
    booklets: bookletScores(
      data,
      items.map(({ item }) => item),
    ),
    emptyPersons: data.emptyPersons,
    extremePersons: Array.from({ length: persons }, (_, person) => person).filter(
      (person) => data.bookletOf[person] >= 0 && isExtreme(data, person),
    ).length,
  };
}

function bookletScores({ booklets }: RaschData, specs: readonly ItemSpec[]): ConditionalCalibration['booklets'] {
  const bank = createItemParameters(specs);
  return booklets.map(({ items, persons, highestScore }) => ({
    items,
    persons: persons.reduce((sum, n) => sum + n, 0),
    scores: Array.from({ length: Math.max(0, highestScore - 1) }, (_, n) => ({
      score: n + 1,
      persons: persons[n + 1],
      ...abilityOfScore(bank, items, n + 1),
    })),
  }));
}
