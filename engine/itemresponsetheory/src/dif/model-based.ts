/**
 * DIF from one calibration of both groups, for any model, sparse and adaptive data too: Wald's test of an item's own
 * parameters in each group (Lord 1980; Langer 2008), and RMSD, how far a group's own curve lies from the common one (as
 * in the international surveys; Tijmstra et al. 2020).
 */
import { calibrateItems } from '../calibration/calibrate-items.ts';
import { type ItemModelName, localOf } from '../calibration/family.ts';
import type { CalibrateItemsOptions } from '../calibration/options.ts';
import { IrtError } from '../errors.ts';
import { type CurveDeviation, curveDeviations, deviationFrom } from '../fit/curve-deviation.ts';
import { invertSymmetric } from '../numeric/cholesky.ts';
import { createItemParameters } from '../parameters/item-parameters.ts';
import { type GridTable, tabulate } from '../information/table.ts';
import { type GridOptions, normalGrid } from '../quadrature/grid.ts';
import { personsWhere } from '../responses/persons-where.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { split } from './parameters.ts';
import { type ChiSquareTest, chiSquareTest } from './strata.ts';

export interface WaldOptions extends Pick<CalibrateItemsOptions, 'models' | 'priors' | 'tolerance' | 'team'> {
  /**
   * Items held equal in both groups, which carry the common scale. Without: all but the tested one, one calibration for
   * each.
   */
  readonly anchors?: readonly number[];
  /** Items to test; default all that are not anchors. */
  readonly tested?: readonly number[];
  readonly level?: number;
}

/** `difference`: focal minus reference, of slope and intercepts as calibrated (2PL: a, then −a·b). */
export interface WaldDif extends ChiSquareTest {
  readonly item: number;
  readonly difference: readonly number[];
}

/**
 * Tests of several items at once share one calibration when anchors are named. Throws IrtError when the data cannot be
 * calibrated.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { waldDif } from 'itemresponsetheory/dif';
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
 * const results = waldDif(responseMatrix(rows), isFocal, { models: 'rasch', anchors: [0, 1, 2] });
 * console.log(results.map(({ item, isFlagged }) => `${item} ${isFlagged}`).join()); // → 3 false,4 true
 * ```
 */
export function waldDif(data: ResponseMatrix, isFocal: ArrayLike<number>, options: WaldOptions): WaldDif[] {
  if (isFocal.length !== data.persons)
    throw new IrtError(
      'unequal-lengths',
      'isFocal',
      isFocal.length,
      `must have a member for each of ${data.persons} persons`,
    );
  const { anchors, models, level = 0.05, tolerance = 1e-5, priors, team } = options;
  const all = Array.from({ length: data.items }, (_, item) => item);
  const studied = options.tested ?? all.filter((item) => anchors?.includes(item) !== true);
  const modelOf = (item: number): ItemModelName => (typeof models === 'string' ? models : models[item]);
  const run = (apart: readonly number[]): WaldDif[] => {
    const fit = calibrateItems(split(data, isFocal, apart), {
      models: [...all.map(modelOf), ...apart.map(modelOf)],
      group: isFocal,
      tolerance,
      ...(priors === undefined ? {} : { priors }),
      ...(team === undefined ? {} : { team }),
    });
    const size = fit.parameters.length;
    return apart.map((item, n): WaldDif => {
      const [reference, focal] = [fit.items[item], fit.items[data.items + n]];
      if (reference === undefined || focal === undefined || fit.covariance === undefined)
        return { item, difference: [], ...chiSquareTest(NaN, 0, level) };
      const own = localOf(modelOf(item), reference.item);
      const difference = localOf(modelOf(item), focal.item).map((value, i) => value - own[i]);
      return {
        item,
        difference,
        ...quadratic(
          difference,
          fit.covariance,
          size,
          placesOf(fit.parameters, item),
          placesOf(fit.parameters, data.items + n),
          level,
        ),
      };
    });
  };
  if (anchors !== undefined) return run(studied);
  return studied.flatMap((item) => run([item]));
}

/** Where an item's parameters stand: those named "item N:…" (rating scale thresholds are shared, and not tested). */
const placesOf = (names: readonly string[], item: number): number[] =>
  names.flatMap((name, n) => (name.startsWith(`item ${item}:`) ? [n] : []));

/** d′(V_F + V_R − 2·C)⁻¹d over the parameters that both have. */
function quadratic(
  difference: readonly number[],
  covariance: Float64Array,
  size: number,
  reference: readonly number[],
  focal: readonly number[],
  level: number,
): ChiSquareTest {
  const count = Math.min(reference.length, focal.length, difference.length);
  const at = (a: number | undefined, b: number | undefined): number => covariance[(a ?? 0) * size + (b ?? 0)];
  const variance = Float64Array.from({ length: count * count }, (_, n) => {
    const [i, j] = [Math.floor(n / count), n % count];
    return (
      at(reference[i], reference[j]) + at(focal[i], focal[j]) - at(reference[i], focal[j]) - at(focal[i], reference[j])
    );
  });
  const inverse = invertSymmetric(variance, count);
  let sum = 0;
  for (let i = 0; i < count; i += 1)
    for (let j = 0; j < count; j += 1) sum += difference[i] * (inverse?.[i * count + j] ?? NaN) * difference[j];
  return chiSquareTest(sum, count, level);
}

export interface GroupDeviation {
  readonly item: number;
  /**
   * By group: RMSD of its own curve from the common one, and mean deviation in score points (above 0: easier for the
   * group).
   */
  readonly groups: readonly {
    readonly rmsd: number;
    readonly bias: number;
    readonly responses: number;
  }[];
}
export interface RmsdOptions extends Pick<CalibrateItemsOptions, 'models' | 'priors' | 'tolerance' | 'team'> {
  /**
   * Items that have parameters of their own in every group, so that they do not bend the scale; they are held against
   * the groups' curves weighted by the groups' masses.
   */
  readonly free?: readonly number[];
}

/** One group's deviations from the common curves, and the curves themselves. */
interface GroupCurves {
  readonly list: readonly CurveDeviation[];
  readonly table: GridTable;
}

/** One set of nodes for all groups, a fifth of a logit apart, so that their curves meet. */
function commonNodes(
  ranges: readonly { readonly mean: number; readonly sd: number }[],
): Required<Pick<GridOptions, 'lower' | 'upper' | 'points'>> {
  const lower = Math.min(...ranges.map(({ mean, sd }) => mean - 6 * sd));
  const upper = Math.max(...ranges.map(({ mean, sd }) => mean + 6 * sd));
  return { lower, upper, points: Math.ceil((upper - lower) / 0.2) + 1 };
}

/** A free item's own curve against the mean of the groups' curves, weighted by their masses. */
const againstAll = (found: CurveDeviation, item: number, groups: readonly GroupCurves[]): CurveDeviation =>
  deviationFrom(found, (k, q) => {
    let [sum, mass] = [0, 0];
    for (const { list, table } of groups) {
      const m = list[item].mass[q];
      mass += m;
      sum += m * table.probability[(table.rowStart[item] + k) * table.grid.node.length + q];
    }
    return sum / mass;
  });

/**
 * All items equal but the free ones, the groups' means and variances free; then every group by itself. .1 and above is
 * looked at by custom, .15 does not fit.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { rmsdDif } from 'itemresponsetheory/dif';
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
 *   return Array.from(bank.id, (__, item) => drawCategory(bank, item, item === 4 ? theta - 3 * focal : theta, random));
 * });
 * const results = rmsdDif(responseMatrix(rows), isFocal, { models: 'rasch' });
 * const largest = results.map(({ groups }) => Math.max(...groups.map(({ rmsd }) => rmsd)));
 * console.log(largest.map((rmsd) => rmsd.toFixed(2)).join()); // → 0.02,0.05,0.03,0.03,0.12
 * ```
 */
export function rmsdDif(
  data: ResponseMatrix,
  group: ArrayLike<number>,
  { free = [], models, ...options }: RmsdOptions,
): GroupDeviation[] {
  const all = Array.from({ length: data.items }, (_, item) => item);
  const modelOf = (item: number): ItemModelName => (typeof models === 'string' ? models : models[item]);
  const apart = split(data, group, free);
  const fit = calibrateItems(apart, {
    tolerance: 1e-5,
    ...options,
    models: Array.from({ length: apart.items }, (_, n) =>
      modelOf(n < data.items ? n : free[(n - data.items) % free.length]),
    ),
    group,
    standardErrors: 'none',
  });
  const placeOf = (item: number, g: number): number => {
    const at = free.indexOf(item);
    return at < 0 || g === 0 ? item : data.items + (g - 1) * free.length + at;
  };
  const ranges = fit.groups.map(({ mean, variance }) => ({ mean, sd: Math.sqrt(variance) }));
  const nodes = commonNodes(ranges);
  const byGroup = ranges.map(({ mean, sd }, g): GroupCurves => {
    const grid = normalGrid({ mean, sd, ...nodes });
    const bank = createItemParameters(all.map((item) => ({ ...fit.items[placeOf(item, g)].item, id: `${item}` })));
    const own = personsWhere(data, (person) => group[person] === g);
    return { list: curveDeviations(bank, own, { grid }), table: tabulate(bank, grid) };
  });
  return all.map((item) => ({
    item,
    groups: byGroup.map(({ list }) => {
      const found = free.includes(item) ? againstAll(list[item], item, byGroup) : list[item];
      const { rmsd, bias, responses } = found;
      return { rmsd, bias, responses };
    }),
  }));
}
