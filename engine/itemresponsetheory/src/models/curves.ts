/**
 * Category probabilities P of every model with their derivatives in θ, the log-probabilities and the scores ℓ' = P'/P.
 * The last two are formed without dividing or taking logs of a vanishing P, so that nothing is NaN however extreme θ
 * is.
 */
import { exp, expm1, log, log1p, logSigmoid, sigmoid } from '../numeric/elementary.ts';
import { type ItemParameters, maximumCategories, Model } from '../parameters/item-parameters.ts';

/** Work space for one item; each array is indexed by category. */
export interface Curves {
  readonly probability: Float64Array;
  readonly logProbability: Float64Array;
  /** ℓ'_k = d log P_k / dθ. */
  readonly score: Float64Array;
  /** P', P'', P'''. */
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly third: Float64Array;
}

/**
 * Room for what `evaluate` writes, used again and again.
 *
 * @example
 * ```ts
 * import { createCurves, createItemParameters, evaluate } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const curves = createCurves();
 * const categories = evaluate(bank, 0, -1, curves);
 * console.log(categories, curves.probability[1]); // → 2 0.5
 * ```
 */
export function createCurves(): Curves {
  const array = (): Float64Array => new Float64Array(maximumCategories);
  return {
    probability: array(),
    logProbability: array(),
    score: array(),
    first: array(),
    second: array(),
    third: array(),
  };
}

/** 1–4PL (Barton & Lord 1981): s = σ(a(θ−b)); P' = (d−c)·a·s(1−s), P'' = P'·a(1−2s), P''' = P'·a²(1−6s(1−s)). */
function logistic(bank: ItemParameters, item: number, theta: number, out: Curves): void {
  const a = bank.slope[item];
  const x = a * (theta - bank.step[bank.stepStart[item]]);
  const c = bank.lower[item];
  const d = bank.upper[item];
  const e = exp(-Math.abs(x));
  const [large, small, logLarge] = [1 / (1 + e), e / (1 + e), -log1p(e)];
  const [s, q] = x >= 0 ? [large, small] : [small, large];
  const logS = x >= 0 ? logLarge : x + logLarge;
  const right = c + (d - c) * s;
  const wrong = 1 - d + (d - c) * q;
  const first = (d - c) * a * s * q;
  const second = first * a * (q - s);
  const third = first * a * a * (1 - 6 * s * q);
  out.probability[0] = wrong;
  out.probability[1] = right;
  out.logProbability[0] = d === 1 ? log(1 - c) + logS - x : log(wrong);
  out.logProbability[1] = c === 0 ? log(d) + logS : log(right);
  out.score[0] = d === 1 ? -a * s : -first / wrong;
  out.score[1] = c === 0 ? a * q : first / right;
  out.first[0] = -first;
  out.first[1] = first;
  out.second[0] = -second;
  out.second[1] = second;
  out.third[0] = -third;
  out.third[1] = third;
}

const exponents = new Float64Array(maximumCategories);
const weights = new Float64Array(maximumCategories);

/**
 * Divide-by-total models: P_k ∝ exp z_k, z_k linear in θ with slope w_k. With e = w − E(w) and moments M of w about E:
 * P' = Pe, P'' = P(e² − M₂), P''' = P(e³ − 3M₂e − M₃).
 */
function divideByTotal(categories: number, out: Curves): void {
  let maximum = -Infinity;
  for (let k = 0; k < categories; k += 1) maximum = Math.max(maximum, exponents[k]);
  let total = 0;
  for (let k = 0; k < categories; k += 1) {
    const p = exp(exponents[k] - maximum);
    out.probability[k] = p;
    total += p;
  }
  const logTotal = maximum + log(total);
  let mean = 0;
  for (let k = 0; k < categories; k += 1) {
    const p = out.probability[k] / total;
    out.probability[k] = p;
    out.logProbability[k] = exponents[k] - logTotal;
    mean += p * weights[k];
  }
  let [secondMoment, thirdMoment] = [0, 0];
  for (let k = 0; k < categories; k += 1) {
    const e = weights[k] - mean;
    out.score[k] = e;
    secondMoment += out.probability[k] * e * e;
    thirdMoment += out.probability[k] * e * e * e;
  }
  for (let k = 0; k < categories; k += 1) {
    const p = out.probability[k];
    const e = out.score[k];
    out.first[k] = p * e;
    out.second[k] = p * (e * e - secondMoment);
    out.third[k] = p * (e * e * e - 3 * secondMoment * e - thirdMoment);
  }
}

/**
 * Generalised partial credit (Muraki 1992); slope 1: partial credit (Masters 1982), steps b + τ: rating scale (Andrich
 * 1978).
 */
function generalizedPartialCredit(
  bank: ItemParameters,
  item: number,
  theta: number,
  categories: number,
  out: Curves,
): void {
  const a = bank.slope[item];
  const start = bank.stepStart[item];
  let z = 0;
  for (let k = 0; k < categories; k += 1) {
    if (k > 0) z += a * (theta - bank.step[start + k - 1]);
    exponents[k] = z;
    weights[k] = a * k;
  }
  divideByTotal(categories, out);
}

/** Nominal response (Bock 1972): z_k = a_k·θ + c_k, a_0 = c_0 = 0. */
function nominal(bank: ItemParameters, item: number, theta: number, categories: number, out: Curves): void {
  const start = bank.stepStart[item];
  exponents[0] = 0;
  weights[0] = 0;
  for (let k = 1; k < categories; k += 1) {
    const slope = bank.step[start + k - 1];
    exponents[k] = slope * theta + bank.step[start + categories - 1 + k - 1];
    weights[k] = slope;
  }
  divideByTotal(categories, out);
}

/**
 * Graded response (Samejima 1969): P_k = σ(x) − σ(y) with x = a(θ−b_k), y = a(θ−b_{k+1}); without cancellation
 * σ(x)·σ(−y)·(1 − e^{y−x}). Hence ℓ' = a(σ(−x) − σ(y)) and ℓ'' = −a²(σ(x)σ(−x) + σ(y)σ(−y)), from which P' = Pℓ', P'' =
 * P(ℓ'² + ℓ'').
 */
function gradedResponse(bank: ItemParameters, item: number, theta: number, categories: number, out: Curves): void {
  const a = bank.slope[item];
  const start = bank.stepStart[item];
  for (let k = 0; k < categories; k += 1) {
    const [isFirst, isLast] = [k === 0, k === categories - 1];
    const x = isFirst ? 0 : a * (theta - bank.step[start + k - 1]);
    const y = isLast ? 0 : a * (theta - bank.step[start + k]);
    const [s, q] = isFirst ? [1, 0] : [sigmoid(x), sigmoid(-x)];
    const [s1, q1] = isLast ? [0, 1] : [sigmoid(y), sigmoid(-y)];
    const difference = isFirst || isLast ? 1 : -expm1(y - x);
    const p = s * q1 * difference;
    const score = a * (q - s1);
    out.probability[k] = p;
    out.logProbability[k] = (isFirst ? 0 : logSigmoid(x)) + (isLast ? 0 : logSigmoid(-y)) + log(difference);
    out.score[k] = score;
    out.first[k] = p * score;
    out.second[k] = p * (score * score - a * a * (s * q + s1 * q1));
    out.third[k] = a * a * a * (s * q * (1 - 6 * s * q) - s1 * q1 * (1 - 6 * s1 * q1));
  }
}

/**
 * Fills `out` for one item at θ and returns the number of categories. Unchecked: item and θ must be valid.
 *
 * @example
 * ```ts
 * import { createCurves, createItemParameters, evaluate } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const curves = createCurves();
 * const categories = evaluate(bank, 2, 0, curves);
 * console.log(Array.from(curves.probability.slice(0, categories), (p) => p.toFixed(3)).join());
 * // → 0.186,0.506,0.307
 * ```
 */
export function evaluate(bank: ItemParameters, item: number, theta: number, out: Curves): number {
  const categories = bank.categories[item];
  switch (bank.model[item]) {
    case Model.Logistic:
      logistic(bank, item, theta, out);
      break;
    case Model.GeneralizedPartialCredit:
      generalizedPartialCredit(bank, item, theta, categories, out);
      break;
    case Model.GradedResponse:
      gradedResponse(bank, item, theta, categories, out);
      break;
    default:
      nominal(bank, item, theta, categories, out);
  }
  return categories;
}
