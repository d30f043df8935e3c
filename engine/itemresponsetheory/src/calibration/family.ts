/**
 * Item families as calibration sees them: unconstrained local parameters x, ln P of every category at θ and its
 * derivatives in x. Everything else (tables, M-step, gradient, standard errors) follows from these two. Slope–intercept
 * form: 2PL aθ + d; steps d_v = −a·b_v.
 */
import { exp, expm1, log, sigmoid } from '../numeric/elementary.ts';
import type { ItemSpec } from '../parameters/item-parameters.ts';

export type ItemModelName = 'rasch' | '1pl' | '2pl' | '3pl' | 'pcm' | 'gpcm' | 'rsm' | 'grm' | 'nrm';

/** Slopes 1; the latent variance is free instead. */
export const hasUnitSlope = (model: ItemModelName): boolean =>
  model === 'rasch' || model === '1pl' || model === 'pcm' || model === 'rsm';

/**
 * What the local parameters are, in order. RSM: its location, then m − 1 thresholds that all its items share (the last
 * makes the sum zero).
 */
export function parameterNames(model: ItemModelName, categories: number): string[] {
  const steps = Array.from({ length: categories - 1 }, (_, v) => `d${v + 1}`);
  switch (model) {
    case 'rasch':
    case '1pl':
      return ['d'];
    case '2pl':
      return ['a', 'd'];
    case '3pl':
      return ['a', 'd', 'g'];
    case 'pcm':
      return steps;
    case 'gpcm':
    case 'grm':
      return ['a', ...steps];
    case 'rsm':
      return ['b', ...steps.slice(1).map((_, v) => `t${v + 1}`)];
    case 'nrm':
      return [...steps.map((_, v) => `a${v + 1}`), ...steps.map((_, v) => `c${v + 1}`)];
  }
}

/** Most categories × parameters that a work space must hold. */
export interface FamilyWork {
  /** ln P_k and P_k. */ readonly logP: Float64Array;
  readonly p: Float64Array;
  /** ∂ln P_k/∂x_i at k·count + i. */ readonly score: Float64Array;
  readonly tail: Float64Array;
  /** What is the same at every θ, see prepareFamily. */ readonly constant: Float64Array;
}
export const createFamilyWork = (categories: number): FamilyWork => ({
  logP: new Float64Array(categories),
  p: new Float64Array(categories),
  score: new Float64Array(categories * (2 * categories + 1)),
  tail: new Float64Array(categories + 1),
  constant: new Float64Array(categories + 2),
});

/**
 * Must be called before `evaluateFamily` when x has changed: graded items' 1 − e^(step − next step) and 3PL items' c
 * take as long as everything else.
 */
export function prepareFamily(
  model: ItemModelName,
  categories: number,
  x: ArrayLike<number>,
  { constant }: FamilyWork,
): void {
  if (model === '3pl') {
    const c = sigmoid(x[2]);
    constant[0] = c;
    constant[1] = sigmoid(-x[2]);
  }
  if (model === 'grm')
    for (let k = 0; k < categories; k += 1) constant[k] = k === 0 || k === categories - 1 ? 1 : -expm1(x[k + 1] - x[k]);
}

/** Whether some item has these parameters: a graded one's steps must fall. */
export const isPossible = (model: ItemModelName, x: readonly number[]): boolean =>
  model !== 'grm' || x.every((step, n) => n < 2 || step < x[n - 1]);

/** Fills logP, p and score at θ. */
export function evaluateFamily(
  model: ItemModelName,
  categories: number,
  x: ArrayLike<number>,
  theta: number,
  work: FamilyWork,
): void {
  switch (model) {
    case 'rasch':
    case '1pl':
    case '2pl':
    case '3pl':
      dichotomous(model, x, theta, work);
      return;
    case 'pcm':
    case 'gpcm':
    case 'rsm':
      partialCredit(model, categories, x, theta, work);
      return;
    case 'grm':
      graded(categories, x, theta, work);
      return;
    case 'nrm':
      nominal(categories, x, theta, work);
  }
}

/** Below this, e^−|η| is lost in 1 + e^−|η|, and −|η| itself is ln P. */
const farOut = 40;

function dichotomous(
  model: 'rasch' | '1pl' | '2pl' | '3pl',
  x: ArrayLike<number>,
  theta: number,
  { logP, p, score, constant }: FamilyWork,
): void {
  const isRasch = model === 'rasch' || model === '1pl';
  const eta = isRasch ? theta + x[0] : x[0] * theta + x[1];
  const e = exp(-Math.abs(eta));
  const larger = 1 / (1 + e);
  const s = eta >= 0 ? larger : e * larger;
  const w = eta >= 0 ? e * larger : larger;
  const logW = eta > farOut ? -eta : eta < -farOut ? 0 : log(larger) - (eta > 0 ? eta : 0);
  if (model !== '3pl') {
    logP[0] = logW;
    logP[1] = logW + eta;
    p[0] = w;
    p[1] = s;
    if (isRasch) {
      score[0] = -s;
      score[1] = w;
      return;
    }
    score[0] = -s * theta;
    score[1] = -s;
    score[2] = w * theta;
    score[3] = w;
    return;
  }
  const c = constant[0];
  const rest = constant[1];
  const right = c + rest * s;
  const slope = (rest * s * w) / right;
  p[0] = rest * w;
  p[1] = right;
  logP[0] = eta > farOut ? log(rest) - eta : log(rest * w);
  logP[1] = log(right);
  score[0] = -s * theta;
  score[1] = -s;
  score[2] = -c;
  score[3] = slope * theta;
  score[4] = slope;
  score[5] = (c * rest * w) / right;
}

/** ln P from exponents in logP; P into p, P(X ≥ k) into tail. */
function normaliseExponents(categories: number, { logP, p, tail }: FamilyWork): void {
  let most = -Infinity;
  for (let k = 0; k < categories; k += 1) most = Math.max(most, logP[k]);
  let total = 0;
  for (let k = 0; k < categories; k += 1) {
    const e = exp(logP[k] - most);
    p[k] = e;
    total += e;
  }
  const logTotal = most + log(total);
  tail[categories] = 0;
  for (let k = categories - 1; k >= 0; k -= 1) {
    logP[k] -= logTotal;
    p[k] /= total;
    tail[k] = tail[k + 1] + p[k];
  }
}

function partialCredit(
  model: 'pcm' | 'gpcm' | 'rsm',
  categories: number,
  x: ArrayLike<number>,
  theta: number,
  work: FamilyWork,
): void {
  const { logP, score, tail } = work;
  const m = categories - 1;
  const first = model === 'pcm' ? 0 : 1;
  const a = model === 'gpcm' ? x[0] : 1;
  let lastThreshold = 0;
  if (model === 'rsm') for (let v = 1; v < m; v += 1) lastThreshold -= x[v];
  logP[0] = 0;
  for (let k = 1; k <= m; k += 1) {
    const step = model === 'rsm' ? -x[0] - (k === m ? lastThreshold : x[k]) : x[first + k - 1];
    logP[k] = logP[k - 1] + a * theta + step;
  }
  normaliseExponents(categories, work);
  let expected = 0;
  for (let k = 1; k <= m; k += 1) expected += tail[k];
  const count = model === 'rsm' ? m : first + m;
  for (let k = 0; k <= m; k += 1) {
    const row = k * count;
    if (model === 'gpcm') score[row] = theta * (k - expected);
    if (model === 'rsm') {
      score[row] = expected - k;
      for (let v = 1; v < m; v += 1) score[row + v] = -((k >= v ? 1 : 0) - tail[v]) + ((k >= m ? 1 : 0) - tail[m]);
    } else for (let v = 1; v <= m; v += 1) score[row + first + v - 1] = (k >= v ? 1 : 0) - tail[v];
  }
}

/**
 * P_k = σ(η_k)·σ(−η_{k+1})·(1 − e^(η_{k+1} − η_k)): no difference of nearly equal numbers. Crossed steps give NaN,
 * which no step accepts.
 */
function graded(
  categories: number,
  x: ArrayLike<number>,
  theta: number,
  { logP, p, score, constant }: FamilyWork,
): void {
  const m = categories - 1;
  const a = x[0];
  const count = m + 1;
  score.fill(0, 0, categories * count);
  // σ(η_k), σ(−η_k) of the lower border; category 0 has none.
  let above = Infinity;
  let s = 1;
  let notS = 0;
  for (let k = 0; k <= m; k += 1) {
    const below = k === m ? -Infinity : a * theta + x[k + 1];
    const e = k === m ? 0 : exp(-Math.abs(below));
    const larger = 1 / (1 + e);
    const t = below >= 0 ? larger : e * larger;
    const notT = below >= 0 ? e * larger : larger;
    const gap = constant[k];
    const probability = s * notT * gap;
    p[k] = probability;
    logP[k] = probability > 1e-290 ? log(probability) : (above < 0 ? above : 0) - (below > 0 ? below : 0) + log(gap);
    const row = k * count;
    const upper = k === 0 ? 0 : notS / (notT * gap);
    const lower = k === m ? 0 : t / (s * gap);
    score[row] = theta * (upper - lower);
    if (k > 0) score[row + k] = upper;
    if (k < m) score[row + k + 1] = -lower;
    above = below;
    s = t;
    notS = notT;
  }
}

function nominal(categories: number, x: ArrayLike<number>, theta: number, work: FamilyWork): void {
  const { logP, score, p } = work;
  const m = categories - 1;
  logP[0] = 0;
  for (let k = 1; k <= m; k += 1) logP[k] = x[k - 1] * theta + x[m + k - 1];
  normaliseExponents(categories, work);
  for (let k = 0; k <= m; k += 1)
    for (let v = 1; v <= m; v += 1) {
      const e = (k === v ? 1 : 0) - p[v];
      score[k * 2 * m + v - 1] = theta * e;
      score[k * 2 * m + m + v - 1] = e;
    }
}

/** Start from the shares of the categories: slopes 1, or rising for nominal items. */
export function startValues(model: ItemModelName, counts: ArrayLike<number>): number[] {
  const total = Array.from(counts).reduce((sum, n) => sum + n, 0);
  const share = Array.from(counts, (n) => (n + 0.5) / (total + 0.5 * counts.length));
  const tail = share.map((_, k) => share.slice(k).reduce((sum, p) => sum + p, 0));
  const above = share.slice(1).map((_, k) => log(tail[k + 1] / (1 - tail[k + 1])));
  const adjacent = share.slice(1).map((p, k) => log(p / share[k]));
  switch (model) {
    case 'rasch':
    case '1pl':
      return above;
    case '2pl':
    case 'grm':
      return [1, ...above];
    case '3pl':
      return [1, log(Math.max(0.02, tail[1] - 0.2) / (1.02 - tail[1])), -1.386];
    case 'pcm':
      return adjacent;
    case 'gpcm':
      return [0.8, ...adjacent];
    case 'rsm': {
      const mean = adjacent.reduce((sum, d) => sum + d, 0) / adjacent.length;
      return [-mean, ...adjacent.slice(1).map((_, v) => mean - adjacent[v])];
    }
    case 'nrm':
      return [...adjacent.map((_, v) => 0.3 * (v + 1)), ...share.slice(1).map((p) => log(p / share[0]))];
  }
}

/** The item as the rest of the package knows it. */
export function specOf(model: ItemModelName, id: string, x: ArrayLike<number>, categories: number): ItemSpec {
  const m = categories - 1;
  const steps = (a: number, first: number): number[] => Array.from({ length: m }, (_, v) => -x[first + v] / a);
  const [x0, x1, x2] = [x[0], x[1], x[2]];
  switch (model) {
    case 'rasch':
    case '1pl':
      return { model: 'logistic', id, slope: 1, difficulty: -x0 };
    case '2pl':
      return { model: 'logistic', id, slope: x0, difficulty: -x1 / x0 };
    case '3pl':
      return { model: 'logistic', id, slope: x0, difficulty: -x1 / x0, lower: sigmoid(x2) };
    case 'pcm':
      return { model: 'generalized-partial-credit', id, slope: 1, steps: steps(1, 0) };
    case 'gpcm':
      return { model: 'generalized-partial-credit', id, slope: x0, steps: steps(x0, 1) };
    case 'grm':
      return { model: 'graded-response', id, slope: x0, steps: steps(x0, 1) };
    case 'rsm': {
      const thresholds = Array.from({ length: m - 1 }, (_, v) => x[v + 1]);
      return {
        model: 'generalized-partial-credit',
        id,
        slope: 1,
        steps: [...thresholds, -thresholds.reduce((sum, t) => sum + t, 0)].map((t) => x0 + t),
      };
    }
    case 'nrm':
      return {
        model: 'nominal',
        id,
        slopes: Array.from({ length: m }, (_, v) => x[v]),
        intercepts: Array.from({ length: m }, (_, v) => x[m + v]),
      };
  }
}

/** The local parameters of an item: what `specOf` made it from. RSM: location, then thresholds but the last. */
export function localOf(model: ItemModelName, spec: ItemSpec): number[] {
  if (spec.model === 'nominal') return [...spec.slopes, ...spec.intercepts];
  const slope = spec.slope ?? 1;
  if (spec.model === 'logistic') {
    const lower = spec.lower ?? 0;
    return [
      ...(hasUnitSlope(model) ? [] : [slope]),
      -slope * spec.difficulty,
      ...(model === '3pl' ? [log(lower / (1 - lower))] : []),
    ];
  }
  if (model === 'rsm') {
    const mean = spec.steps.reduce((sum, step) => sum + step, 0) / spec.steps.length;
    return [mean, ...spec.steps.slice(0, -1).map((step) => step - mean)];
  }
  return [...(hasUnitSlope(model) ? [] : [slope]), ...spec.steps.map((step) => -slope * step)];
}

/**
 * The numbers of a spec in the order of their standard errors: slope, difficulty or steps, lower; or slopes and
 * intercepts.
 */
export function reportedOf(model: ItemModelName, x: ArrayLike<number>, categories: number): number[] {
  const spec = specOf(model, '', x, categories);
  switch (spec.model) {
    case 'logistic':
      return [spec.slope ?? 1, spec.difficulty, ...(model === '3pl' ? [spec.lower ?? 0] : [])];
    case 'generalized-partial-credit':
    case 'graded-response':
      return [spec.slope ?? 1, ...spec.steps];
    case 'nominal':
      return [...spec.slopes, ...spec.intercepts];
  }
}

/**
 * The spec whose `reportedOf` these numbers are; undefined where there is none: lower outside (0, 1), graded steps not
 * in order.
 */
export function specOfReported(model: ItemModelName, id: string, numbers: readonly number[]): ItemSpec | undefined {
  if (!numbers.every(Number.isFinite)) return undefined;
  if (model === 'nrm') {
    const m = numbers.length / 2;
    return { model: 'nominal', id, slopes: numbers.slice(0, m), intercepts: numbers.slice(m) };
  }
  const [slope = NaN, ...rest] = numbers;
  const [difficulty = NaN, lower = 0] = rest;
  if (model === 'rasch' || model === '1pl' || model === '2pl') return { model: 'logistic', id, slope, difficulty };
  if (model === '3pl') return lower > 0 && lower < 1 ? { model: 'logistic', id, slope, difficulty, lower } : undefined;
  if (model !== 'grm') return { model: 'generalized-partial-credit', id, slope, steps: rest };
  return rest.every((step, n) => n === 0 || (step - rest[n - 1]) * Math.sign(slope) > 0)
    ? { model: 'graded-response', id, slope, steps: rest }
    : undefined;
}
