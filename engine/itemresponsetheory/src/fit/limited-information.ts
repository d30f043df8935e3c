/**
 * Fit of the whole model from low-order moments of the answers, which are filled even where the table of all patterns
 * is empty: M2 (Maydeu-Olivares & Joe 2005, 2006) for right/wrong items; for categories M2* (Cai & Hansen 2013), from
 * the means of the scores and of their products, or C2 (Cai & Monroe 2014), from the shares of the categories and the
 * means of the products. For right/wrong items the three are one. With residual moments e, their covariance Ξ under the
 * model and derivatives Δ in the parameters: N·e'(Ξ⁻¹ − Ξ⁻¹Δ(Δ'Ξ⁻¹Δ)⁻¹Δ'Ξ⁻¹)e.
 */
import { IrtError } from '../errors.ts';
import { createCurves, evaluate } from '../models/curves.ts';
import { chiSquareTail } from '../numeric/chi-square.ts';
import { invertSymmetric, whiten } from '../numeric/cholesky.ts';
import { type ItemParameters } from '../parameters/item-parameters.ts';
import { type Grid, normalGrid } from '../quadrature/grid.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { type EstimatedParameters, freeParameters, requireSpread } from './estimated.ts';
import {
  type Feature,
  momentCovariance,
  momentsAt,
  observedMoments,
  pairCorrelations,
  type MomentLayout,
  momentLayout,
} from './moments.ts';
import { noncentralityAt } from './noncentral.ts';
import { parameterDerivatives } from './parameter-derivatives.ts';
import { completeForms, requireAtLeast, requireResponses } from './responses.ts';

export type LimitedStatistic = 'M2' | 'M2*' | 'C2';

export interface LimitedInformationOptions {
  /** M2 needs right/wrong items. Default C2. */
  readonly statistic?: LimitedStatistic;
  /** Density of the population; default N(0, 1) on 61 points. */
  readonly grid?: Grid;
  readonly estimated?: EstimatedParameters;
}

export interface LimitedInformation {
  readonly statistic: LimitedStatistic;
  readonly value: number;
  readonly degreesOfFreedom: number;
  readonly p: number;
  /** √max(0, (M2 − df)/(df·(N − 1))) with its 90 % interval from the noncentral chi-square distribution. */
  readonly rmsea: number;
  readonly rmseaLower: number;
  readonly rmseaUpper: number;
  /** Root mean square difference of the observed and the expected correlations of the scores. */
  readonly srmsr: number;
  /** Against independent items. */
  readonly tli: number;
  readonly cfi: number;
}

const curves = createCurves();

/** Category probabilities of every item at one node. */
function probabilitiesAt(bank: ItemParameters, theta: number): readonly Float64Array[] {
  return Array.from(bank.categories, (_, item) => {
    const categories = evaluate(bank, item, theta, curves);
    return curves.probability.slice(0, categories);
  });
}

/** Δ column by column: dE(moments)/dparameter. */
function jacobian(
  bank: ItemParameters,
  shape: MomentLayout,
  nodes: readonly (readonly Float64Array[])[],
  { node, weight }: Grid,
  estimated: EstimatedParameters | undefined,
): readonly Float64Array[] {
  const free = freeParameters(bank, estimated);
  const columns = free.flatMap(({ count }) => Array.from({ length: count }, () => new Float64Array(shape.size)));
  nodes.forEach((probabilities, q) => {
    let column = 0;
    free.forEach((own, item) => {
      for (const derivative of parameterDerivatives(bank, item, node[q], own)) {
        addDerivative(shape, probabilities, item, derivative, weight[q], columns[column]);
        column += 1;
      }
    });
  });
  return [...columns, ...populationColumns(shape, nodes, { node, weight }, estimated)];
}

/** A change of one item's probabilities moves its own univariate moments and every product that it takes part in. */
function addDerivative(
  { features, pairs, univariate }: MomentLayout,
  probabilities: readonly Float64Array[],
  item: number,
  derivative: Float64Array,
  weight: number,
  out: Float64Array | undefined,
): void {
  if (out === undefined) return;
  const expectation = (p: Float64Array | undefined, of: (k: number) => number): number =>
    (p ?? new Float64Array(0)).reduce((sum, value, k) => sum + value * of(k), 0);
  features.forEach((feature, n) => {
    if (feature.item === item) out[n] += weight * expectation(derivative, (k) => valueOf(feature, k));
  });
  const own = expectation(derivative, (k) => k);
  pairs.forEach(([a, b], n) => {
    if (a !== item && b !== item) return;
    out[univariate + n] += weight * own * expectation(probabilities[a === item ? b : a], (k) => k);
  });
}

const valueOf = ({ category }: Feature, k: number): number => (category === undefined ? k : Number(k === category));

/** d ln w_q: mean (θ − μ)/σ², variance (θ − μ)²/(2σ⁴), each minus its mean as the weights stay normalised. */
function populationColumns(
  shape: MomentLayout,
  nodes: readonly (readonly Float64Array[])[],
  { node, weight }: Grid,
  estimated: EstimatedParameters | undefined,
): readonly Float64Array[] {
  const mean = node.reduce((sum, theta, q) => sum + theta * weight[q], 0);
  const variance = node.reduce((sum, theta, q) => sum + (theta - mean) ** 2 * weight[q], 0);
  const wanted = [
    estimated?.mean ? (theta: number): number => (theta - mean) / variance : undefined,
    estimated?.variance ? (theta: number): number => (theta - mean) ** 2 / (2 * variance * variance) : undefined,
  ];
  return wanted.flatMap((slope) => {
    if (slope === undefined) return [];
    requireSpread(variance);
    const centre = node.reduce((sum, theta, q) => sum + slope(theta) * weight[q], 0);
    const column = new Float64Array(shape.size);
    nodes.forEach((probabilities, q) =>
      momentsAt(shape, probabilities).forEach((m, n) => {
        column[n] += weight[q] * (slope(node[q]) - centre) * m;
      }),
    );
    return [column];
  });
}

/** Σ aₙ·bₙ, from `start` in a on. */
function product(a: Float64Array, b: Float64Array, start = 0): number {
  let sum = 0;
  for (let n = 0; n < b.length; n += 1) sum += a[start + n] * b[n];
  return sum;
}

/** Matrix (row-major, symmetric) times vector. */
const times = (matrix: Float64Array, vector: Float64Array): Float64Array =>
  vector.map((_, row) => product(matrix, vector, row * vector.length));

/** e'(Ξ⁻¹ − Ξ⁻¹Δ(Δ'Ξ⁻¹Δ)⁻¹Δ'Ξ⁻¹)e. Throws IrtError where Ξ or Δ is singular. */
function quadraticForm(residual: Float64Array, covariance: Float64Array, columns: readonly Float64Array[]): number {
  const [own, ...through] = whiten(covariance, residual.length, [residual, ...columns]) ?? [];
  if (own === undefined)
    throw new IrtError(
      'singular',
      'data',
      'moments',
      'must have no redundant moments: look for an item on which all persons answer alike',
    );
  const projected = Float64Array.from(through, (column) => product(column, own));
  const size = columns.length;
  const gram = Float64Array.from({ length: size * size }, (_, n) =>
    product(through[Math.floor(n / size)], through[n % size]),
  );
  const middle = size === 0 ? new Float64Array(0) : invertSymmetric(gram, size);
  if (middle === undefined)
    throw new IrtError('singular', 'estimated', size, 'must be parameters that the moments identify');
  return product(own, own) - product(projected, times(middle, projected));
}

/**
 * The same statistic for independent items whose category shares are estimated: what the shares leave of the products
 * are covariances, which under independence are uncorrelated, so that all three statistics are N·Σr² with one degree of
 * freedom for each pair.
 */
const independence = (
  correlations: Float64Array,
  persons: number,
): { readonly value: number; readonly degreesOfFreedom: number } => ({
  value: persons * product(correlations, correlations),
  degreesOfFreedom: correlations.length,
});

/**
 * Needs complete forms, and moments³ of work: 40 right/wrong items have 820 moments and take a quarter of a second, 60
 * have 1,830 and take two. Throws IrtError for incomplete forms, M2 with more than two categories, items without
 * variance, or no degrees of freedom.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { limitedInformation } from 'itemresponsetheory/fit';
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
 * const { degreesOfFreedom, rmsea } = limitedInformation(bank, data, { statistic: 'M2' });
 * console.log(degreesOfFreedom, rmsea < 0.06); // → 5 true
 * ```
 */
export function limitedInformation(
  bank: ItemParameters,
  data: ResponseMatrix,
  { statistic = 'C2', grid = normalGrid(), estimated }: LimitedInformationOptions = {},
): LimitedInformation {
  requireResponses(bank, data);
  requireAtLeast('items', bank.size, 2, statistic);
  const polytomous = bank.categories.findIndex((categories) => categories > 2);
  if (statistic === 'M2' && polytomous >= 0)
    throw new IrtError(
      'too-many-categories',
      `categories of ${bank.id[polytomous]}`,
      bank.categories[polytomous],
      'must be 2 for M2; use C2 or M2*',
    );
  const forms = completeForms(data, statistic);
  const shape = momentLayout(bank, statistic === 'C2');
  const nodes = Array.from(grid.node, (theta) => probabilitiesAt(bank, theta));
  const columns = jacobian(bank, shape, nodes, grid, estimated);
  const degreesOfFreedom = shape.size - columns.length;
  if (degreesOfFreedom <= 0)
    throw new IrtError(
      'no-degrees-of-freedom',
      'statistic',
      statistic,
      `must have more moments (${shape.size}) than estimated parameters (${columns.length})`,
    );
  const { moments } = observedMoments(shape, bank, forms);
  const expected = new Float64Array(shape.size);
  nodes.forEach((probabilities, q) =>
    momentsAt(shape, probabilities).forEach((m, n) => {
      expected[n] += grid.weight[q] * m;
    }),
  );
  const value =
    data.persons *
    quadraticForm(
      moments.map((m, n) => m - expected[n]),
      momentCovariance(shape, nodes, grid.weight),
      columns,
    );
  const correlations = pairCorrelations(bank, forms, nodes, grid.weight);
  return {
    statistic,
    value,
    degreesOfFreedom,
    p: chiSquareTail(value, degreesOfFreedom),
    ...approximation(value, degreesOfFreedom, data.persons),
    srmsr: srmsrOf(correlations),
    ...relative(value, degreesOfFreedom, independence(correlations.observed, data.persons)),
  };
}

function approximation(
  value: number,
  degreesOfFreedom: number,
  persons: number,
): Pick<LimitedInformation, 'rmsea' | 'rmseaLower' | 'rmseaUpper'> {
  const rmsea = (noncentrality: number): number =>
    Math.sqrt(Math.max(0, noncentrality) / (degreesOfFreedom * (persons - 1)));
  return {
    rmsea: rmsea(value - degreesOfFreedom),
    rmseaLower: rmsea(noncentralityAt(value, degreesOfFreedom, 0.95)),
    rmseaUpper: rmsea(noncentralityAt(value, degreesOfFreedom, 0.05)),
  };
}

/** Tucker & Lewis (1973) and Bentler (1990). */
function relative(
  value: number,
  df: number,
  none: { readonly value: number; readonly degreesOfFreedom: number },
): Pick<LimitedInformation, 'tli' | 'cfi'> {
  const ratio = none.value / none.degreesOfFreedom;
  const excess = Math.max(0, value - df);
  return {
    tli: (ratio - value / df) / (ratio - 1),
    cfi: 1 - excess / Math.max(none.value - none.degreesOfFreedom, excess, Number.MIN_VALUE),
  };
}

function srmsrOf({ observed, expected }: { readonly observed: Float64Array; readonly expected: Float64Array }): number {
  return Math.sqrt(observed.reduce((sum, r, n) => sum + (r - expected[n]) ** 2, 0) / observed.length);
}
