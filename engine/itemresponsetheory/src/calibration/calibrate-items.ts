/**
 * Marginal maximum likelihood by EM (Bock & Aitkin 1981) for every model of the package, mixed in one form, over sparse rows: several groups or a
 * latent regression, priors, fixed items (fixed-item-parameter calibration with a free population, Kim 2006). Every probability comes from one
 * table of ln P by item, category and node, rebuilt each cycle; SQUAREM between cycles; convergence is judged on the plain EM map.
 */
import { IrtError } from '../errors.ts';
import { exp, log } from '../numeric/elementary.ts';
import { invertSymmetric } from '../numeric/cholesky.ts';
import { createItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import { categoryProbabilities } from '../models/probability.ts';
import { normalGrid } from '../quadrature/grid.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { accelerate } from './accelerate.ts';
import { createFamilyWork, evaluateFamily, type FamilyWork, hasUnitSlope, type ItemModelName, parameterNames, reportedOf, specOf, startValues } from './family.ts';
import { matchMoments, normalOnGrid } from './latent.ts';
import { type Flag, type Patterns, preparePatterns } from './patterns.ts';
import { type LogPrior, type Priors, priorOf } from './parameter-prior.ts';

export interface CalibrateItemsOptions {
  /** One for all items, or one for each. */
  readonly models: ItemModelName | readonly ItemModelName[];
  readonly ids?: readonly string[];
  /** Group of each person, 0-based; the first is the reference. */
  readonly group?: ArrayLike<number>;
  /** Items that keep these parameters; then mean and variance of every group are free. */
  readonly fixed?: ReadonlyMap<number, ItemSpec>;
  /** With fixed items: the population stays N(0, 1) all the same (multiple EM cycles without prior updating). Default free. */
  readonly population?: 'free' | 'standard';
  /** With fixed items: whose answers tell about ability. 'fixed' alone is OEM (Wainer & Mislevy 1990); default 'all'. */
  readonly posteriorFrom?: 'all' | 'fixed';
  /** Row-major persons × covariates: θ ~ N(Xβ, σ²); instead of groups. */
  readonly covariates?: { readonly matrix: Float64Array; readonly names: readonly string[] };
  readonly priors?: Priors;
  readonly points?: number;
  /** EM stops when no parameter changed by more than this in a plain cycle; default 1e-6. */
  readonly tolerance?: number;
  readonly maximumCycles?: number;
  readonly standardErrors?: 'oakes' | 'crossProduct' | 'sandwich' | 'none';
  readonly onCycle?: (cycle: number, logLikelihood: number, largestChange: number) => void;
}

export interface CalibratedItemResult {
  readonly item: ItemSpec;
  readonly model: ItemModelName | 'fixed';
  /** Of slope (NaN where it is not estimated) then difficulty or steps, then lower; nominal: slopes, then intercepts. Empty for fixed items. */
  readonly standardErrors: readonly number[];
  readonly responses: number;
  readonly categoryCounts: readonly number[];
}

export interface LatentGroup { readonly mean: number; readonly variance: number; readonly meanStandardError?: number; readonly varianceStandardError?: number; readonly persons: number }

export interface ItemsCalibration {
  readonly items: readonly CalibratedItemResult[];
  readonly groups: readonly LatentGroup[];
  readonly regression?: { readonly names: readonly string[]; readonly coefficients: readonly number[]; readonly standardErrors: readonly number[]; readonly residualVariance: number };
  readonly logLikelihood: number;
  readonly logPrior: number;
  readonly cycles: number;
  readonly converged: boolean;
  readonly largestChange: number;
  /** Largest |∂ ln L/∂x|·SE: how far the end is from a maximum, in standard errors; NaN without standard errors. */
  readonly largestGradient: number;
  /** Names of the free parameters, item:parameter; rows and columns of `covariance` (row-major; undefined when singular or not asked for). */
  readonly parameters: readonly string[];
  readonly covariance?: Float64Array;
  readonly flags: readonly Flag[];
  readonly emptyPersons: number;
}

/** One item of the problem: where its free parameters stand in x. */
interface Part { readonly model: ItemModelName | 'fixed'; readonly categories: number; readonly index: readonly number[]; readonly row: number }

interface Problem {
  readonly patterns: Patterns;
  readonly parts: readonly Part[];
  /** Items that share parameters are maximised together. */
  readonly blocks: readonly (readonly number[])[];
  readonly node: Float64Array;
  readonly priors: readonly (LogPrior | undefined)[];
  readonly latent: Latent;
  readonly table: Float64Array;
  readonly expected: Float64Array;
  readonly work: FamilyWork;
  /** Rows (by item) from which the posterior is made: 1, or 0 for new items under OEM. */
  readonly tells: Uint8Array;
}

/** Where the populations' parameters stand in x: means, then ln of variances; −1 = fixed at 0 and 1. */
interface Latent {
  readonly kind: 'groups' | 'regression';
  readonly mean: readonly number[]; readonly logVariance: readonly number[];
  /** Regression: covariates of each density. */
  readonly design: readonly Float64Array[];
}

const meanOf = (latent: Latent, density: number, x: Float64Array): number => (latent.kind === 'groups'
  ? ((latent.mean[density] ?? -1) < 0 ? 0 : x[latent.mean[density] ?? 0] ?? 0)
  : (latent.design[density] ?? new Float64Array(0)).reduce((sum, value, n) => sum + value * (x[latent.mean[n] ?? 0] ?? 0), 0));
const varianceIndex = (latent: Latent, density: number): number => latent.logVariance[latent.kind === 'groups' ? density : 0] ?? -1;
const varianceOf = (latent: Latent, density: number, x: Float64Array): number => { const at = varianceIndex(latent, density); return at < 0 ? 1 : exp(x[at] ?? 0); };

/** ln P of every free item at every node; fixed items were filled once. */
function fillTable({ parts, node, table, work }: Problem, x: Float64Array): void {
  const points = node.length;
  for (const { model, categories, index, row } of parts) {
    if (model === 'fixed') continue;
    const local = Float64Array.from(index, (n) => x[n] ?? 0);
    for (let q = 0; q < points; q += 1) {
      evaluateFamily(model, categories, local, node[q] ?? 0, work);
      for (let k = 0; k < categories; k += 1) table[(row + k) * points + q] = work.logP[k] ?? 0;
    }
  }
}

interface Expectation { readonly logLikelihood: number; /** Posterior mass at each node, by density. */ readonly mass: readonly Float64Array[] }

/** The E-step: expected counts of every item, category and node into problem.expected. `only`: rows to use. */
function expectation(problem: Problem, x: Float64Array, only?: Uint32Array, onRow?: (row: number, posterior: Float64Array) => void): Expectation {
  const { patterns: { rows, rowStart, item, category, weight, density }, parts, node, table, expected, latent, tells } = problem;
  const points = node.length;
  fillTable(problem, x);
  expected.fill(0);
  const densities = latent.kind === 'groups' ? latent.mean.length : latent.design.length;
  const prior = Array.from({ length: densities }, (_, d) => normalOnGrid(node, meanOf(latent, d, x), varianceOf(latent, d, x)).logWeight);
  const mass = prior.map(() => new Float64Array(points));
  const itemRow = Uint32Array.from(parts, ({ row }) => row);
  const posterior = new Float64Array(points);
  let logLikelihood = 0;
  const count = only?.length ?? rows;
  for (let n = 0; n < count; n += 1) {
    const row = only === undefined ? n : only[n] ?? 0;
    const [from, to, which] = [rowStart[row] ?? 0, rowStart[row + 1] ?? 0, density[row] ?? 0];
    posterior.set(prior[which] ?? posterior);
    for (let r = from; r < to; r += 1) {
      const one = item[r] ?? 0;
      if (tells[one] === 0) continue;
      let at = ((itemRow[one] ?? 0) + (category[r] ?? 0)) * points;
      for (let q = 0; q < points; q += 1, at += 1) posterior[q] = (posterior[q] ?? 0) + (table[at] ?? 0);
    }
    let most = -Infinity;
    for (let q = 0; q < points; q += 1) { const w = posterior[q] ?? 0; if (w > most) most = w; }
    let total = 0;
    for (let q = 0; q < points; q += 1) { const d = (posterior[q] ?? 0) - most; const w = d < -60 ? 0 : exp(d); posterior[q] = w; total += w; }
    const persons = weight[row] ?? 1;
    logLikelihood += persons * (most + log(total));
    if (onRow !== undefined) { for (let q = 0; q < points; q += 1) posterior[q] = (posterior[q] ?? 0) / total; onRow(row, posterior); continue; }
    const scale = persons / total;
    const here = mass[which];
    for (let q = 0; q < points; q += 1) { const w = (posterior[q] ?? 0) * scale; posterior[q] = w; if (here !== undefined) here[q] = (here[q] ?? 0) + w; }
    for (let r = from; r < to; r += 1) {
      let at = ((itemRow[item[r] ?? 0] ?? 0) + (category[r] ?? 0)) * points;
      for (let q = 0; q < points; q += 1, at += 1) expected[at] = (expected[at] ?? 0) + (posterior[q] ?? 0);
    }
  }
  return { logLikelihood, mass };
}

/** Gradient and expected information of a block's expected log-likelihood at x, and its value. */
function blockAt({ parts, node, expected, work, priors }: Problem, block: readonly number[], x: Float64Array, place: ReadonlyMap<number, number>): { gradient: Float64Array; information: Float64Array; value: number } {
  const [points, size] = [node.length, place.size];
  const [gradient, information] = [new Float64Array(size), new Float64Array(size * size)];
  let value = 0;
  for (const item of block) {
    const part = parts[item];
    if (part === undefined || part.model === 'fixed') continue;
    const { model, categories, index, row } = part;
    const local = Float64Array.from(index, (n) => x[n] ?? 0);
    const at = Int32Array.from(index, (n) => place.get(n) ?? 0);
    const p = index.length;
    for (let q = 0; q < points; q += 1) {
      let mass = 0;
      for (let k = 0; k < categories; k += 1) mass += expected[(row + k) * points + q] ?? 0;
      if (mass < 1e-12) continue;
      evaluateFamily(model, categories, local, node[q] ?? 0, work);
      for (let k = 0; k < categories; k += 1) {
        const r = expected[(row + k) * points + q] ?? 0;
        const w = mass * exp(work.logP[k] ?? 0);
        if (r > 0) value += r * (work.logP[k] ?? 0);
        for (let i = 0; i < p; i += 1) {
          const si = work.score[k * p + i] ?? 0;
          const gi = at[i] ?? 0;
          gradient[gi] = (gradient[gi] ?? 0) + r * si;
          for (let j = 0; j <= i; j += 1) { const cell = gi * size + (at[j] ?? 0); information[cell] = (information[cell] ?? 0) + w * si * (work.score[k * p + j] ?? 0); }
        }
      }
    }
  }
  for (const [n, at] of place) {
    const prior = priors[n]?.(x[n] ?? 0);
    if (prior === undefined) continue;
    value += prior.value;
    gradient[at] = (gradient[at] ?? 0) + prior.gradient;
    information[at * size + at] = (information[at * size + at] ?? 0) + prior.information;
  }
  return { gradient, information, value };
}

/** Fisher scoring, halving a step that does not help; what cannot be inverted stays where it is. */
function maximiseBlock(problem: Problem, block: readonly number[], x: Float64Array): void {
  const indices = [...new Set(block.flatMap((item) => problem.parts[item]?.index ?? []))];
  const place = new Map(indices.map((n, at) => [n, at]));
  let here = blockAt(problem, block, x, place);
  for (let step = 0; step < 12; step += 1) {
    const size = indices.length;
    for (let i = 0; i < size; i += 1) for (let j = 0; j < i; j += 1) here.information[j * size + i] = here.information[i * size + j] = Math.abs(here.information[i * size + j] ?? 0) > Math.abs(here.information[j * size + i] ?? 0) ? here.information[i * size + j] ?? 0 : here.information[j * size + i] ?? 0;
    const inverse = invertSymmetric(here.information, size);
    if (inverse === undefined) return;
    const move = indices.map((_, i) => { let sum = 0; for (let j = 0; j < size; j += 1) sum += (inverse[i * size + j] ?? 0) * (here.gradient[j] ?? 0); return Math.max(-1, Math.min(1, sum)); });
    const largest = move.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const from = indices.map((n) => x[n] ?? 0);
    let factor = 1;
    for (;;) {
      indices.forEach((n, i) => { x[n] = (from[i] ?? 0) + factor * (move[i] ?? 0); });
      const next = blockAt(problem, block, x, place);
      if (next.value >= here.value - 1e-9 * Math.abs(here.value)) { here = next; break; }
      factor /= 2;
      if (factor < 1e-4) { indices.forEach((n, i) => { x[n] = from[i] ?? 0; }); return; }
    }
    if (largest * factor < 1e-8) return;
  }
}

/** Means and variances from the posterior mass; regression by least squares of the EAPs. */
function maximiseLatent({ latent, node }: Problem, mass: readonly Float64Array[], x: Float64Array): void {
  const moments = mass.map((weights) => {
    let [total, first, second] = [0, 0, 0];
    weights.forEach((w, q) => { const theta = node[q] ?? 0; total += w; first += w * theta; second += w * theta * theta; });
    return { total, first, second };
  });
  if (latent.kind === 'groups') {
    moments.forEach(({ total, first, second }, g) => {
      const [mean, logVariance] = [latent.mean[g] ?? -1, latent.logVariance[g] ?? -1];
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
    const row = latent.design[d] ?? new Float64Array(p);
    for (let i = 0; i < p; i += 1) { right[i] = (right[i] ?? 0) + (row[i] ?? 0) * first; for (let j = 0; j < p; j += 1) cross[i * p + j] = (cross[i * p + j] ?? 0) + total * (row[i] ?? 0) * (row[j] ?? 0); }
  });
  const inverse = invertSymmetric(cross, p);
  if (inverse === undefined) throw new IrtError('covariates-dependent', 'covariates', p, 'must be linearly independent');
  latent.mean.forEach((n, i) => { let sum = 0; for (let j = 0; j < p; j += 1) sum += (inverse[i * p + j] ?? 0) * (right[j] ?? 0); x[n] = sum; });
  let [residual, persons] = [0, 0];
  moments.forEach(({ total, first, second }, d) => { const mu = meanOf(latent, d, x); residual += second - 2 * mu * first + mu * mu * total; persons += total; });
  const at = latent.logVariance[0] ?? -1;
  if (at >= 0) x[at] = log(Math.max(1e-4, residual / persons));
}

/** ∂/∂x of what one EM step maximises, at the point of the E-step itself: the gradient of the marginal likelihood (Fisher's identity), prior included. */
function gradientAt(problem: Problem, x: Float64Array, only?: Uint32Array): Float64Array {
  const { mass } = expectation(problem, x, only);
  const gradient = new Float64Array(x.length);
  problem.blocks.forEach((block) => {
    const indices = [...new Set(block.flatMap((item) => problem.parts[item]?.index ?? []))];
    const { gradient: local } = blockAt(problem, block, x, new Map(indices.map((n, at) => [n, at])));
    indices.forEach((n, at) => { gradient[n] = local[at] ?? 0; });
  });
  mass.forEach((weights, d) => addLatentScore(problem, d, weights, x, gradient));
  return gradient;
}

/** Score of a normal on the grid: sufficient statistics minus their expectation under the density. */
function addLatentScore({ latent, node }: Problem, density: number, weights: Float64Array, x: Float64Array, out: Float64Array): void {
  const [mean, variance] = [meanOf(latent, density, x), varianceOf(latent, density, x)];
  const at = normalOnGrid(node, mean, variance);
  let [total, first, second] = [0, 0, 0];
  weights.forEach((w, q) => { const theta = node[q] ?? 0; total += w; first += w * theta; second += w * theta * theta; });
  const byMean = (first - total * at.mean) / variance;
  const spread = (m1: number, m2: number, n: number): number => m2 - 2 * mean * m1 + mean * mean * n;
  const byLogVariance = (spread(first, second, total) - total * spread(at.mean, at.second, 1)) / (2 * variance);
  if (latent.kind === 'groups') { const n = latent.mean[density] ?? -1; if (n >= 0) out[n] = (out[n] ?? 0) + byMean; }
  else latent.mean.forEach((n, i) => { out[n] = (out[n] ?? 0) + byMean * (latent.design[density]?.[i] ?? 0); });
  const v = varianceIndex(latent, density);
  if (v >= 0) out[v] = (out[v] ?? 0) + byLogVariance;
}

/** −∂²ln L/∂x∂x′ by central differences of the exact gradient (the sum of both terms of Oakes 1999); a parameter of one item touches only the rows that have it. */
function observedInformation(problem: Problem, x: Float64Array): Float64Array {
  const size = x.length;
  const { patterns: { rows, rowStart, item }, parts } = problem;
  const users: number[][] = Array.from({ length: size }, () => []);
  const rowsOf: number[][] = parts.map(() => []);
  for (let row = 0; row < rows; row += 1) for (let n = rowStart[row] ?? 0; n < (rowStart[row + 1] ?? 0); n += 1) rowsOf[item[n] ?? 0]?.push(row);
  parts.forEach(({ index }, one) => { for (const n of index) users[n]?.push(one); });
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    const list = users[i] ?? [];
    const only = list.length === 0 ? undefined : Uint32Array.from(new Set(list.flatMap((one) => rowsOf[one] ?? []))).sort();
    const h = 1e-5 * Math.max(1, Math.abs(x[i] ?? 0));
    const moved = (by: number): Float64Array => { const y = Float64Array.from(x); y[i] = (y[i] ?? 0) + by; return gradientAt(problem, y, only); };
    const [up, down] = [moved(h), moved(-h)];
    for (let j = 0; j < size; j += 1) matrix[j * size + i] = -((up[j] ?? 0) - (down[j] ?? 0)) / (2 * h);
  }
  for (let i = 0; i < size; i += 1) for (let j = 0; j < i; j += 1) matrix[i * size + j] = matrix[j * size + i] = ((matrix[i * size + j] ?? 0) + (matrix[j * size + i] ?? 0)) / 2;
  return matrix;
}

/** Σ w·s·s′ over the rows, s the row's own score. */
function crossProduct(problem: Problem, x: Float64Array): Float64Array {
  const size = x.length;
  const { patterns, parts, node, work } = problem;
  const points = node.length;
  const scores = parts.map(({ model, categories, index }) => {
    const all = new Float64Array(points * categories * index.length);
    if (model === 'fixed') return all;
    const local = Float64Array.from(index, (n) => x[n] ?? 0);
    for (let q = 0; q < points; q += 1) { evaluateFamily(model, categories, local, node[q] ?? 0, work); all.set(work.score.subarray(0, categories * index.length), q * categories * index.length); }
    return all;
  });
  const matrix = new Float64Array(size * size);
  const score = new Float64Array(size);
  expectation(problem, x, undefined, (row, posterior) => {
    score.fill(0);
    const touched = new Set<number>();
    for (let n = patterns.rowStart[row] ?? 0; n < (patterns.rowStart[row + 1] ?? 0); n += 1) {
      const one = patterns.item[n] ?? 0;
      const { categories = 0, index = [] } = parts[one] ?? {};
      const [table, p] = [scores[one] ?? score, index.length];
      for (let q = 0; q < points; q += 1) {
        const start = (q * categories + (patterns.category[n] ?? 0)) * p;
        for (let i = 0; i < p; i += 1) score[index[i] ?? 0] = (score[index[i] ?? 0] ?? 0) + (posterior[q] ?? 0) * (table[start + i] ?? 0);
      }
      for (const i of index) touched.add(i);
    }
    const before = Float64Array.from(score);
    addLatentScore(problem, patterns.density[row] ?? 0, posterior, x, score);
    score.forEach((value, i) => { if (value !== before[i]) touched.add(i); });
    const list = [...touched];
    const w = patterns.weight[row] ?? 1;
    for (const i of list) for (const j of list) matrix[i * size + j] = (matrix[i * size + j] ?? 0) + w * (score[i] ?? 0) * (score[j] ?? 0);
  });
  return matrix;
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) for (let k = 0; k < n; k += 1) { const v = a[i * n + k] ?? 0; if (v !== 0) for (let j = 0; j < n; j += 1) out[i * n + j] = (out[i * n + j] ?? 0) + v * (b[k * n + j] ?? 0); }
  return out;
}

function covarianceOf(problem: Problem, x: Float64Array, method: 'oakes' | 'crossProduct' | 'sandwich'): Float64Array | undefined {
  if (method === 'crossProduct') return invertSymmetric(crossProduct(problem, x), x.length);
  const bread = invertSymmetric(observedInformation(problem, x), x.length);
  if (method === 'oakes' || bread === undefined) return bread;
  return product(product(bread, crossProduct(problem, x), x.length), bread, x.length);
}

/** Delta method: SE of each reported number from the covariance of its local parameters; derivatives by central differences of closed forms. */
function reportedErrors(model: ItemModelName, categories: number, index: readonly number[], x: Float64Array, covariance: Float64Array | undefined): number[] {
  const local = index.map((n) => x[n] ?? 0);
  const at = reportedOf(model, local, categories);
  if (covariance === undefined) return at.map(() => NaN);
  const size = x.length;
  const slopes = local.map((value, i) => {
    const h = 1e-6 * Math.max(1, Math.abs(value));
    const moved = (by: number): number[] => reportedOf(model, local.map((other, j) => (j === i ? other + by : other)), categories);
    const [up, down] = [moved(h), moved(-h)];
    return at.map((_, r) => ((up[r] ?? 0) - (down[r] ?? 0)) / (2 * h));
  });
  return at.map((_, r) => {
    let variance = 0;
    index.forEach((n, i) => index.forEach((m, j) => { variance += (slopes[i]?.[r] ?? 0) * (slopes[j]?.[r] ?? 0) * (covariance[n * size + m] ?? NaN); }));
    return r === 0 && hasUnitSlope(model) ? NaN : Math.sqrt(variance);
  });
}

function modelOf(models: CalibrateItemsOptions['models'], item: number): ItemModelName {
  const model = typeof models === 'string' ? models : models[item];
  if (model === undefined) throw new IrtError('unequal-lengths', 'models', models.length, `must have a model for item ${item}`);
  return model;
}

/** Parameter numbers of every item, rating-scale thresholds shared by the items of one number of categories. */
function layOut(patterns: Patterns, options: CalibrateItemsOptions, names: (item: number) => string): { parts: Part[]; parameters: string[]; start: number[]; blocks: number[][] } {
  const [parameters, start]: [string[], number[]] = [[], []];
  const shared = new Map<number, number>();
  const ratingItems = new Map<number, number[]>();
  const blocks: number[][] = [];
  let row = 0;
  const parts = Array.from(patterns.categories, (categories, item): Part => {
    const here = row;
    row += categories;
    if (options.fixed?.has(item) === true) return { model: 'fixed', categories, index: [], row: here };
    const model = modelOf(options.models, item);
    if (categories > 2 && (model === 'rasch' || model === '1pl' || model === '2pl' || model === '3pl')) throw new IrtError('unknown-category', names(item), categories - 1, `must be 0 or 1 under ${model}`);
    const values = startValues(model, patterns.counts[item] ?? []);
    const local = parameterNames(model, categories);
    if (model !== 'rsm') {
      blocks.push([item]);
      return { model, categories, row: here, index: local.map((name, n) => { parameters.push(`${names(item)}:${name}`); start.push(values[n] ?? 0); return parameters.length - 1; }) };
    }
    parameters.push(`${names(item)}:b`); start.push(values[0] ?? 0);
    const own = parameters.length - 1;
    if (!shared.has(categories)) { shared.set(categories, parameters.length); local.slice(1).forEach((name, n) => { parameters.push(`rating scale of ${categories}:${name}`); start.push(values[n + 1] ?? 0); }); }
    const first = shared.get(categories) ?? 0;
    ratingItems.set(categories, [...(ratingItems.get(categories) ?? []), item]);
    return { model, categories, row: here, index: [own, ...local.slice(1).map((_, n) => first + n)] };
  });
  return { parts, parameters, start, blocks: [...blocks, ...ratingItems.values()] };
}

/** Populations: the reference is N(0, 1), or N(0, σ²) when no slope is free to carry the unit; all are free when items are fixed. */
function layOutLatent(options: CalibrateItemsOptions, densities: number, design: readonly Float64Array[], unitSlopes: boolean, parameters: string[], start: number[]): Latent {
  const hasFixed = (options.fixed?.size ?? 0) > 0;
  const free = (name: string): number => { parameters.push(name); start.push(0); return parameters.length - 1; };
  if (options.covariates !== undefined) {
    const { names } = options.covariates;
    return { kind: 'regression', design, mean: names.map((name) => free(`regression:${name}`)), logVariance: [hasFixed || unitSlopes ? free('regression:ln variance') : -1] };
  }
  const isFree = hasFixed && options.population !== 'standard';
  return {
    kind: 'groups', design: [],
    mean: Array.from({ length: densities }, (_, g) => (isFree || (g > 0 && !hasFixed) ? free(`group ${g}:mean`) : -1)),
    logVariance: Array.from({ length: densities }, (_, g) => (isFree || (!hasFixed && (g > 0 || unitSlopes)) ? free(`group ${g}:ln variance`) : -1)),
  };
}

/** Density of each person, and the covariates of each density. */
function densitiesOf(data: ResponseMatrix, { group, covariates }: CalibrateItemsOptions): { of: (person: number) => number; count: number; design: Float64Array[] } {
  if (covariates !== undefined) {
    const p = covariates.names.length;
    if (covariates.matrix.length !== p * data.persons) throw new IrtError('unequal-lengths', 'covariates.matrix', covariates.matrix.length, `must have ${p * data.persons} members`);
    const known = new Map<string, number>();
    const design: Float64Array[] = [];
    const of = Array.from({ length: data.persons }, (_, person) => {
      const row = covariates.matrix.slice(person * p, (person + 1) * p);
      const key = row.join();
      const at = known.get(key) ?? design.length;
      if (at === design.length) { known.set(key, at); design.push(row); }
      return at;
    });
    return { of: (person) => of[person] ?? 0, count: design.length, design };
  }
  if (group === undefined) return { of: () => 0, count: 1, design: [] };
  if (group.length !== data.persons) throw new IrtError('unequal-lengths', 'group', group.length, `must have a member for each of ${data.persons} persons`);
  let highest = 0;
  for (let n = 0; n < group.length; n += 1) { const g = group[n] ?? -1; if (!Number.isInteger(g) || g < 0 || g > 1000) throw new IrtError('unknown-group', `group[${n}]`, g, 'must be a whole number from 0 to 1000'); highest = Math.max(highest, g); }
  return { of: (person) => group[person] ?? 0, count: highest + 1, design: [] };
}

function prepare(data: ResponseMatrix, options: CalibrateItemsOptions): { problem: Problem; parameters: string[]; start: Float64Array } {
  const names = (item: number): string => options.ids?.[item] ?? `item ${item}`;
  if (options.ids !== undefined && options.ids.length !== data.items) throw new IrtError('unequal-lengths', 'ids', options.ids.length, `must have a member for each of ${data.items} items`);
  const fixedBank = [...(options.fixed ?? [])];
  for (const [item] of fixedBank) if (!(item >= 0 && item < data.items)) throw new IrtError('unknown-item', 'fixed', item, `must be a whole number from 0 to ${data.items - 1}`);
  const bank = fixedBank.length === 0 ? undefined : createItemParameters(fixedBank.map(([item, spec]) => ({ ...spec, id: `${item}` })));
  const place = new Map(fixedBank.map(([item], n) => [item, n]));
  const densities = densitiesOf(data, options);
  const patterns = preparePatterns(data, densities.of, names, (item) => { const n = place.get(item); return n === undefined ? undefined : bank?.categories[n]; });
  const { parts, parameters, start, blocks } = layOut(patterns, options, names);
  const free = parts.flatMap(({ model }) => (model === 'fixed' ? [] : [model]));
  if (free.length === 0) throw new IrtError('nothing-to-estimate', 'fixed', fixedBank.length, 'must leave at least one item free');
  const latent = layOutLatent(options, densities.count, densities.design, free.every(hasUnitSlope), parameters, start);
  const node = normalGrid({ points: options.points ?? 61 }).node;
  const rows = parts.reduce((sum, { categories }) => sum + categories, 0);
  const most = Math.max(...patterns.categories);
  const table = new Float64Array(rows * node.length);
  if (bank !== undefined) {
    const out = new Float64Array(most);
    for (const [item, n] of place) { const row = parts[item]?.row ?? 0; node.forEach((theta, q) => { const categories = categoryProbabilities(bank, n, theta, out); for (let k = 0; k < categories; k += 1) table[(row + k) * node.length + q] = log(Math.max(1e-300, out[k] ?? 0)); }); }
  }
  const priors: (LogPrior | undefined)[] = parameters.map((name) => priorOf(options.priors, name));
  const tells = Uint8Array.from(parts, ({ model }) => (options.posteriorFrom === 'fixed' && model !== 'fixed' ? 0 : 1));
  return { problem: { patterns, parts, blocks, node, priors, latent, table, expected: new Float64Array(rows * node.length), work: createFamilyWork(most), tells }, parameters, start: Float64Array.from(start) };
}

const logPriorAt = ({ priors }: Problem, x: Float64Array): number => priors.reduce((sum, prior, n) => sum + (prior?.(x[n] ?? 0).value ?? 0), 0);

/** Throws IrtError for data that cannot be calibrated, naming item or argument; what was repaired is in `flags`; non-convergence is reported. */
export function calibrateItems(data: ResponseMatrix, options: CalibrateItemsOptions): ItemsCalibration {
  const { tolerance = 1e-6, maximumCycles = 4000, standardErrors = 'oakes', onCycle } = options;
  const { problem, parameters, start } = prepare(data, options);
  const step = (x: Float64Array, out: Float64Array): number => {
    const { logLikelihood, mass } = expectation(problem, x);
    out.set(x);
    for (const block of problem.blocks) maximiseBlock(problem, block, out);
    maximiseLatent(problem, mass, out);
    return logLikelihood + logPriorAt(problem, x);
  };
  const fit = accelerate(step, start, { tolerance, maximumSteps: maximumCycles, ...(onCycle === undefined ? {} : { onStep: onCycle }) });
  const { logLikelihood } = expectation(problem, fit.x);
  const covariance = standardErrors === 'none' ? undefined : covarianceOf(problem, fit.x, standardErrors);
  const size = fit.x.length;
  const gradient = covariance === undefined ? undefined : gradientAt(problem, fit.x);
  const items = problem.parts.map((part, item) => resultOf(problem.patterns, part, item, fit.x, options, covariance));
  const negative = items.flatMap(({ item }, n): Flag[] => ('slope' in item && (item.slope ?? 1) <= 0 ? [{ item: n, code: 'negative-slope', message: `${item.id}: negative slope; is its key right?` }] : []));
  return {
    items, ...latentResult(problem, options, fit.x, covariance), logLikelihood, logPrior: logPriorAt(problem, fit.x), cycles: fit.steps, converged: fit.converged, largestChange: fit.largestChange,
    largestGradient: gradient === undefined || covariance === undefined ? NaN : gradient.reduce((most, g, n) => Math.max(most, Math.abs(g) * Math.sqrt(covariance[n * size + n] ?? 0)), 0),
    parameters, ...(covariance === undefined ? {} : { covariance }), flags: [...problem.patterns.flags, ...negative], emptyPersons: problem.patterns.emptyPersons,
  };
}

function resultOf(patterns: Patterns, { model, categories, index }: Part, item: number, x: Float64Array, options: CalibrateItemsOptions, covariance: Float64Array | undefined): CalibratedItemResult {
  const categoryCounts = Array.from(patterns.counts[item] ?? []);
  const responses = categoryCounts.reduce((sum, n) => sum + n, 0);
  const id = options.ids?.[item] ?? `item ${item}`;
  const fixed = options.fixed?.get(item);
  if (model === 'fixed' || fixed !== undefined) return { item: fixed ?? { model: 'logistic', id, difficulty: NaN }, model: 'fixed', standardErrors: [], responses, categoryCounts };
  return { item: specOf(model, id, index.map((n) => x[n] ?? 0), categories), model, standardErrors: reportedErrors(model, categories, index, x, covariance), responses, categoryCounts };
}

function latentResult({ latent, patterns }: Problem, { covariates }: CalibrateItemsOptions, x: Float64Array, covariance: Float64Array | undefined): Pick<ItemsCalibration, 'groups' | 'regression'> {
  const error = (n: number): number => (n < 0 || covariance === undefined ? NaN : Math.sqrt(covariance[n * x.length + n] ?? NaN));
  if (latent.kind === 'regression') return { groups: [], regression: { names: covariates?.names ?? [], coefficients: latent.mean.map((n) => x[n] ?? 0), standardErrors: latent.mean.map(error), residualVariance: varianceOf(latent, 0, x) } };
  const persons = latent.mean.map(() => 0);
  patterns.density.forEach((g, row) => { persons[g] = (persons[g] ?? 0) + (patterns.weight[row] ?? 0); });
  return {
    groups: latent.mean.map((n, g) => {
      const v = latent.logVariance[g] ?? -1;
      const variance = varianceOf(latent, g, x);
      return { mean: meanOf(latent, g, x), variance, persons: persons[g] ?? 0, ...(n < 0 ? {} : { meanStandardError: error(n) }), ...(v < 0 ? {} : { varianceStandardError: variance * error(v) }) };
    }),
  };
}
