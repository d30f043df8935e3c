/**
 * A running posterior on a grid: one addition per node and response, never the whole history again. In the log domain, so that
 * thousands of responses do not underflow. The only mutable object of the package besides `out` arrays.
 */
import { exp, log } from '../numeric/elementary.ts';
import { requireCategory, requireItem } from '../parameters/item-parameters.ts';
import type { GridTable } from '../parameters/table.ts';

export interface Moments { readonly theta: number; readonly standardError: number }

export class Posterior {
  private readonly logWeight: Float64Array;

  constructor(readonly table: GridTable) { this.logWeight = table.grid.weight.map(log); }

  /** Takes one response into account. */
  update(item: number, category: number): void {
    requireItem(this.table.bank, item);
    requireCategory(this.table.bank, item, category);
    const points = this.logWeight.length;
    const start = ((this.table.rowStart[item] ?? 0) + category) * points;
    for (let q = 0; q < points; q += 1) this.logWeight[q] = (this.logWeight[q] ?? 0) + (this.table.logProbability[start + q] ?? 0);
  }

  /** Normalised weights at the nodes. */
  weights(): Float64Array {
    const maximum = this.logWeight.reduce((a, b) => Math.max(a, b), -Infinity);
    const weights = this.logWeight.map((w) => exp(w - maximum));
    const total = weights.reduce((sum, w) => sum + w, 0);
    return weights.map((w) => w / total);
  }

  /** EAP and PSD (Bock & Mislevy 1982). */
  moments(): Moments {
    const { node } = this.table.grid;
    const weights = this.weights();
    let theta = 0;
    for (let q = 0; q < node.length; q += 1) theta += (weights[q] ?? 0) * (node[q] ?? 0);
    let variance = 0;
    for (let q = 0; q < node.length; q += 1) variance += (weights[q] ?? 0) * ((node[q] ?? 0) - theta) ** 2;
    return { theta, standardError: Math.sqrt(variance) };
  }
}

export const createPosterior = (table: GridTable): Posterior => new Posterior(table);
