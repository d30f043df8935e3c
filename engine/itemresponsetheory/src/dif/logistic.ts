/**
 * Logistic regression of the answer on score, group and their product (Swaminathan & Rogers 1990), with Nagelkerke's
 * ΔR² (Zumbo & Thomas 1997; Jodoin & Gierl 2001).
 */
import { exp, log, logSigmoid, sigmoid } from '../numeric/elementary.ts';
import { invertSymmetric } from '../numeric/cholesky.ts';
import {
  matchingScore,
  type PurifyOptions,
  type ChiSquareTest,
  chiSquareTest,
  testItems,
  type TwoGroups,
} from './strata.ts';

export type LogisticTest = 'both' | 'uniform' | 'non-uniform';

export interface LogisticOptions extends PurifyOptions {
  /** Default both. */ readonly test?: LogisticTest;
  /** Likelihood ratio (default) or Wald. */ readonly criterion?: 'likelihood-ratio' | 'wald';
}

export interface LogisticDif extends ChiSquareTest {
  /** Nagelkerke's, on which the classes rest; and Cox & Snell's, which is not divided by its maximum. */
  readonly deltaR2: number;
  readonly deltaCoxSnell: number;
  /** Negligible, moderate, large: below .13/.26 (Zumbo & Thomas), .035/.07 (Jodoin & Gierl). */
  readonly zumboThomas: 'A' | 'B' | 'C';
  readonly jodoinGierl: 'A' | 'B' | 'C';
  /** Intercept, score, group (focal = 1), score × group, of the larger model. */
  readonly coefficients: readonly number[];
}

interface LogisticCell {
  readonly score: number;
  readonly focal: number;
  right: number;
  total: number;
}

interface Fit {
  readonly coefficients: Float64Array;
  readonly covariance: Float64Array;
  readonly logLikelihood: number;
}

/**
 * Newton's method (iteratively reweighted least squares) on grouped rows; `size`: the first so many of 1, score, group,
 * score·group.
 */
function fitLogistic(cells: readonly LogisticCell[], size: number): Fit {
  const coefficients = new Float64Array(size);
  let covariance = new Float64Array(size * size);
  const x = new Float64Array(4);
  let logLikelihood = 0;
  for (let step = 0; step < 100; step += 1) {
    const [gradient, information] = [new Float64Array(size), new Float64Array(size * size)];
    logLikelihood = 0;
    for (const { score, focal, right, total } of cells) {
      x[0] = 1;
      x[1] = score;
      x[2] = focal;
      x[3] = score * focal;
      let eta = 0;
      for (let i = 0; i < size; i += 1) eta += coefficients[i] * x[i];
      const p = sigmoid(eta);
      logLikelihood += right * logSigmoid(eta) + (total - right) * logSigmoid(-eta);
      for (let i = 0; i < size; i += 1) {
        gradient[i] += (right - total * p) * x[i];
        for (let j = 0; j <= i; j += 1) information[i * size + j] += total * p * (1 - p) * x[i] * x[j];
      }
    }
    const inverse = invertSymmetric(information, size);
    if (inverse === undefined) break;
    covariance = Float64Array.from(inverse);
    let largest = 0;
    for (let i = 0; i < size; i += 1) {
      let move = 0;
      for (let j = 0; j < size; j += 1) move += inverse[i * size + j] * gradient[j];
      coefficients[i] += move;
      largest = Math.max(largest, Math.abs(move));
    }
    if (largest < 1e-12) break;
  }
  return { coefficients, covariance, logLikelihood };
}

const sizes: Readonly<Record<LogisticTest, readonly [number, number]>> = {
  both: [2, 4],
  uniform: [2, 3],
  'non-uniform': [3, 4],
};

/** (b_i…)·V⁻¹·(b_i…) of the last coefficients. */
function wald({ coefficients, covariance }: Fit, from: number): number {
  const size = coefficients.length;
  const count = size - from;
  const block = Float64Array.from(
    { length: count * count },
    (_, n) => covariance[(from + Math.floor(n / count)) * size + from + (n % count)],
  );
  const inverse = invertSymmetric(block, count);
  let sum = 0;
  for (let i = 0; i < count; i += 1)
    for (let j = 0; j < count; j += 1)
      sum += coefficients[from + i] * (inverse?.[i * count + j] ?? NaN) * coefficients[from + j];
  return sum;
}

const classBy = (value: number, [moderate, large]: readonly [number, number]): 'A' | 'B' | 'C' =>
  value < moderate ? 'A' : value < large ? 'B' : 'C';

/**
 * Logistic regression of the answer on score and group (Swaminathan & Rogers 1990), item by item.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { logisticDif, twoGroups } from 'itemresponsetheory/dif';
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
 * const groups = twoGroups(data, rows.map((_, person) => person % 2 === 1));
 * console.log(logisticDif(groups).map((row) => row?.isFlagged).join()); // → false,false,false,false,true
 * ```
 */
export function logisticDif(
  groups: TwoGroups,
  { test = 'both', criterion = 'likelihood-ratio', level = 0.05, ...options }: LogisticOptions = {},
): (LogisticDif | undefined)[] {
  const [small, large] = sizes[test];
  return testItems(groups, options, (item, matching) => {
    const cells = new Map<number, LogisticCell>();
    matchingScore(groups, item, matching).forEach((score, person) => {
      const focal = groups.isFocal[person];
      const cell = cells.get(score * 2 + focal) ?? { score, focal, right: 0, total: 0 };
      cells.set(score * 2 + focal, cell);
      cell.total += 1;
      cell.right += groups.answer[person * groups.items + item];
    });
    const rows = [...cells.values()];
    const right = rows.reduce((sum, cell) => sum + cell.right, 0);
    const p = right / groups.persons;
    const none = right * log(p) + (groups.persons - right) * log(1 - p);
    const [without, fit] = [fitLogistic(rows, small), fitLogistic(rows, large)];
    const coxSnell = (logLikelihood: number): number => 1 - exp((2 * (none - logLikelihood)) / groups.persons);
    const deltaCoxSnell = coxSnell(fit.logLikelihood) - coxSnell(without.logLikelihood);
    const deltaR2 = deltaCoxSnell / (1 - exp((2 * none) / groups.persons));
    const statistic = criterion === 'wald' ? wald(fit, small) : 2 * (fit.logLikelihood - without.logLikelihood);
    return {
      ...chiSquareTest(statistic, large - small, level),
      deltaR2,
      deltaCoxSnell,
      zumboThomas: classBy(deltaR2, [0.13, 0.26]),
      jodoinGierl: classBy(deltaR2, [0.035, 0.07]),
      coefficients: Array.from(fit.coefficients),
    };
  });
}
