/** Category probabilities P with first and second derivatives in θ, for every model; everything else is made from these. */
import { exp, expm1, logSumExp, sigmoid } from '../numeric/elementary.ts';
import { type ItemParameters, Model } from '../parameters/item-parameters.ts';

/** Work space for one item: probability, first and second derivative of each category. */
export interface Curves { readonly probability: Float64Array; readonly first: Float64Array; readonly second: Float64Array }

export const createCurves = (categories = 64): Curves => ({ probability: new Float64Array(categories), first: new Float64Array(categories), second: new Float64Array(categories) });

/** 1–4PL (Barton & Lord 1981): with s = σ(a(θ−b)), P' = (d−c)·a·s(1−s), P'' = (d−c)·a²·s(1−s)(1−2s). */
function logistic(bank: ItemParameters, item: number, theta: number, out: Curves): void {
  const a = bank.slope[item] ?? 1;
  const x = a * (theta - (bank.step[bank.stepStart[item] ?? 0] ?? 0));
  const c = bank.lower[item] ?? 0;
  const d = bank.upper[item] ?? 1;
  const s = sigmoid(x);
  const q = sigmoid(-x);
  const first = (d - c) * a * s * q;
  out.probability[1] = c + (d - c) * s;
  out.probability[0] = 1 - d + (d - c) * q;
  out.first[1] = first;
  out.first[0] = -first;
  out.second[1] = first * a * (q - s);
  out.second[0] = -first * a * (q - s);
}

const exponents = new Float64Array(64);
const weights = new Float64Array(64);

/** Divide-by-total models: P_k ∝ exp(z_k), z_k linear in θ with slope w_k. P' = P(w − E), P'' = P((w − E)² − Var), E and Var of w. */
function divideByTotal(categories: number, out: Curves): void {
  const total = logSumExp(exponents, categories);
  let mean = 0;
  for (let k = 0; k < categories; k += 1) { const p = exp((exponents[k] ?? 0) - total); out.probability[k] = p; mean += p * (weights[k] ?? 0); }
  let variance = 0;
  for (let k = 0; k < categories; k += 1) variance += (out.probability[k] ?? 0) * ((weights[k] ?? 0) - mean) ** 2;
  for (let k = 0; k < categories; k += 1) {
    const p = out.probability[k] ?? 0;
    const deviation = (weights[k] ?? 0) - mean;
    out.first[k] = p * deviation;
    out.second[k] = p * (deviation * deviation - variance);
  }
}

/** Generalised partial credit (Muraki 1992); slope 1: partial credit (Masters 1982), steps b + τ: rating scale (Andrich 1978). */
function generalizedPartialCredit(bank: ItemParameters, item: number, theta: number, categories: number, out: Curves): void {
  const a = bank.slope[item] ?? 1;
  const start = bank.stepStart[item] ?? 0;
  let z = 0;
  for (let k = 0; k < categories; k += 1) {
    if (k > 0) z += a * (theta - (bank.step[start + k - 1] ?? 0));
    exponents[k] = z;
    weights[k] = a * k;
  }
  divideByTotal(categories, out);
}

/** Nominal response (Bock 1972). */
function nominal(bank: ItemParameters, item: number, theta: number, categories: number, out: Curves): void {
  const start = bank.stepStart[item] ?? 0;
  exponents[0] = 0;
  weights[0] = 0;
  for (let k = 1; k < categories; k += 1) {
    const slope = bank.step[start + k - 1] ?? 0;
    exponents[k] = slope * theta + (bank.step[start + categories - 1 + k - 1] ?? 0);
    weights[k] = slope;
  }
  divideByTotal(categories, out);
}

/** Graded response (Samejima 1969): P_k = σ(x_k) − σ(x_{k+1}), written without cancellation as σ(x)σ(−y)(1 − e^{y−x}). */
function gradedResponse(bank: ItemParameters, item: number, theta: number, categories: number, out: Curves): void {
  const a = bank.slope[item] ?? 1;
  const start = bank.stepStart[item] ?? 0;
  for (let k = 0; k < categories; k += 1) {
    const upper = k === 0 ? Infinity : a * (theta - (bank.step[start + k - 1] ?? 0));
    const lower = k === categories - 1 ? -Infinity : a * (theta - (bank.step[start + k] ?? 0));
    const [s, q] = [upper === Infinity ? 1 : sigmoid(upper), upper === Infinity ? 0 : sigmoid(-upper)];
    const [s1, q1] = [lower === -Infinity ? 0 : sigmoid(lower), lower === -Infinity ? 1 : sigmoid(-lower)];
    out.probability[k] = k === 0 ? q1 : k === categories - 1 ? s : s * q1 * -expm1(lower - upper);
    out.first[k] = a * (s * q - s1 * q1);
    out.second[k] = a * a * (s * q * (q - s) - s1 * q1 * (q1 - s1));
  }
}

/** Fills `out` for one item at θ and returns the number of categories. */
export function evaluate(bank: ItemParameters, item: number, theta: number, out: Curves): number {
  const categories = bank.categories[item] ?? 0;
  switch (bank.model[item]) {
    case Model.Logistic: logistic(bank, item, theta, out); break;
    case Model.GeneralizedPartialCredit: generalizedPartialCredit(bank, item, theta, categories, out); break;
    case Model.GradedResponse: gradedResponse(bank, item, theta, categories, out); break;
    default: nominal(bank, item, theta, categories, out);
  }
  return categories;
}
