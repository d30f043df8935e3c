/** Derivatives of the category probabilities in the item's own parameters. */
import { createCurves, evaluate } from '../models/curves.ts';
import { sigmoid } from '../numeric/elementary.ts';
import { type ItemParameters, Model } from '../parameters/item-parameters.ts';
import type { FreeOfItem } from './estimated.ts';

const curves = createCurves();

/**
 * 1–4PL: with s = σ(a(θ − b)), dP/da = (d − c)(θ − b)s(1 − s), dP/db = −(d − c)a·s(1 − s), dP/dc = 1 − s, dP/dd = s;
 * the lowest category is the rest.
 */
function logistic(
  bank: ItemParameters,
  item: number,
  theta: number,
  { slope, steps, lower, upper }: FreeOfItem,
): readonly Float64Array[] {
  const [a, b, c, d] = [bank.slope[item], bank.step[bank.stepStart[item]], bank.lower[item], bank.upper[item]];
  const s = sigmoid(a * (theta - b));
  const density = (d - c) * s * sigmoid(-a * (theta - b));
  const rows = [
    ...(slope ? [density * (theta - b)] : []),
    ...(steps > 0 ? [-density * a] : []),
    ...(lower ? [1 - s] : []),
    ...(upper ? [s] : []),
  ];
  return rows.map((value) => Float64Array.of(-value, value));
}

/** Graded: P_k = S_k − S_{k+1}, S_k = σ(a(θ − b_k)); dS_k/da = (θ − b_k)S(1 − S), dS_k/db_k = −a·S(1 − S). */
function graded(
  bank: ItemParameters,
  item: number,
  theta: number,
  { slope, steps }: FreeOfItem,
): readonly Float64Array[] {
  const [a, start] = [bank.slope[item], bank.stepStart[item]];
  const categories = bank.categories[item];
  const step = (k: number): number => (k < 1 || k >= categories ? 0 : bank.step[start + k - 1]);
  const density = (k: number): number => {
    const x = a * (theta - step(k));
    return k < 1 || k >= categories ? 0 : sigmoid(x) * sigmoid(-x);
  };
  const bySlope = Float64Array.from(
    { length: categories },
    (_, k) => density(k) * (theta - step(k)) - density(k + 1) * (theta - step(k + 1)),
  );
  const byStep = Array.from({ length: steps }, (_, n) =>
    Float64Array.from({ length: categories }, (__, k) =>
      k === n + 1 ? -a * density(k) : k === n ? a * density(k + 1) : 0,
    ),
  );
  return slope ? [bySlope, ...byStep] : byStep;
}

/** Divide by total: P_k ∝ e^{z_k}, dP_k = P_k(dz_k − ΣP·dz); `dz(parameter, k)`. */
function divideByTotal(
  bank: ItemParameters,
  item: number,
  theta: number,
  count: number,
  dz: (parameter: number, k: number) => number,
): readonly Float64Array[] {
  const categories = evaluate(bank, item, theta, curves);
  return Array.from({ length: count }, (_, parameter) => {
    let mean = 0;
    for (let k = 0; k < categories; k += 1) mean += curves.probability[k] * dz(parameter, k);
    return Float64Array.from({ length: categories }, (__, k) => curves.probability[k] * (dz(parameter, k) - mean));
  });
}

/** Partial credit: z_k = aΣ_{v≤k}(θ − b_v). */
function partialCredit(bank: ItemParameters, item: number, theta: number, free: FreeOfItem): readonly Float64Array[] {
  const [a, start] = [bank.slope[item], bank.stepStart[item]];
  const bySlope = (k: number): number => {
    let sum = 0;
    for (let v = 0; v < k; v += 1) sum += theta - bank.step[start + v];
    return sum;
  };
  const first = free.slope ? 1 : 0;
  return divideByTotal(bank, item, theta, first + free.steps, (parameter, k) =>
    parameter < first ? bySlope(k) : k > parameter - first ? -a : 0,
  );
}

/** Nominal: z_k = a_kθ + c_k; slopes, then intercepts. */
const nominal = (bank: ItemParameters, item: number, theta: number, { steps }: FreeOfItem): readonly Float64Array[] =>
  divideByTotal(bank, item, theta, steps, (parameter, k) =>
    parameter < steps / 2 ? (k === parameter + 1 ? theta : 0) : k === parameter - steps / 2 + 1 ? 1 : 0,
  );

/** [estimated parameter][category], in the order of FreeOfItem. */
export function parameterDerivatives(
  bank: ItemParameters,
  item: number,
  theta: number,
  free: FreeOfItem,
): readonly Float64Array[] {
  if (free.count === 0) return [];
  switch (bank.model[item]) {
    case Model.Logistic:
      return logistic(bank, item, theta, free);
    case Model.GradedResponse:
      return graded(bank, item, theta, free);
    case Model.GeneralizedPartialCredit:
      return partialCredit(bank, item, theta, free);
    default:
      return nominal(bank, item, theta, free);
  }
}
