/**
 * Item parameters of two groups on one scale: Lord's χ² (1980) and Raju's areas (1988, 1990) for 2PL; and the
 * likelihood-ratio test (Thissen, Steinberg & Wainer 1993) for any model.
 */
import { calibrateItems } from '../calibration/calibrate-items.ts';
import type { CalibrateItemsOptions } from '../calibration/options.ts';
import { IrtError } from '../errors.ts';
import { exp, log1p } from '../numeric/elementary.ts';
import { normalDistribution } from '../numeric/normal.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { type ChiSquareTest, chiSquareTest } from './strata.ts';

export interface GroupItem {
  readonly slope: number;
  readonly difficulty: number;
}

/**
 * v′Σ⁻¹v with v the difference of (a, b); 2 degrees of freedom, 1 where slopes are not estimated. `covariance` of a_R,
 * b_R, a_F, b_F, row-major.
 *
 * @example
 * ```ts
 * import { lord } from 'itemresponsetheory/dif';
 *
 * const [reference, focal] = [{ slope: 1, difficulty: 0 }, { slope: 1, difficulty: 0.5 }];
 * const covariance = [0.01, 0, 0, 0, 0, 0.01, 0, 0, 0, 0, 0.01, 0, 0, 0, 0, 0.01];
 * const { statistic, degreesOfFreedom } = lord(reference, focal, covariance);
 * console.log(statistic.toFixed(1), degreesOfFreedom); // → 12.5 2
 * ```
 */
export function lord(
  reference: GroupItem,
  focal: GroupItem,
  covariance: ArrayLike<number>,
  level = 0.05,
): ChiSquareTest {
  const [da, db] = [reference.slope - focal.slope, reference.difficulty - focal.difficulty];
  const of = (i: number, j: number): number => {
    const at = (m: number, n: number): number => covariance[4 * m + n];
    return at(i, j) + at(i + 2, j + 2) - at(i, j + 2) - at(i + 2, j);
  };
  const [aa, bb, ab] = [of(0, 0), of(1, 1), of(0, 1)];
  return aa === 0
    ? chiSquareTest((db * db) / bb, 1, level)
    : chiSquareTest((bb * da * da - 2 * ab * da * db + aa * db * db) / (aa * bb - ab * ab), 2, level);
}

export interface Area {
  /** Focal minus reference: b_F − b_R signed; unsigned without its bars, so that both have a normal z. */
  readonly area: number;
  readonly z: number;
  readonly p: number;
}

/**
 * ∫(P_R − P_F) = b_F − b_R, and Raju's H for crossing curves; errors by the delta method. `covariance` as for Lord.
 *
 * @example
 * ```ts
 * import { raju } from 'itemresponsetheory/dif';
 *
 * const [reference, focal] = [{ slope: 1, difficulty: 0 }, { slope: 1, difficulty: 0.5 }];
 * const covariance = [0.01, 0, 0, 0, 0, 0.01, 0, 0, 0, 0, 0.01, 0, 0, 0, 0, 0.01];
 * console.log(raju(reference, focal, covariance, 'signed').area); // → 0.5
 * ```
 */
export function raju(
  reference: GroupItem,
  focal: GroupItem,
  covariance: ArrayLike<number>,
  kind: 'signed' | 'unsigned',
): Area {
  const area = (aR: number, bR: number, aF: number, bF: number): number => {
    if (kind === 'signed' || Math.abs(aF - aR) < 1e-9) return bF - bR;
    const y = (aR * aF * (bF - bR)) / (aF - aR);
    return ((2 * (aF - aR)) / (aR * aF)) * (y > 30 ? y + log1p(exp(-y)) : log1p(exp(y))) - (bF - bR);
  };
  const at = [reference.slope, reference.difficulty, focal.slope, focal.difficulty] as const;
  const slopes = at.map((value, n) => {
    const h = 1e-6 * Math.max(1, Math.abs(value));
    const moved = (by: number): number => {
      const [a = 0, b = 0, c = 0, d = 0] = at.map((v, m) => (m === n ? v + by : v));
      return area(a, b, c, d);
    };
    return (moved(h) - moved(-h)) / (2 * h);
  });
  let variance = 0;
  slopes.forEach((one, i) => {
    slopes.forEach((other, j) => {
      variance += one * other * covariance[4 * i + j];
    });
  });
  const value = area(...at);
  const z = value / Math.sqrt(variance);
  return { area: value, z, p: 2 * normalDistribution(-Math.abs(z)) };
}

export interface LikelihoodRatioOptions extends Pick<CalibrateItemsOptions, 'models' | 'priors' | 'tolerance'> {
  /** Items held equal in both groups; default all but the studied one. */
  readonly anchors?: readonly number[];
  /** Items to test; default all that are not anchors. */
  readonly tested?: readonly number[];
  readonly level?: number;
}

/**
 * The same data with some items as several, one for each group: the reference group (0) keeps the item, group g answers
 * number items + (g − 1)·|apart| + place in `apart`.
 */
export function split(data: ResponseMatrix, group: ArrayLike<number>, apart: readonly number[]): ResponseMatrix {
  const place = new Map(apart.map((item, n) => [item, n]));
  const item = Uint32Array.from(data.item);
  let others = 1;
  for (let person = 0; person < data.persons; person += 1) {
    const g = group[person];
    others = Math.max(others, g);
    if (g > 0)
      for (let n = data.rowStart[person]; n < data.rowStart[person + 1]; n += 1) {
        const at = place.get(item[n]);
        if (at !== undefined) item[n] = data.items + (g - 1) * apart.length + at;
      }
  }
  return { ...data, items: data.items + others * apart.length, item };
}

/**
 * 2·(ln L with the item's own parameters in each group − ln L with one set). With anchors named, all tested items are
 * free in the large model and each is held equal in turn; without, all are equal and each is freed in turn. The focal
 * group's mean and variance are free throughout.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { likelihoodRatio } from 'itemresponsetheory/dif';
 * import { drawCategory } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters(
 *   [-1, -0.5, 0, 0.5, 1].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * const isFocal = Array.from({ length: 1000 }, (_, person) => person % 2);
 * // The last item is harder for the focal group.
 * const rows = isFocal.map((focal, person) => {
 *   const random = createRng('example').fork(person);
 *   const theta = random.normal();
 *   return Array.from(bank.id, (__, item) => drawCategory(bank, item, item === 4 ? theta - focal : theta, random));
 * });
 * const [last] = likelihoodRatio(responseMatrix(rows), isFocal, { models: 'rasch', tested: [4] });
 * console.log(last?.result.degreesOfFreedom, last?.result.isFlagged); // → 1 true
 * ```
 */
export function likelihoodRatio(
  data: ResponseMatrix,
  isFocal: ArrayLike<number>,
  options: LikelihoodRatioOptions,
): { readonly item: number; readonly result: ChiSquareTest }[] {
  if (isFocal.length !== data.persons)
    throw new IrtError(
      'unequal-lengths',
      'isFocal',
      isFocal.length,
      `must have a member for each of ${data.persons} persons`,
    );
  const { anchors, models, level = 0.05, priors, tolerance = 1e-5 } = options;
  const all = Array.from({ length: data.items }, (_, item) => item);
  const studied = options.tested ?? all.filter((item) => anchors?.includes(item) !== true);
  const modelOf = (item: number) => (typeof models === 'string' ? models : models[item]);
  const fit = (apart: readonly number[]): { logLikelihood: number; count: number } => {
    const { logLikelihood, logPrior, parameters } = calibrateItems(split(data, isFocal, apart), {
      models: [...all.map(modelOf), ...apart.map(modelOf)],
      group: isFocal,
      tolerance,
      standardErrors: 'none',
      ...(priors === undefined ? {} : { priors }),
    });
    return { logLikelihood: logLikelihood + logPrior, count: parameters.length };
  };
  const base = fit(anchors === undefined ? [] : studied);
  return studied.map((item) => {
    const other = fit(anchors === undefined ? [item] : studied.filter((one) => one !== item));
    return {
      item,
      result: chiSquareTest(
        2 * Math.abs(other.logLikelihood - base.logLikelihood),
        Math.abs(other.count - base.count),
        level,
      ),
    };
  });
}
