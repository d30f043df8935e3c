/**
 * An adaptive test at full speed: EAP on the grid and maximum information, without content or exposure rules. The
 * posterior is kept as probabilities, one multiplication a node and answer and no exponential: a node lost to underflow
 * is one that no answer could bring back, since the nodes near the items' difficulties always keep more.
 */
import { requireCategory, requireItem } from '../parameters/item-parameters.ts';
import type { GridTable } from '../information/table.ts';
import { bestOfRanked, type RankedLists, scanForBest } from '../selection/ranked-lists.ts';

/**
 * A test that is used again and again: `reset` begins the next one.
 *
 * @example
 * ```ts
 * import { createItemParameters, normalGrid, tabulate } from 'itemresponsetheory';
 * import { QuickTest } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters(
 *   [-1, 0, 1].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * const test = new QuickTest(tabulate(bank, normalGrid()));
 * const first = test.next();
 * test.answer(first, 1);
 * console.log(first, test.theta.toFixed(2), test.next()); // → 1 0.41 2
 * ```
 */
export class QuickTest {
  private readonly weight: Float64Array;
  private readonly used: Uint8Array;
  private total = 1;
  /** EAP of what was answered; the prior's mean before. */
  theta = 0;

  /** By the ranked lists when they are given, else by scan. */
  constructor(
    private readonly table: GridTable,
    private readonly ranked?: RankedLists,
  ) {
    this.weight = new Float64Array(table.grid.node.length);
    this.used = new Uint8Array(table.bank.size);
    this.reset();
  }

  /** A new test. */
  reset(): void {
    const {
      table: {
        grid: { node, weight },
      },
    } = this;
    this.weight.set(weight);
    this.used.fill(0);
    [this.total, this.theta] = [1, 0];
    for (let q = 0; q < weight.length; q += 1) this.theta += weight[q] * node[q];
  }

  /** The item to give next; −1 when all were given. */
  next(): number {
    return this.ranked === undefined
      ? scanForBest(this.table, this.theta, this.used)
      : bestOfRanked(this.table, this.ranked, this.theta, this.used);
  }

  /** Takes an answer into account; the item will not come again. Throws IrtError for an unknown item or category. */
  answer(item: number, category: number): void {
    requireItem(this.table.bank, item);
    requireCategory(this.table.bank, item, category);
    this.used[item] = 1;
    const {
      weight,
      table: {
        probability,
        rowStart,
        grid: { node },
      },
    } = this;
    const points = weight.length;
    let [total, first] = [0, 0];
    for (let q = 0, at = (rowStart[item] + category) * points; q < points; q += 1, at += 1) {
      const w = weight[q] * probability[at];
      weight[q] = w;
      total += w;
      first += w * node[q];
    }
    this.theta = first / total;
    this.total = total;
    if (total < 1e-100) {
      for (let q = 0; q < points; q += 1) weight[q] /= total;
      this.total = 1;
    }
  }

  get standardError(): number {
    const {
      weight,
      table: {
        grid: { node },
      },
    } = this;
    let sum = 0;
    for (let q = 0; q < weight.length; q += 1) {
      const d = node[q] - this.theta;
      sum += weight[q] * d * d;
    }
    return Math.sqrt(sum / this.total);
  }
}
