/**
 * Marginal maximum likelihood for dichotomous items by EM (Bock & Aitkin 1981) over sparse rows: Rasch (slopes 1, free variance) and
 * 2PL (θ ~ N(0,1)). Missing by design is ignorable (Mislevy & Wu 1996): adaptive rows too, if every answer that steered selection is there.
 */
import { IrtError } from '../errors.ts';
import { exp, log, sigmoid } from '../numeric/elementary.ts';
import { invertSymmetric } from '../numeric/cholesky.ts';
import { normalGrid } from '../quadrature/grid.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { accelerate } from './accelerate.ts';
import { type Booklets, findBooklets } from './booklets.ts';
import { createExpectation, expectation, type Expectation, type Parameters } from './expectation.ts';
import { latentDensity, varianceOf } from './prior.ts';
import { informationMatrix } from './standard-error.ts';

export type DichotomousModel = 'rasch' | '2pl';

export interface CalibrationOptions {
  readonly model: DichotomousModel;
  readonly points?: number;
  /** EM stops when no parameter (slope, intercept, log variance) changed by more than this in a plain cycle; default 1e-7. */
  readonly tolerance?: number;
  readonly maximumCycles?: number;
  /** Louis (exact observed information, default) or the cross-product of the persons' scores. */
  readonly standardErrors?: 'louis' | 'crossProduct';
  /** Called after each cycle; accelerated proposals are cycles too. */
  readonly onCycle?: (cycle: number, logLikelihood: number, largestChange: number) => void;
}

export interface CalibratedItem {
  readonly slope: number; readonly difficulty: number;
  /** NaN when the information matrix is singular: too few persons for so many parameters. */
  readonly slopeStandardError?: number; readonly difficultyStandardError: number;
  /** Persons who answered it, and the share who answered right. */
  readonly responses: number; readonly proportion: number;
}

export interface Calibration {
  readonly model: DichotomousModel;
  readonly items: readonly CalibratedItem[];
  /** Latent variance: free under Rasch, 1 under 2PL. */
  readonly variance: number;
  readonly varianceStandardError?: number;
  readonly logLikelihood: number;
  readonly cycles: number;
  readonly converged: boolean;
  /** Of a parameter in the last plain EM cycle. */
  readonly largestChange: number;
}

/** Each item needs a right and a wrong answer: otherwise its difficulty is infinite. */
function checkItems(data: ResponseMatrix): { responses: Uint32Array; correct: Uint32Array } {
  const responses = new Uint32Array(data.items);
  const correct = new Uint32Array(data.items);
  data.item.forEach((item, n) => {
    const category = data.category[n] ?? 0;
    if (category > 1) throw new IrtError('unknown-category', `response ${n}`, category, 'must be 0 or 1 under a dichotomous model');
    responses[item] = (responses[item] ?? 0) + 1;
    correct[item] = (correct[item] ?? 0) + category;
  });
  for (let item = 0; item < data.items; item += 1) {
    const [n, right] = [responses[item] ?? 0, correct[item] ?? 0];
    if (n === 0) throw new IrtError('item-without-responses', `item ${item}`, n, 'must have responses');
    if (right === 0 || right === n) throw new IrtError('item-without-variance', `item ${item}`, right / n, 'must have right and wrong answers');
  }
  return { responses, correct };
}

/** Newton steps on one item's expected log-likelihood, at most 1 in each parameter; `mass`: expected persons at each node. */
function maximiseItem(slope: number, intercept: number, mass: Float64Array, right: number, rightTheta: number, node: Float64Array, freeSlope: boolean): readonly [number, number] {
  let [a, d] = [slope, intercept];
  for (let step = 0; step < 8; step += 1) {
    let [g0, g1, h0, h1, h2] = [right, rightTheta, 0, 0, 0];
    for (let q = 0; q < node.length; q += 1) {
      const theta = node[q] ?? 0;
      const p = sigmoid(a * theta + d);
      const n = mass[q] ?? 0;
      g0 -= n * p; g1 -= n * p * theta;
      const weight = n * p * (1 - p);
      h0 += weight; h1 += weight * theta; h2 += weight * theta * theta;
    }
    const determinant = h0 * h2 - h1 * h1;
    const [toD, toA] = freeSlope ? [(h2 * g0 - h1 * g1) / determinant, (h0 * g1 - h1 * g0) / determinant] : [g0 / h0, 0];
    d += Math.min(1, Math.max(-1, toD));
    a += Math.min(1, Math.max(-1, toA));
    if (Math.abs(toD) + Math.abs(toA) < 1e-10) break;
  }
  return [a, d];
}

/** Parameters as one vector: slopes and intercepts; or intercepts and the log of the variance. */
const unpack = (x: Float64Array, items: number, freeSlope: boolean): Parameters => (freeSlope
  ? { slope: x.subarray(0, items), intercept: x.subarray(items), variance: 1 }
  : { slope: new Float64Array(items).fill(1), intercept: x.subarray(0, items), variance: exp(x[items] ?? 0) });

interface Problem { readonly data: ResponseMatrix; readonly booklets: Booklets; readonly work: Expectation; readonly freeSlope: boolean; readonly correct: Uint32Array }

/** The EM map: E-step at x, M-step to `out`; returns the log-likelihood at x. */
function emStep({ data, booklets, work, freeSlope, correct }: Problem, x: Float64Array, out: Float64Array): number {
  const { items } = data;
  const points = work.node.length;
  const parameters = unpack(x, items, freeSlope);
  const { logLikelihood, secondMoment } = expectation(data, parameters, latentDensity(work.node, parameters.variance).logWeight, booklets, work);
  const mass = new Float64Array(items * points);
  booklets.items.forEach((list, booklet) => { for (const item of list) for (let q = 0; q < points; q += 1) mass[item * points + q] = (mass[item * points + q] ?? 0) + (work.mass[booklet * points + q] ?? 0); });
  for (let item = 0; item < items; item += 1) {
    const [a, d] = maximiseItem(parameters.slope[item] ?? 1, parameters.intercept[item] ?? 0, mass.subarray(item * points, (item + 1) * points), correct[item] ?? 0, work.rightTheta[item] ?? 0, work.node, freeSlope);
    if (freeSlope) { out[item] = a; out[items + item] = d; } else out[item] = d;
  }
  if (!freeSlope) out[items] = log(varianceOf(work.node, secondMoment));
  return logLikelihood;
}

/** Throws IrtError for items that cannot be calibrated, naming them; non-convergence is reported, not thrown. */
export function calibrate(data: ResponseMatrix, options: CalibrationOptions): Calibration {
  const { model, points = 61, tolerance = 1e-7, maximumCycles = 3000, standardErrors = 'louis', onCycle } = options;
  const { responses, correct } = checkItems(data);
  const freeSlope = model === '2pl';
  const booklets = findBooklets(data);
  const work = createExpectation(normalGrid({ points }).node, data.items, booklets.items.length);
  const problem: Problem = { data, booklets, work, freeSlope, correct };
  const proportion = Array.from(responses, (n, item) => (correct[item] ?? 0) / n);
  const easiness = proportion.map((p) => log(p / (1 - p)));
  const start = Float64Array.from(freeSlope ? [...easiness.map(() => 1), ...easiness] : [...easiness, 0]);
  const fit = accelerate((x, out) => emStep(problem, x, out), start, { tolerance, maximumSteps: maximumCycles, ...(onCycle === undefined ? {} : { onStep: onCycle }) });
  const parameters = unpack(fit.x, data.items, freeSlope);
  const { logLikelihood } = expectation(data, parameters, latentDensity(work.node, parameters.variance).logWeight, booklets, work);
  const { matrix, size } = informationMatrix({ data, parameters, booklets, work, freeSlope, method: standardErrors });
  const covariance = invertSymmetric(matrix, size);
  const at = (i: number, j: number): number => covariance?.[i * size + j] ?? NaN;
  const items = Array.from({ length: data.items }, (_, item) => calibratedItem(parameters, item, freeSlope, at, responses[item] ?? 0, proportion[item] ?? 0));
  const { steps: cycles, converged, largestChange } = fit;
  return { model, items, variance: parameters.variance, logLikelihood, cycles, converged, largestChange, ...(freeSlope ? {} : { varianceStandardError: Math.sqrt(at(size - 1, size - 1)) }) };
}

/** b = −d/a by the delta method: Var b = Var d/a² + d²·Var a/a⁴ − 2d·Cov/a³. */
function calibratedItem({ slope, intercept }: Parameters, item: number, freeSlope: boolean, covariance: (i: number, j: number) => number, responses: number, proportion: number): CalibratedItem {
  const [a, d] = [slope[item] ?? 1, intercept[item] ?? 0];
  const i = freeSlope ? 2 * item : item;
  const [interceptVariance, slopeVariance, joint] = [covariance(i, i), freeSlope ? covariance(i + 1, i + 1) : 0, freeSlope ? covariance(i, i + 1) : 0];
  const difficultyVariance = interceptVariance / (a * a) + (d * d * slopeVariance) / a ** 4 - (2 * d * joint) / a ** 3;
  return { slope: a, difficulty: -d / a, difficultyStandardError: Math.sqrt(difficultyVariance), responses, proportion, ...(freeSlope ? { slopeStandardError: Math.sqrt(slopeVariance) } : {}) };
}
