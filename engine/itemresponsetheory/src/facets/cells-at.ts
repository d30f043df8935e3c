/** What the cells of a many-facet model are at x: slopes, severities, steps and probabilities. */
import { exp, log } from '../numeric/elementary.ts';
import { valueOf } from './affine.ts';
import { type RatingAt, ratingAt } from './cells.ts';
import type { Marginal } from './marginal.ts';

export interface CellsAt {
  readonly slope: Float64Array;
  readonly severity: Float64Array;
  readonly steps: readonly Float64Array[];
  /** By cell and node. */ readonly logTotal: Float64Array;
  /** By cell, node and score. */ readonly p: Float64Array;
}

export function cellsAt({ design, node, table: { highest: m }, at }: Marginal, x: Float64Array): CellsAt {
  const points = node.length;
  const steps = design.steps.map((rows) => Float64Array.from(rows, (row) => valueOf(row, x)));
  const severity = Float64Array.from(design.cells, (cell) => valueOf(cell.severity, x));
  const slope = Float64Array.from(design.cells, ({ logSlope }) =>
    logSlope === undefined ? 1 : exp(valueOf(logSlope, x)),
  );
  const [logTotal, p] = [
    new Float64Array(design.cells.length * points),
    new Float64Array(design.cells.length * points * (m + 1)),
  ];
  const work = new Float64Array(m + 1);
  design.cells.forEach(({ group }, c) => {
    curvesOf(
      slope[c],
      severity[c],
      steps[group],
      node,
      logTotal.subarray(c * points, (c + 1) * points),
      p.subarray(c * points * (m + 1), (c + 1) * points * (m + 1)),
      work,
      at,
    );
  });
  return { slope, severity, steps, logTotal, p };
}

/** Exponents up to here are taken by powers; e^600 is far from overflow. */
const safeExponent = 600;

/** ln Σ_k e^η_k and P_k at every node. e^η_k = y^k·e^(−αS_k) with y = e^(α(θ − severity)): one exponential a node. */
function curvesOf(
  a: number,
  severity: number,
  steps: Float64Array,
  node: Float64Array,
  logTotal: Float64Array,
  p: Float64Array,
  weight: Float64Array,
  at: RatingAt,
): void {
  const m = steps.length;
  let [sum, most] = [0, 0];
  weight[0] = 1;
  for (let k = 1; k <= m; k += 1) {
    sum += a * steps[k - 1];
    weight[k] = exp(-sum);
    most = Math.max(most, Math.abs(sum));
  }
  const reach = m * a * Math.max(Math.abs(node[0] - severity), Math.abs(node[node.length - 1] - severity));
  if (most + reach > safeExponent) {
    const scaled = steps.map((step) => a * step);
    for (let q = 0; q < node.length; q += 1) {
      ratingAt(a * (node[q] - severity), scaled, at);
      logTotal[q] = at.logTotal;
      p.set(at.p, q * (m + 1));
    }
    return;
  }
  for (let q = 0; q < node.length; q += 1) {
    const y = exp(a * (node[q] - severity));
    let total = 1;
    for (let k = 1, power = 1; k <= m; k += 1) {
      power *= y;
      const e = power * weight[k];
      p[q * (m + 1) + k] = e;
      total += e;
    }
    logTotal[q] = log(total);
    p[q * (m + 1)] = 1 / total;
    for (let k = 1; k <= m; k += 1) p[q * (m + 1) + k] /= total;
  }
}
