/**
 * A running posterior on a grid: one addition per node and response, never the whole history again. In the log domain,
 * so that thousands of responses do not underflow. The only mutable object of the package besides accumulators and
 * `out` arrays.
 */
import { exp } from '../numeric/elementary.ts';
import { requireCategory, requireItem } from '../parameters/item-parameters.ts';
import type { GridTable } from '../information/table.ts';

export interface PosteriorMoments {
  readonly theta: number;
  readonly standardError: number;
}

/** e^w normalised to sum 1, into `out`; the maximum is subtracted first. */
export function normalise(logWeight: Float64Array, out: Float64Array): Float64Array {
  let maximum = -Infinity;
  for (let q = 0; q < logWeight.length; q += 1) maximum = Math.max(maximum, logWeight[q]);
  let total = 0;
  for (let q = 0; q < logWeight.length; q += 1) {
    const w = exp(logWeight[q] - maximum);
    out[q] = w;
    total += w;
  }
  for (let q = 0; q < logWeight.length; q += 1) out[q] /= total;
  return out;
}

/** Mean and standard deviation over the nodes: EAP and PSD (Bock & Mislevy 1982). */
export function momentsOf(node: Float64Array, weight: Float64Array): PosteriorMoments {
  let theta = 0;
  for (let q = 0; q < node.length; q += 1) theta += weight[q] * node[q];
  let variance = 0;
  for (let q = 0; q < node.length; q += 1) {
    const d = node[q] - theta;
    variance += weight[q] * d * d;
  }
  return { theta, standardError: Math.sqrt(variance) };
}

/**
 * The posterior of one person over the grid of a table, updated answer by answer.
 *
 * @example
 * ```ts
 * import { Posterior, createItemParameters, normalGrid, tabulate } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const table = tabulate(bank, normalGrid());
 * const posterior = new Posterior(table);
 * posterior.update(0, 1);
 * console.log(posterior.moments().theta.toFixed(3)); // → 0.255
 * ```
 */
export class Posterior {
  private readonly logWeight: Float64Array;
  private readonly weight: Float64Array;

  constructor(readonly table: GridTable) {
    this.logWeight = Float64Array.from(table.logWeight);
    this.weight = new Float64Array(table.logWeight.length);
  }

  /** Back to the prior. */
  reset(): void {
    this.logWeight.set(this.table.logWeight);
  }

  /** Takes one response into account. */
  update(item: number, category: number): void {
    requireItem(this.table.bank, item);
    requireCategory(this.table.bank, item, category);
    const { logWeight } = this;
    const { logProbability } = this.table;
    const points = logWeight.length;
    const start = (this.table.rowStart[item] + category) * points;
    for (let q = 0; q < points; q += 1) logWeight[q] += logProbability[start + q];
  }

  /** Normalised weights at the nodes, as a copy. */
  weights(): Float64Array {
    return Float64Array.from(normalise(this.logWeight, this.weight));
  }

  moments(): PosteriorMoments {
    return momentsOf(this.table.grid.node, normalise(this.logWeight, this.weight));
  }
}

/**
 * A running posterior at the prior of the table.
 *
 * @example
 * ```ts
 * import { createItemParameters, createPosterior, normalGrid, tabulate } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const table = tabulate(bank, normalGrid());
 * const posterior = createPosterior(table);
 * posterior.update(0, 1);
 * const { theta, standardError } = posterior.moments();
 * console.log(theta.toFixed(3), standardError.toFixed(3)); // → 0.255 0.927
 * ```
 */
export const createPosterior = (table: GridTable): Posterior => new Posterior(table);
