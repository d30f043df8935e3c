/**
 * Marginal maximum likelihood for dichotomous items by EM (Bock & Aitkin 1981) over sparse rows: Rasch (slopes 1, free variance) and
 * 2PL (θ ~ N(0,1)). Standard errors from the cross-product of the persons' scores. Missing by design is ignorable (Mislevy & Wu 1996).
 */
import { IrtError } from '../errors.ts';
import { exp, log, log1p } from '../numeric/elementary.ts';
import { invertSymmetric } from '../numeric/cholesky.ts';
import { normalGrid } from '../quadrature/grid.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';

export type DichotomousModel = 'rasch' | '2pl';

export interface CalibrationOptions {
  readonly model: DichotomousModel;
  readonly points?: number;
  /** EM stops when no parameter (slope, intercept, variance) changed by more than this in a cycle; default 1e-6. */
  readonly tolerance?: number;
  readonly maximumCycles?: number;
  /** Called after each cycle. */
  readonly onCycle?: (cycle: number, logLikelihood: number, largestChange: number) => void;
}

export interface CalibratedItem {
  readonly slope: number; readonly difficulty: number;
  readonly slopeStandardError?: number; readonly difficultyStandardError: number;
  /** Persons who answered it, and the share who answered right. */
  readonly responses: number; readonly proportion: number;
}

export interface Calibration {
  readonly model: DichotomousModel;
  readonly items: readonly CalibratedItem[];
  /** Latent variance: free under Rasch, 1 under 2PL. */
  readonly variance: number;
  readonly logLikelihood: number;
  readonly cycles: number;
  readonly converged: boolean;
  readonly largestChange: number;
}

interface State { readonly slope: Float64Array; readonly intercept: Float64Array; variance: number }
interface Work { readonly node: Float64Array; weight: Float64Array; readonly logRight: Float64Array; readonly logWrong: Float64Array; readonly right: Float64Array; readonly total: Float64Array; readonly posterior: Float64Array }

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

/** log P and log(1−P) of every item at every node. */
function fillTables({ slope, intercept }: State, work: Work): void {
  const points = work.node.length;
  slope.forEach((a, item) => {
    for (let q = 0; q < points; q += 1) {
      const z = a * (work.node[q] ?? 0) + (intercept[item] ?? 0);
      const tail = log1p(exp(-Math.abs(z)));
      work.logRight[item * points + q] = z >= 0 ? -tail : z - tail;
      work.logWrong[item * points + q] = z >= 0 ? -z - tail : -tail;
    }
  });
}

/** Posterior weights of one person into work.posterior; returns the person's log-likelihood. */
function posteriorOf(data: ResponseMatrix, person: number, work: Work): number {
  const points = work.node.length;
  const { posterior } = work;
  for (let q = 0; q < points; q += 1) posterior[q] = work.weight[q] ?? 0;
  for (let n = data.rowStart[person] ?? 0; n < (data.rowStart[person + 1] ?? 0); n += 1) {
    const table = data.category[n] === 1 ? work.logRight : work.logWrong;
    const start = (data.item[n] ?? 0) * points;
    for (let q = 0; q < points; q += 1) posterior[q] = (posterior[q] ?? 0) + (table[start + q] ?? 0);
  }
  let maximum = -Infinity;
  for (let q = 0; q < points; q += 1) maximum = Math.max(maximum, posterior[q] ?? -Infinity);
  let sum = 0;
  for (let q = 0; q < points; q += 1) { const w = exp((posterior[q] ?? 0) - maximum); posterior[q] = w; sum += w; }
  for (let q = 0; q < points; q += 1) posterior[q] = (posterior[q] ?? 0) / sum;
  return maximum + log(sum);
}

/** Expected counts of persons and right answers at each node, by item; second moment of θ for the variance. */
function expectation(data: ResponseMatrix, work: Work): { logLikelihood: number; secondMoment: number } {
  const points = work.node.length;
  work.right.fill(0);
  work.total.fill(0);
  let logLikelihood = 0;
  let secondMoment = 0;
  for (let person = 0; person < data.persons; person += 1) {
    logLikelihood += posteriorOf(data, person, work);
    for (let q = 0; q < points; q += 1) secondMoment += (work.posterior[q] ?? 0) * (work.node[q] ?? 0) ** 2;
    for (let n = data.rowStart[person] ?? 0; n < (data.rowStart[person + 1] ?? 0); n += 1) {
      const start = (data.item[n] ?? 0) * points;
      const isRight = data.category[n] === 1;
      for (let q = 0; q < points; q += 1) {
        const w = work.posterior[q] ?? 0;
        work.total[start + q] = (work.total[start + q] ?? 0) + w;
        if (isRight) work.right[start + q] = (work.right[start + q] ?? 0) + w;
      }
    }
  }
  return { logLikelihood, secondMoment: secondMoment / data.persons };
}

/** A few Newton steps on one item's expected log-likelihood in slope and intercept, at most 1 logit each. */
function maximiseItem(state: State, work: Work, item: number, freeSlope: boolean): void {
  const points = work.node.length;
  for (let step = 0; step < 5; step += 1) {
    let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
    for (let q = 0; q < points; q += 1) {
      const theta = work.node[q] ?? 0;
      const z = (state.slope[item] ?? 1) * theta + (state.intercept[item] ?? 0);
      const p = z >= 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z));
      const n = work.total[item * points + q] ?? 0;
      const residual = (work.right[item * points + q] ?? 0) - n * p;
      const weight = n * p * (1 - p);
      g0 += residual; h00 += weight;
      if (freeSlope) { g1 += residual * theta; h01 += weight * theta; h11 += weight * theta * theta; }
    }
    const determinant = h00 * h11 - h01 * h01;
    const d = freeSlope ? (h11 * g0 - h01 * g1) / determinant : g0 / h00;
    const a = freeSlope ? (h00 * g1 - h01 * g0) / determinant : 0;
    const bounded = (x: number): number => Math.min(1, Math.max(-1, x));
    state.intercept[item] = (state.intercept[item] ?? 0) + bounded(d);
    state.slope[item] = (state.slope[item] ?? 1) + bounded(a);
    if (Math.abs(d) + Math.abs(a) < 1e-9) return;
  }
}

const logWeights = (points: number, variance: number): Float64Array => normalGrid({ points, sd: Math.sqrt(variance) }).weight.map(log);

/** Throws IrtError for items that cannot be calibrated, naming them; non-convergence is reported, not thrown. */
export function calibrate(data: ResponseMatrix, options: CalibrationOptions): Calibration {
  const { model, points = 61, tolerance = 1e-6, maximumCycles = 2000, onCycle } = options;
  const { responses, correct } = checkItems(data);
  const freeSlope = model === '2pl';
  const proportion = Array.from(responses, (n, item) => (correct[item] ?? 0) / n);
  const state: State = { slope: new Float64Array(data.items).fill(1), intercept: Float64Array.from(proportion, (p) => log(p / (1 - p))), variance: 1 };
  const size = data.items * points;
  const work: Work = { node: normalGrid({ points }).node, weight: logWeights(points, 1), logRight: new Float64Array(size), logWrong: new Float64Array(size), right: new Float64Array(size), total: new Float64Array(size), posterior: new Float64Array(points) };
  let [cycles, largestChange, logLikelihood] = [0, Infinity, -Infinity];
  while (cycles < maximumCycles && largestChange > tolerance) {
    cycles += 1;
    const before = { slope: state.slope.slice(), intercept: state.intercept.slice(), variance: state.variance };
    fillTables(state, work);
    const expected = expectation(data, work);
    logLikelihood = expected.logLikelihood;
    for (let item = 0; item < data.items; item += 1) maximiseItem(state, work, item, freeSlope);
    if (!freeSlope) { state.variance = expected.secondMoment; work.weight = logWeights(points, state.variance); }
    largestChange = changeBetween(before, state);
    onCycle?.(cycles, logLikelihood, largestChange);
  }
  fillTables(state, work);
  logLikelihood = expectation(data, work).logLikelihood;
  const errors = standardErrors(data, state, work, freeSlope);
  const items = Array.from({ length: data.items }, (_, item) => calibratedItem(state, item, errors, freeSlope, responses[item] ?? 0, proportion[item] ?? 0));
  return { model, items, variance: state.variance, logLikelihood, cycles, converged: largestChange <= tolerance, largestChange };
}

function changeBetween(before: State, after: State): number {
  let largest = Math.abs(after.variance - before.variance);
  after.slope.forEach((a, item) => { largest = Math.max(largest, Math.abs(a - (before.slope[item] ?? 0)), Math.abs((after.intercept[item] ?? 0) - (before.intercept[item] ?? 0))); });
  return largest;
}

interface ItemErrors { readonly slopeVariance: number; readonly interceptVariance: number; readonly covariance: number }

/** Cross-product (empirical information) over slopes, intercepts and, under Rasch, the variance: Σ s·sᵀ inverted. */
function standardErrors(data: ResponseMatrix, state: State, work: Work, freeSlope: boolean): ItemErrors[] {
  const perItem = freeSlope ? 2 : 1;
  const count = data.items * perItem + (freeSlope ? 0 : 1);
  const information = new Float64Array(count * count);
  const score = new Float64Array(count);
  const points = work.node.length;
  for (let person = 0; person < data.persons; person += 1) {
    posteriorOf(data, person, work);
    const touched: number[] = [];
    for (let n = data.rowStart[person] ?? 0; n < (data.rowStart[person + 1] ?? 0); n += 1) {
      const item = data.item[n] ?? 0;
      let [s0, s1] = [0, 0];
      for (let q = 0; q < points; q += 1) {
        const residual = ((data.category[n] ?? 0) - exp(work.logRight[item * points + q] ?? 0)) * (work.posterior[q] ?? 0);
        s0 += residual;
        s1 += residual * (work.node[q] ?? 0);
      }
      score[item * perItem] = s0;
      touched.push(item * perItem);
      if (freeSlope) { score[item * perItem + 1] = s1; touched.push(item * perItem + 1); }
    }
    if (!freeSlope) { score[count - 1] = varianceScore(state.variance, work); touched.push(count - 1); }
    for (const i of touched) for (const j of touched) information[i * count + j] = (information[i * count + j] ?? 0) + (score[i] ?? 0) * (score[j] ?? 0);
  }
  const covariance = invertSymmetric(information, count);
  const at = (i: number, j: number): number => covariance[i * count + j] ?? NaN;
  return Array.from({ length: data.items }, (_, item) => {
    const i = item * perItem;
    return { interceptVariance: at(i, i), slopeVariance: freeSlope ? at(i + 1, i + 1) : 0, covariance: freeSlope ? at(i, i + 1) : 0 };
  });
}

/** d log N(θ; 0, σ²)/dσ² averaged over the posterior. */
function varianceScore(variance: number, { node, posterior }: Work): number {
  let sum = 0;
  for (let q = 0; q < node.length; q += 1) sum += (posterior[q] ?? 0) * (((node[q] ?? 0) ** 2 - variance) / (2 * variance * variance));
  return sum;
}

/** b = −d/a by the delta method. */
function calibratedItem(state: State, item: number, errors: readonly ItemErrors[], freeSlope: boolean, responses: number, proportion: number): CalibratedItem {
  const [a, d] = [state.slope[item] ?? 1, state.intercept[item] ?? 0];
  const { slopeVariance = NaN, interceptVariance = NaN, covariance = NaN } = errors[item] ?? {};
  const difficultyVariance = interceptVariance / (a * a) + (d * d * slopeVariance) / a ** 4 - (2 * d * covariance) / a ** 3;
  return { slope: a, difficulty: -d / a, difficultyStandardError: Math.sqrt(difficultyVariance), responses, proportion, ...(freeSlope ? { slopeStandardError: Math.sqrt(slopeVariance) } : {}) };
}
