/**
 * The M-step: Fisher scoring on items, or on blocks that share parameters; moments of the populations. And the
 * gradient, which is the same sums.
 */
import { IrtError } from '../errors.ts';
import { invertSymmetric } from '../numeric/cholesky.ts';
import { log } from '../numeric/elementary.ts';
import type { DensityMoments } from './e-step.ts';
import { evaluateFamily, type FamilyWork, isPossible, type ItemModelName, prepareFamily } from './family.ts';
import { constrainedWeights, matchMoments, normalOnGrid } from './latent.ts';
import { type ItemLayout, meanOf, varianceIndex, varianceOf } from './layout.ts';
import type { CalibrationProblem } from './problem.ts';
import { sumsLayout } from './slice.ts';

/** Gradient and expected information of a block's expected log-likelihood at x, and its value. */
export function blockAt(
  problem: CalibrationProblem,
  block: readonly number[],
  x: Float64Array,
  place: ReadonlyMap<number, number>,
): BlockAt {
  const size = place.size;
  const out: BlockAt = { gradient: new Float64Array(size), information: new Float64Array(size * size), value: 0 };
  for (const item of block) {
    const part = problem.parts[item];
    if (part === undefined || part.model === 'fixed') continue;
    const at = Int32Array.from(part.index, (n) => place.get(n) ?? 0);
    const local = Float64Array.from(part.index, (n) => x[n]);
    if (part.isExponential) addExponential(problem, part, part.model, local, at, out);
    else addByNode(problem, part, part.model, local, at, out);
  }
  for (const [n, at] of place) {
    const prior = problem.priors[n]?.(x[n]);
    if (prior === undefined) continue;
    out.value += prior.value;
    out.gradient[at] += prior.gradient;
    out.information[at * size + at] += prior.information;
  }
  return out;
}

interface BlockAt {
  readonly gradient: Float64Array;
  readonly information: Float64Array;
  value: number;
}

/** + mass·Σ_k P_k·s_k·s_k′ at one node; scores in `work`. */
function addInformation(
  work: FamilyWork,
  categories: number,
  mass: number,
  at: Int32Array,
  { gradient, information }: BlockAt,
): void {
  const [p, size] = [at.length, gradient.length];
  for (let k = 0; k < categories; k += 1) {
    const w = mass * work.p[k];
    for (let i = 0; i < p; i += 1) {
      const si = w * work.score[k * p + i];
      if (si === 0) continue;
      const row = at[i];
      for (let j = 0; j <= i; j += 1) {
        const column = at[j];
        const cell = row >= column ? row * size + column : column * size + row;
        information[cell] += si * work.score[k * p + j];
      }
    }
  }
}

/** Counts by category and node. */
function addByNode(
  { node, shape: { stride }, counts: { sums }, work }: CalibrationProblem,
  { categories, line }: ItemLayout,
  model: ItemModelName,
  local: Float64Array,
  at: Int32Array,
  out: BlockAt,
): void {
  const p = at.length;
  prepareFamily(model, categories, local, work);
  for (let q = 0; q < node.length; q += 1) {
    let mass = 0;
    for (let k = 0; k < categories; k += 1) mass += sums[(line + k) * stride + q];
    if (mass < 1e-12) continue;
    evaluateFamily(model, categories, local, node[q], work);
    for (let k = 0; k < categories; k += 1) {
      const r = sums[(line + k) * stride + q];
      if (r === 0) continue;
      out.value += r * work.logP[k];
      for (let i = 0; i < p; i += 1) out.gradient[at[i]] += r * work.score[k * p + i];
    }
    addInformation(work, categories, mass, at, out);
  }
}

/**
 * Exponential families: s_k − s_0 is α_k + β_k·θ, read off at θ = 0 and 1, so Σ over the persons of category k needs
 * only their number and ΣEAP; what is left, s_0 and ln P_0, goes with the persons at each node.
 */
function addExponential(
  { node, shape, counts: { sums, persons }, work }: CalibrationProblem,
  { categories, row, line }: ItemLayout,
  model: ItemModelName,
  local: Float64Array,
  at: Int32Array,
  out: BlockAt,
): void {
  const [p, { eap }] = [at.length, sumsLayout(shape)];
  prepareFamily(model, categories, local, work);
  // Σ_k [f(0)·(persons − ΣEAP) + f(1)·ΣEAP] for every f affine in θ.
  for (const theta of [0, 1]) {
    evaluateFamily(model, categories, local, theta, work);
    for (let k = 1; k < categories; k += 1) {
      const first = sums[eap + row + k];
      const share = theta === 0 ? persons[row + k] - first : first;
      out.value += share * (work.logP[k] - work.logP[0]);
      for (let i = 0; i < p; i += 1) out.gradient[at[i]] += share * (work.score[k * p + i] - work.score[i]);
    }
  }
  for (let q = 0; q < node.length; q += 1) {
    const w = sums[line * shape.stride + q];
    if (w < 1e-12) continue;
    evaluateFamily(model, categories, local, node[q], work);
    out.value += w * work.logP[0];
    for (let i = 0; i < p; i += 1) out.gradient[at[i]] += w * work.score[i];
    addInformation(work, categories, w, at, out);
  }
}

const isPossibleBlock = ({ parts }: CalibrationProblem, block: readonly number[], x: Float64Array): boolean =>
  block.every((item) => {
    const { model = 'fixed', index = [] } = parts[item];
    return (
      model === 'fixed' ||
      isPossible(
        model,
        index.map((n) => x[n]),
      )
    );
  });

/** Fisher scoring, halving a step that does not help; what cannot be inverted stays where it is. */
export function maximiseBlock(problem: CalibrationProblem, block: readonly number[], x: Float64Array): void {
  const indices = [...new Set(block.flatMap((item) => problem.parts[item].index))];
  const place = new Map(indices.map((n, at) => [n, at]));
  let here = blockAt(problem, block, x, place);
  for (let step = 0; step < 12; step += 1) {
    const size = indices.length;
    const inverse = invertSymmetric(here.information, size);
    if (inverse === undefined) return;
    const move = indices.map((_, i) => {
      let sum = 0;
      for (let j = 0; j < size; j += 1) sum += inverse[i * size + j] * here.gradient[j];
      return Math.max(-1, Math.min(1, sum));
    });
    const largest = move.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const from = indices.map((n) => x[n]);
    const take = (factor: number): void => {
      indices.forEach((n, i) => {
        x[n] = from[i] + factor * move[i];
      });
    };
    // Newton's error is of the order of the square of its step: the next cycle moves the target by more than what is
    // left, and value and gradient there are not needed.
    if (largest < 1e-3) {
      take(1);
      if (isPossibleBlock(problem, block, x)) return;
    }
    for (let factor = 1; ;) {
      take(factor);
      const next = blockAt(problem, block, x, place);
      if (next.value >= here.value - 1e-9 * Math.abs(here.value)) {
        here = next;
        break;
      }
      factor /= 2;
      if (factor < 1e-4) {
        take(0);
        return;
      }
    }
  }
}

/** Means and variances from the posterior mass; regression by least squares of the EAPs. */
export function maximiseLatent(problem: CalibrationProblem, moments: readonly DensityMoments[], x: Float64Array): void {
  const { latent, node } = problem;
  if (latent.histogram.length > 0) {
    maximiseHistograms(problem, x);
    return;
  }
  if (latent.kind === 'groups') {
    moments.forEach(({ total, first, second }, g) => {
      const [mean, logVariance] = [latent.mean[g], latent.logVariance[g]];
      if (total === 0 || (mean < 0 && logVariance < 0)) return;
      const matched = matchMoments(node, first / total, second / total, mean >= 0);
      if (mean >= 0) x[mean] = matched.mean;
      if (logVariance >= 0) x[logVariance] = log(matched.variance);
    });
    return;
  }
  const p = latent.mean.length;
  const [cross, right] = [new Float64Array(p * p), new Float64Array(p)];
  moments.forEach(({ total, first }, d) => {
    const row = latent.design[d];
    for (let i = 0; i < p; i += 1) {
      right[i] += row[i] * first;
      for (let j = 0; j < p; j += 1) cross[i * p + j] += total * row[i] * row[j];
    }
  });
  const inverse = invertSymmetric(cross, p);
  if (inverse === undefined)
    throw new IrtError('covariates-dependent', 'covariates', p, 'must be linearly independent');
  latent.mean.forEach((n, i) => {
    let sum = 0;
    for (let j = 0; j < p; j += 1) sum += inverse[i * p + j] * right[j];
    x[n] = sum;
  });
  let [residual, persons] = [0, 0];
  moments.forEach(({ total, first, second }, d) => {
    const mu = meanOf(latent, d, x);
    residual += second - 2 * mu * first + mu * mu * total;
    persons += total;
  });
  const at = latent.logVariance[0];
  if (at >= 0) x[at] = log(Math.max(1e-4, residual / persons));
}

/** Free weights are the posterior mass, bent to the mean and variance that are given. */
function maximiseHistograms(
  { latent: { histogram }, node, shape, counts: { sums } }: CalibrationProblem,
  x: Float64Array,
): void {
  const layout = sumsLayout(shape);
  const weights = new Float64Array(node.length);
  histogram.forEach(({ at, given }, g) => {
    const from = layout.density + g * layout.width;
    const mass = sums.subarray(from, from + node.length);
    const total = mass.reduce((sum, m) => sum + m, 0);
    if (total === 0) return;
    if (given === 'nothing') for (let q = 0; q < node.length; q += 1) weights[q] = mass[q] / total;
    else constrainedWeights(node, mass, given === 'mean and variance', weights);
    for (let q = 0; q < node.length; q += 1) x[at + q] = Math.sqrt(weights[q]);
  });
}

/** Score of a normal on the grid: sufficient statistics minus their expectation under the density. */
export function addLatentScore(
  { latent, node }: CalibrationProblem,
  density: number,
  { total, first, second }: DensityMoments,
  x: Float64Array,
  out: Float64Array,
): void {
  if (latent.histogram.length > 0) return;
  const [mean, variance] = [meanOf(latent, density, x), varianceOf(latent, density, x)];
  const at = normalOnGrid(node, mean, variance);
  const byMean = (first - total * at.mean) / variance;
  const spread = (m1: number, m2: number, n: number): number => m2 - 2 * mean * m1 + mean * mean * n;
  const byLogVariance = (spread(first, second, total) - total * spread(at.mean, at.second, 1)) / (2 * variance);
  if (latent.kind === 'groups') {
    const n = latent.mean[density];
    if (n >= 0) out[n] += byMean;
  } else
    latent.mean.forEach((n, i) => {
      out[n] += byMean * latent.design[density][i];
    });
  const v = varianceIndex(latent, density);
  if (v >= 0) out[v] += byLogVariance;
}
