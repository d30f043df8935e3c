/**
 * Standard errors: the observed information by central differences of the exact gradient, the cross-product of the
 * persons' scores, or both as a sandwich.
 */
import { invertSymmetric } from '../numeric/cholesky.ts';
import { expectation, momentsOf } from './e-step.ts';
import { evaluateFamily, hasUnitSlope, type ItemModelName, prepareFamily, reportedOf } from './family.ts';
import { addLatentScore, blockAt } from './m-step.ts';
import type { CalibrationProblem } from './problem.ts';

/**
 * ∂/∂x of what one EM step maximises, at the point of the E-step itself: the gradient of the marginal likelihood
 * (Fisher's identity), prior included.
 */
export function gradientAt(problem: CalibrationProblem, x: Float64Array, only?: Uint8Array): Float64Array {
  const { moments } = expectation(problem, x, only);
  const gradient = new Float64Array(x.length);
  problem.blocks.forEach((block) => {
    const indices = [...new Set(block.flatMap((item) => problem.parts[item].index))];
    const { gradient: local } = blockAt(problem, block, x, new Map(indices.map((n, at) => [n, at])));
    indices.forEach((n, at) => {
      gradient[n] = local[at];
    });
  });
  moments.forEach((own, d) => {
    addLatentScore(problem, d, own, x, gradient);
  });
  return gradient;
}

/** Marks the rows of these lists; undefined: all rows, as for a parameter of the population. */
function rowsWith(lists: readonly (readonly number[])[], rows: number): Uint8Array | undefined {
  if (lists.length === 0 || lists.some((list) => list.length === rows)) return undefined;
  const only = new Uint8Array(rows);
  for (const list of lists) for (const row of list) only[row] = 1;
  return only;
}

/**
 * −∂²ln L/∂x∂x′ by central differences of the exact gradient (the sum of both terms of Oakes 1999); a parameter of one
 * item touches only the rows that have it.
 */
function observedInformation(problem: CalibrationProblem, x: Float64Array): Float64Array {
  const size = problem.parameters;
  const {
    patterns: { rows, rowStart, item },
    parts,
  } = problem;
  const users: number[][] = Array.from({ length: size }, () => []);
  const rowsOf: number[][] = parts.map(() => []);
  for (let row = 0; row < rows; row += 1)
    for (let n = rowStart[row]; n < rowStart[row + 1]; n += 1) rowsOf[item[n]].push(row);
  parts.forEach(({ index }, one) => {
    for (const n of index) users[n].push(one);
  });
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    const list = users[i];
    const only = rowsWith(
      list.map((one) => rowsOf[one]),
      rows,
    );
    const h = 1e-5 * Math.max(1, Math.abs(x[i]));
    const moved = (by: number): Float64Array => {
      const y = Float64Array.from(x);
      y[i] += by;
      return gradientAt(problem, y, only);
    };
    const [up, down] = [moved(h), moved(-h)];
    for (let j = 0; j < size; j += 1) matrix[j * size + i] = -(up[j] - down[j]) / (2 * h);
  }
  for (let i = 0; i < size; i += 1)
    for (let j = 0; j < i; j += 1)
      matrix[i * size + j] = matrix[j * size + i] = (matrix[i * size + j] + matrix[j * size + i]) / 2;
  return matrix;
}

/**
 * Calls `visit` with the score of each row (one person's ∂ ln L/∂x, valid until the next call) and which of its members
 * are not 0.
 */
export function eachScore(
  problem: CalibrationProblem,
  x: Float64Array,
  visit: (row: number, score: Float64Array, touched: readonly number[]) => void,
): void {
  const size = problem.parameters;
  const { patterns, parts, node, work } = problem;
  const points = node.length;
  const scores = parts.map(({ model, categories, index }) => {
    const all = new Float64Array(points * categories * index.length);
    if (model === 'fixed') return all;
    const local = Float64Array.from(index, (n) => x[n]);
    prepareFamily(model, categories, local, work);
    for (let q = 0; q < points; q += 1) {
      evaluateFamily(model, categories, local, node[q], work);
      all.set(work.score.subarray(0, categories * index.length), q * categories * index.length);
    }
    return all;
  });
  const score = new Float64Array(size);
  expectation(problem, x, undefined, (row, posterior) => {
    score.fill(0);
    const touched = new Set<number>();
    for (let n = patterns.rowStart[row]; n < patterns.rowStart[row + 1]; n += 1) {
      const one = patterns.item[n];
      const { categories = 0, index = [] } = parts[one];
      const [table, p] = [scores[one], index.length];
      for (let q = 0; q < points; q += 1) {
        const start = (q * categories + patterns.category[n]) * p;
        for (let i = 0; i < p; i += 1) score[index[i]] += posterior[q] * table[start + i];
      }
      for (const i of index) touched.add(i);
    }
    const before = Float64Array.from(score);
    addLatentScore(problem, patterns.density[row], momentsOf(node, posterior), x, score);
    score.forEach((value, i) => {
      if (value !== before[i]) touched.add(i);
    });
    visit(row, score, [...touched]);
  });
}

/** Σ w·s·s′ over the rows, s the row's own score. */
function crossProduct(problem: CalibrationProblem, x: Float64Array, weights: Float64Array): Float64Array {
  const size = problem.parameters;
  const matrix = new Float64Array(size * size);
  eachScore(problem, x, (row, score, list) => {
    const w = weights[row];
    for (const i of list) for (const j of list) matrix[i * size + j] += w * score[i] * score[j];
  });
  return matrix;
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1)
    for (let k = 0; k < n; k += 1) {
      const v = a[i * n + k];
      if (v !== 0) for (let j = 0; j < n; j += 1) out[i * n + j] += v * b[k * n + j];
    }
  return out;
}

/** Of the parameters; the weights of a histogram are taken as given. */
export function covarianceOf(
  problem: CalibrationProblem,
  x: Float64Array,
  method: 'oakes' | 'crossProduct' | 'sandwich',
): Float64Array | undefined {
  if (method === 'crossProduct')
    return invertSymmetric(crossProduct(problem, x, problem.patterns.weight), problem.parameters);
  const bread = invertSymmetric(observedInformation(problem, x), problem.parameters);
  if (method === 'oakes' || bread === undefined) return bread;
  return product(
    product(bread, crossProduct(problem, x, problem.patterns.squaredWeight), problem.parameters),
    bread,
    problem.parameters,
  );
}

/**
 * Delta method: covariance of the reported numbers (row-major) from that of the local parameters; derivatives by
 * central differences of closed forms.
 */
export function reportedCovariance(
  model: ItemModelName,
  categories: number,
  index: readonly number[],
  x: Float64Array,
  covariance: Float64Array,
  size: number,
): number[] {
  const local = index.map((n) => x[n]);
  const count = reportedOf(model, local, categories).length;
  const slopes = local.map((value, i) => {
    const h = 1e-6 * Math.max(1, Math.abs(value));
    const moved = (by: number): number[] =>
      reportedOf(
        model,
        local.map((other, j) => (j === i ? other + by : other)),
        categories,
      );
    const [up, down] = [moved(h), moved(-h)];
    return Array.from({ length: count }, (_, r) => (up[r] - down[r]) / (2 * h));
  });
  return Array.from({ length: count * count }, (_, cell) => {
    const [r, s] = [Math.floor(cell / count), cell % count];
    let sum = 0;
    index.forEach((n, i) =>
      index.forEach((m, j) => {
        sum += slopes[i][r] * slopes[j][s] * covariance[n * size + m];
      }),
    );
    return sum;
  });
}

/** Standard errors of the reported numbers; NaN for a slope that is not estimated, and without a covariance. */
export function reportedErrors(
  model: ItemModelName,
  categories: number,
  index: readonly number[],
  x: Float64Array,
  covariance: readonly number[] | undefined,
): number[] {
  const count = reportedOf(
    model,
    index.map((n) => x[n]),
    categories,
  ).length;
  return Array.from({ length: count }, (_, r) =>
    covariance === undefined || (r === 0 && hasUnitSlope(model)) ? NaN : Math.sqrt(covariance[r * count + r]),
  );
}
