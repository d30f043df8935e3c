/**
 * Criteria that average over what is still believed about θ. `weight` has one member a node of the table: the
 * normalised posterior (`Posterior.weights()`), or the likelihood times a quadrature rule. The larger the better,
 * except expectedPosteriorVariance.
 */
import { IrtError } from '../errors.ts';
import { createCurves, evaluate } from '../models/curves.ts';
import { exp, log } from '../numeric/elementary.ts';
import { requireItem } from '../parameters/item-parameters.ts';
import type { GridTable } from '../information/table.ts';

const curves = createCurves();

function check(table: GridTable, weight: Float64Array, item: number): void {
  requireItem(table.bank, item);
  if (weight.length !== table.grid.node.length)
    throw new IrtError(
      'unequal-lengths',
      'weight',
      weight.length,
      `must have a member for each of ${table.grid.node.length} nodes`,
    );
}

/**
 * Σ_q w·I_j: likelihood-weighted (Veerkamp & Berger 1997) or posterior-weighted information (van der Linden 1998).
 *
 * @example
 * ```ts
 * import {
 *   createItemParameters,
 *   createPosterior,
 *   normalGrid,
 *   tabulate,
 *   weightedInformation,
 * } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const table = tabulate(bank, normalGrid());
 * const weight = createPosterior(table).weights();
 * console.log(weightedInformation(table, weight, 1).toFixed(3)); // → 0.315
 * ```
 */
export function weightedInformation(table: GridTable, weight: Float64Array, item: number): number {
  check(table, weight, item);
  let sum = 0;
  for (let q = 0; q < weight.length; q += 1) sum += weight[q] * table.information[q * table.bank.size + item];
  return sum;
}

/**
 * Σ_q w·I_j of every item at once into `out`, node by node: one straight pass over the table. Nodes of no weight are
 * passed over.
 *
 * @example
 * ```ts
 * import {
 *   createItemParameters,
 *   createPosterior,
 *   normalGrid,
 *   tabulate,
 *   weightedInformationOf,
 * } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const table = tabulate(bank, normalGrid());
 * const weight = createPosterior(table).weights();
 * const all = weightedInformationOf(table, weight, new Float64Array(bank.size));
 * console.log(Array.from(all, (one) => one.toFixed(3)).join()); // → 0.178,0.315,0.402
 * ```
 */
export function weightedInformationOf(table: GridTable, weight: Float64Array, out: Float64Array): Float64Array {
  const {
    information,
    bank: { size },
  } = table;
  check(table, weight, 0);
  out.fill(0);
  for (let q = 0; q < weight.length; q += 1) {
    const w = weight[q];
    if (w < 1e-12) continue;
    for (let item = 0, at = q * size; item < size; item += 1, at += 1) out[item] += w * information[at];
  }
  return out;
}

/**
 * A point that matters more than others: at it a node counts 1 + `weight` times, falling off as a normal density of SD
 * `width`.
 */
export interface Emphasis {
  readonly theta: number;
  readonly weight: number;
  readonly width: number;
}

/**
 * The weights with the emphasis, normalised: goal information near a cut (cf. van der Linden 1998, weighting by what
 * the decision needs).
 *
 * @example
 * ```ts
 * import { createItemParameters, createPosterior, emphasise, normalGrid, tabulate } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const table = tabulate(bank, normalGrid());
 * const weight = createPosterior(table).weights();
 * console.log(emphasise(table, weight, { theta: 0.5, weight: 2, width: 0.5 }).length); // → 61
 * ```
 */
export function emphasise(
  { grid: { node } }: GridTable,
  weight: Float64Array,
  { theta, weight: extra, width }: Emphasis,
): Float64Array {
  if (!(width > 0)) throw new IrtError('width-not-positive', 'width', width, 'must be greater than 0');
  if (!(extra >= 0)) throw new IrtError('weight-negative', 'weight', extra, 'must be at least 0');
  const raised = weight.map((w, q) => w * (1 + extra * exp(-0.5 * ((node[q] - theta) / width) ** 2)));
  const total = raised.reduce((sum, w) => sum + w, 0);
  return raised.map((w) => w / total);
}

/**
 * Σ_q w·Σ_k P_k(θ)·ln[P_k(θ)/P_k(θ_q)]: Kullback–Leibler information at θ (Chang & Ying 1996), weighted over the whole
 * grid.
 *
 * @example
 * ```ts
 * import {
 *   createItemParameters,
 *   createPosterior,
 *   normalGrid,
 *   tabulate,
 *   weightedKullbackLeibler,
 * } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const table = tabulate(bank, normalGrid());
 * const weight = createPosterior(table).weights();
 * console.log(weightedKullbackLeibler(table, weight, 1, 0).toFixed(3)); // → 0.165
 * ```
 */
export function weightedKullbackLeibler(table: GridTable, weight: Float64Array, item: number, theta: number): number {
  check(table, weight, item);
  const categories = evaluate(table.bank, item, theta, curves);
  const points = weight.length;
  let sum = 0;
  for (let k = 0; k < categories; k += 1) {
    const start = (table.rowStart[item] + k) * points;
    const [p, logP] = [curves.probability[k], curves.logProbability[k]];
    for (let q = 0; q < points; q += 1) sum += weight[q] * p * (logP - table.logProbability[start + q]);
  }
  return sum;
}

/** Predictive chance of category k: Σ_q w·P_k(θ_q). */
function predictive(table: GridTable, weight: Float64Array, item: number, k: number): number {
  const start = (table.rowStart[item] + k) * weight.length;
  let sum = 0;
  for (let q = 0; q < weight.length; q += 1) sum += weight[q] * table.probability[start + q];
  return sum;
}

/**
 * Σ_k Var_w(P_k), the global discrimination index (Kaplan, de la Torre & Barrada 2015); for dichotomous items the
 * variance of P_1 alone.
 *
 * @example
 * ```ts
 * import {
 *   createItemParameters,
 *   createPosterior,
 *   globalDiscrimination,
 *   normalGrid,
 *   tabulate,
 * } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const table = tabulate(bank, normalGrid());
 * const weight = createPosterior(table).weights();
 * console.log(globalDiscrimination(table, weight, 1).toFixed(3)); // → 0.050
 * ```
 */
export function globalDiscrimination(table: GridTable, weight: Float64Array, item: number): number {
  check(table, weight, item);
  const categories = table.bank.categories[item];
  let sum = 0;
  for (let k = categories === 2 ? 1 : 0; k < categories; k += 1) {
    const start = (table.rowStart[item] + k) * weight.length;
    const mean = predictive(table, weight, item, k);
    for (let q = 0; q < weight.length; q += 1) {
      const d = table.probability[start + q] - mean;
      sum += weight[q] * d * d;
    }
  }
  return sum;
}

/**
 * Mutual information of the answer and θ: H(Σ_q w·P) − Σ_q w·H(P) (Weissman 2007); needs normalised weights.
 *
 * @example
 * ```ts
 * import { createItemParameters, createPosterior, mutualInformation, normalGrid, tabulate } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const table = tabulate(bank, normalGrid());
 * const weight = createPosterior(table).weights();
 * console.log(mutualInformation(table, weight, 1).toFixed(3)); // → 0.134
 * ```
 */
export function mutualInformation(table: GridTable, weight: Float64Array, item: number): number {
  check(table, weight, item);
  let sum = 0;
  for (let k = 0; k < table.bank.categories[item]; k += 1) {
    const start = (table.rowStart[item] + k) * weight.length;
    const mean = predictive(table, weight, item, k);
    if (mean > 0) sum -= mean * log(mean);
    for (let q = 0; q < weight.length; q += 1) {
      const p = table.probability[start + q];
      if (p > 0) sum += weight[q] * p * table.logProbability[start + q];
    }
  }
  return sum;
}

/**
 * Σ_k m_k·Var(θ | k), the smaller the better (Owen 1975; van der Linden & Pashley 2000). m_k is the predictive chance
 * under the weights, or P_k at `theta` where one is given.
 *
 * @example
 * ```ts
 * import {
 *   createItemParameters,
 *   createPosterior,
 *   expectedPosteriorVariance,
 *   normalGrid,
 *   tabulate,
 * } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const table = tabulate(bank, normalGrid());
 * const weight = createPosterior(table).weights();
 * console.log(expectedPosteriorVariance(table, weight, 1).toFixed(3)); // → 0.768
 * ```
 */
export function expectedPosteriorVariance(
  table: GridTable,
  weight: Float64Array,
  item: number,
  theta?: number,
): number {
  check(table, weight, item);
  const { node } = table.grid;
  const categories = table.bank.categories[item];
  if (theta !== undefined) evaluate(table.bank, item, theta, curves);
  let sum = 0;
  for (let k = 0; k < categories; k += 1) {
    const start = (table.rowStart[item] + k) * weight.length;
    let [total, first, second] = [0, 0, 0];
    for (let q = 0; q < weight.length; q += 1) {
      const w = weight[q] * table.probability[start + q];
      total += w;
      first += w * node[q];
      second += w * node[q] * node[q];
    }
    if (total > 0)
      sum +=
        (theta === undefined ? total : curves.probability[k]) * (second / total - (first / total) * (first / total));
  }
  return sum;
}
