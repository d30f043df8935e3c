/**
 * Items that drift: live answers against frozen parameters, in the order they came (two-sided CUSUM of residuals; Page
 * 1954; Veerkamp & Glas 2000), and parameters of two calibrations against each other.
 */
import { IrtError } from '../errors.ts';
import { exp } from '../numeric/elementary.ts';
import { invertSymmetric } from '../numeric/cholesky.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import { type GridTable, tabulate } from '../information/table.ts';
import { type Grid, normalGrid } from '../quadrature/grid.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { eachPosterior } from '../fit/abilities.ts';
import { type ChiSquareTest, chiSquareTest } from './strata.ts';

export interface ItemDriftOptions {
  /** Population of the test takers; default N(0, 1). */
  readonly grid?: Grid;
  /** Half the shift worth finding, in standard deviations of one residual; default 0.25. */
  readonly allowance?: number;
  /** Chance that a steady item raises an alarm in so many answers as it has; default 0.01. */
  readonly alpha?: number;
}

export interface ItemDrift {
  readonly item: number;
  readonly responses: number;
  /**
   * Highest value of the sums of "easier than it was" and "harder than it was", and the bound they are held against.
   */
  readonly easier: number;
  readonly harder: number;
  readonly bound: number;
  /** First alarm, and the person at whom the sum last was 0: it began there or later. */
  readonly alarm?: { readonly person: number; readonly direction: 'easier' | 'harder'; readonly since: number };
}

/** Answers between false alarms of a one-sided CUSUM of independent standard normal values (Siegmund 1985). */
function runLength(bound: number, allowance: number): number {
  const b = bound + 1.166;
  return (exp(2 * allowance * b) - 2 * allowance * b - 1) / (2 * allowance * allowance);
}

/**
 * Residuals of right and wrong answers are skewed, with a longer tail on one side: alarms come this much oftener than
 * with normal ones (simulated, see the test).
 */
const skewness = 1.25;

/**
 * Bound at which n answers give a false alarm on either side with chance alpha: 2n/L = alpha.
 *
 * @example
 * ```ts
 * import { cusumBound } from 'itemresponsetheory/dif';
 *
 * console.log(cusumBound(1000, 0.01, 0.25) > cusumBound(100, 0.01, 0.25)); // → true
 * ```
 */
export function cusumBound(answers: number, alpha: number, allowance: number): number {
  const wanted = (2 * answers * skewness) / alpha;
  let [low, high] = [0, 200];
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2;
    if (runLength(middle, allowance) < wanted) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The standardised residual of an answer in category `own` against what the other answers and the population foretell.
 */
function foretoldResidual(
  { probability, rowStart, bank }: GridTable,
  item: number,
  own: number,
  weight: Float64Array,
): number {
  const points = weight.length;
  const first = rowStart[item];
  let [total, mean, square] = [0, 0, 0];
  for (let q = 0; q < points; q += 1) {
    const p = probability[(first + own) * points + q];
    if (!(p > 1e-12)) continue;
    const h = weight[q] / p;
    total += h;
    for (let k = 1; k < bank.categories[item]; k += 1) {
      const share = h * probability[(first + k) * points + q];
      mean += k * share;
      square += k * k * share;
    }
  }
  mean /= total;
  square /= total;
  return (own - mean) / Math.sqrt(Math.max(1e-9, square - mean * mean));
}

/** The two one-sided sums of an item, their highest values, and where they last were 0. */
interface ItemSumsOverTime {
  up: number;
  down: number;
  easier: number;
  harder: number;
  upSince: number;
  downSince: number;
}

function addResidual(at: ItemSumsOverTime, residual: number, allowance: number, person: number): void {
  at.up = Math.max(0, at.up + residual - allowance);
  at.down = Math.max(0, at.down - residual - allowance);
  if (at.up === 0) at.upSince = person;
  if (at.down === 0) at.downSince = person;
  at.easier = Math.max(at.easier, at.up);
  at.harder = Math.max(at.harder, at.down);
}

/**
 * Persons in the order of time. The residual of an answer is taken against what the person's other answers and the
 * population foretell, so that it has mean 0 and variance 1 for a steady item: E = Σ_q h_q·E(x|θ_q), h ∝
 * posterior/P(x|θ_q).
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { itemDrift } from 'itemresponsetheory/dif';
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
 * console.log(itemDrift(bank, data).filter(({ alarm }) => alarm !== undefined).length); // → 0
 * ```
 */
export function itemDrift(
  bank: ItemParameters,
  data: ResponseMatrix,
  { grid = normalGrid(), allowance = 0.25, alpha = 0.01 }: ItemDriftOptions = {},
): ItemDrift[] {
  if (!(allowance > 0)) throw new IrtError('not-positive', 'allowance', allowance, 'must be greater than 0');
  if (!(alpha > 0 && alpha < 1)) throw new IrtError('outside-unit', 'alpha', alpha, 'must be between 0 and 1');
  const table = tabulate(bank, grid);
  const responses = new Uint32Array(bank.size);
  for (const item of data.item) responses[item] += 1;
  const bounds = Array.from(responses, (n) => (n === 0 ? Infinity : cusumBound(n, alpha, allowance)));
  const state = Array.from(responses, (): ItemSumsOverTime => ({
    up: 0,
    down: 0,
    easier: 0,
    harder: 0,
    upSince: 0,
    downSince: 0,
  }));
  const alarms = new Map<number, NonNullable<ItemDrift['alarm']>>();
  eachPosterior(bank, data, grid, (person, weight) => {
    for (let n = data.rowStart[person]; n < data.rowStart[person + 1]; n += 1) {
      const item = data.item[n];
      const at = state[item];
      addResidual(at, foretoldResidual(table, item, data.category[n], weight), allowance, person);
      const bound = bounds[item];
      if (!alarms.has(item) && (at.up > bound || at.down > bound))
        alarms.set(
          item,
          at.up > bound
            ? { person, direction: 'easier', since: at.upSince }
            : { person, direction: 'harder', since: at.downSince },
        );
    }
  });
  return state.map(({ easier, harder }, item): ItemDrift => {
    const alarm = alarms.get(item);
    return {
      item,
      responses: responses[item],
      easier,
      harder,
      bound: bounds[item],
      ...(alarm === undefined ? {} : { alarm }),
    };
  });
}

/** Parameters of one item in two calibrations on one scale, and their covariance matrices (row-major). */
export interface TwoEstimates {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly beforeCovariance: ArrayLike<number>;
  readonly afterCovariance: ArrayLike<number>;
}
export interface ParameterDrift extends ChiSquareTest {
  /** After minus before. */ readonly difference: readonly number[];
  /** (d − median)/(0.74·IQR) of the first parameter over all items (Huynh 2000): beyond ±1.645 stands out. */
  readonly robustZ: number;
}

/**
 * Wald's test of every item, and the robust z of its location among all: calibrations may have moved as a whole.
 * `location`: which parameter that is.
 *
 * @example
 * ```ts
 * import { parameterDrift } from 'itemresponsetheory/dif';
 *
 * const moves = [0.02, -0.05, 0.6, 0.04, -0.01];
 * const variance = { beforeCovariance: [0.01], afterCovariance: [0.01] };
 * const items = moves.map((move) => ({ before: [0], after: [move], ...variance }));
 * console.log(parameterDrift(items).map(({ isFlagged }) => isFlagged).join()); // → false,false,true,false,false
 * ```
 */
export function parameterDrift(
  items: readonly TwoEstimates[],
  { level = 0.05, location = 0 }: { readonly level?: number; readonly location?: number } = {},
): ParameterDrift[] {
  const moved = items.map(({ before, after }) => after[location] - before[location]);
  const sorted = moved.toSorted((a, b) => a - b);
  const quantile = (p: number): number => {
    const at = p * (sorted.length - 1);
    const low = Math.floor(at);
    return sorted[low] + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
  };
  const [median, spread] = [quantile(0.5), 0.74 * (quantile(0.75) - quantile(0.25))];
  return items.map(({ before, after, beforeCovariance, afterCovariance }, n): ParameterDrift => {
    const size = before.length;
    if (after.length !== size)
      throw new IrtError('unequal-lengths', `items[${n}].after`, after.length, `must have ${size} members`);
    const difference = before.map((value, i) => after[i] - value);
    const inverse = invertSymmetric(
      Float64Array.from({ length: size * size }, (_, at) => beforeCovariance[at] + afterCovariance[at]),
      size,
    );
    let sum = 0;
    for (let i = 0; i < size; i += 1)
      for (let j = 0; j < size; j += 1) sum += difference[i] * (inverse?.[i * size + j] ?? NaN) * difference[j];
    return { ...chiSquareTest(sum, size, level), difference, robustZ: (moved[n] - median) / spread };
  });
}
