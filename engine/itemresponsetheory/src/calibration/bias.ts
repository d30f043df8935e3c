/**
 * First-order bias of the estimates x̂ = (u, g), u free and g under a prior; C is their covariance, s_i and H_i score
 * and Hessian of person i, K the third derivatives of the log-posterior: E(x̂ − x) ≈ C·(Σ_i H_i·C·(s_i of u alone) + ½
 * K[C_uu − C_gg]). Without priors this is Cox & Snell (1968), with sums over the persons in place of expectations
 * (Kosmidis & Lunardon 2024); with priors on everything it is mode less mean of the posterior (Tierney & Kadane 1986).
 * In between it is the mean over data and over the prior of g: the pull of the prior, C·∂ln p/∂g, has by parts the mean
 * −∂C_·g/∂g. With V = L·L′ all are derivatives of gradients along columns of L: H by first ones, persons weighted; K by
 * second ones.
 */
import { factor } from '../numeric/cholesky.ts';
import { eachScore, gradientAt } from './covariance.ts';
import { type ItemModelName, reportedOf } from './family.ts';
import type { CalibrationProblem } from './problem.ts';
import { countScored } from './rows.ts';
import { runHere } from './team.ts';

export interface Bias {
  /** Of every parameter in x. */
  readonly of: Float64Array;
  /** C_uu and −C_gg, nought between them, row-major: what curvature makes of it when numbers are transformed. */
  readonly signed: Float64Array;
}

/** Along a column of L, in standard errors. */
const step = 0.02;
/** Numbers kept at once: rows times directions. */
const mostKept = 4_000_000;

/** The same problem with other weights of its rows, which may be written between evaluations; without priors. */
function reweighted(problem: CalibrationProblem): {
  readonly weigh: (weightOf: (row: number) => number) => void;
  readonly problem: CalibrationProblem;
} {
  const rowData = { ...problem.rowData, weight: new Float64Array(problem.rowData.weight.length) };
  const counts = {
    sums: new Float64Array(problem.counts.sums.length),
    persons: new Float64Array(problem.counts.persons.length),
    allPersons: new Float64Array(problem.counts.allPersons.length),
  };
  return {
    problem: { ...problem, rowData, counts, runner: runHere(rowData, problem.shape), priors: [] },
    weigh: (weightOf) => {
      rowData.row.forEach((row, place) => {
        rowData.weight[place] = weightOf(row);
      });
      countScored(rowData, counts.allPersons);
    },
  };
}

/** s_i′·L_m of every row by its free members, for the directions from `first` on; row-major rows × count. */
function projectedScores(
  problem: CalibrationProblem,
  x: Float64Array,
  lower: Float64Array,
  first: number,
  count: number,
): Float64Array {
  const size = problem.parameters;
  const out = new Float64Array(problem.patterns.rows * count);
  eachScore(problem, x, (row, score, touched) => {
    for (const i of touched) {
      if (problem.priors[i] !== undefined) continue;
      const s = score[i];
      for (let m = 0; m < count && first + m <= i; m += 1) out[row * count + m] += s * lower[i * size + first + m];
    }
  });
  return out;
}

/** Gradients a step up and a step down a column of L. */
interface Pair {
  readonly up: Float64Array;
  readonly down: Float64Array;
}

function pairAt(problem: CalibrationProblem, x: Float64Array, lower: Float64Array, column: number): Pair {
  const size = problem.parameters;
  const moved = (by: number): Float64Array =>
    gradientAt(
      problem,
      x.map((value, n) => value + (n < size ? by * lower[n * size + column] : 0)),
    );
  return { up: moved(step), down: moved(-step) };
}

/** Along every column of L whose diagonal is not 0: the others are no part of L·L′. */
const pairsAlong = (problem: CalibrationProblem, x: Float64Array, lower: Float64Array): readonly Pair[] =>
  Array.from({ length: problem.parameters }, (_, column) => column)
    .filter((column) => lower[column * problem.parameters + column] !== 0)
    .map((column) => pairAt(problem, x, lower, column));

/** Σ_i n_i·H_i·L·L′·(s_i of u alone); `all`: the gradients without priors along L. */
function firstSum(
  problem: CalibrationProblem,
  x: Float64Array,
  lower: Float64Array,
  all: readonly Pair[],
): Float64Array {
  const size = problem.parameters;
  const { weight, rows } = problem.patterns;
  const weighted = reweighted(problem);
  const sum = new Float64Array(size);
  const atOnce = Math.max(1, Math.floor(mostKept / rows));
  for (let first = 0; first < size; first += atOnce) {
    const count = Math.min(atOnce, size - first);
    const projected = projectedScores(problem, x, lower, first, count);
    for (let m = 0; m < count; m += 1) {
      // Weights must not be negative: all are raised by the largest, and what that adds is taken off again.
      let raised = 0;
      for (let at = m; at < projected.length; at += count) raised = Math.max(raised, Math.abs(projected[at]));
      weighted.weigh((row) => weight[row] * (projected[row * count + m] + raised));
      const [own, whole] = [pairAt(weighted.problem, x, lower, first + m), all[first + m]];
      for (let n = 0; n < size; n += 1)
        sum[n] += (own.up[n] - own.down[n] - raised * (whole?.up[n] - whole?.down[n])) / (2 * step);
    }
  }
  return sum;
}

/** K[L·L′] from the gradients along L. */
function thirdDerivatives(center: Float64Array, pairs: readonly Pair[], size: number): Float64Array {
  const sum = new Float64Array(size);
  for (const { up, down } of pairs)
    for (let n = 0; n < size; n += 1) sum[n] += (up[n] - 2 * center[n] + down[n]) / (step * step);
  return sum;
}

/** L of the rows and columns that are `own`; nought elsewhere. */
function factorOf(covariance: Float64Array, own: readonly boolean[]): Float64Array | undefined {
  const size = own.length;
  const lower = factor(
    covariance.map((value, at) =>
      own[Math.floor(at / size)] === true && own[at % size] === true ? value : at % (size + 1) === 0 ? 1 : 0,
    ),
    size,
  );
  own.forEach((isOwn, n) => {
    if (!isOwn && lower !== undefined) lower[n * size + n] = 0;
  });
  return lower;
}

/** `covariance` row-major; undefined where it is not positive definite. */
export function biasOf(problem: CalibrationProblem, x: Float64Array, covariance: Float64Array): Bias | undefined {
  const size = problem.parameters;
  const isUnderPrior = Array.from({ length: size }, (_, n) => problem.priors[n] !== undefined);
  const isFree = isUnderPrior.map((under) => !under);
  const [whole, free, under] = [
    factor(covariance, size),
    factorOf(covariance, isFree),
    factorOf(covariance, isUnderPrior),
  ];
  if (whole === undefined || free === undefined || under === undefined) return undefined;
  const center = gradientAt(problem, x);
  const withoutPriors = pairsAlong({ ...problem, priors: [] }, x, whole);
  // Without priors all of L is free, and its gradients are there.
  const [ofFree, ofUnder] = [
    isUnderPrior.includes(true) ? pairsAlong(problem, x, free) : withoutPriors,
    pairsAlong(problem, x, under),
  ].map((pairs) => thirdDerivatives(center, pairs, size));
  const sum = firstSum(problem, x, whole, withoutPriors).map((value, n) => value + (ofFree?.[n] - ofUnder?.[n]) / 2);
  return {
    of: sum.map((_, i) => sum.reduce((total, value, j) => total + covariance[i * size + j] * value, 0)),
    signed: covariance.map((value, at) =>
      isUnderPrior[Math.floor(at / size)] !== isUnderPrior[at % size]
        ? 0
        : isUnderPrior[at % size] === true
          ? -value
          : value,
    ),
  };
}

/**
 * Of the reported numbers f, from that of the local parameters: ∇f·bias + ½ tr(∇²f·(C_uu − C_gg)), by central
 * differences of closed forms.
 */
export function reportedBias(
  model: ItemModelName,
  categories: number,
  index: readonly number[],
  x: Float64Array,
  { of, signed }: Bias,
  size: number,
): number[] {
  const local = index.map((n) => x[n]);
  const h = index.map((n) => 0.02 * Math.sqrt(Math.abs(signed[n * size + n])));
  const at = (...moves: readonly (readonly [number, number])[]): number[] => {
    const moved = [...local];
    for (const [i, by] of moves) moved[i] += by;
    return reportedOf(model, moved, categories);
  };
  const here = at();
  const out = here.map(() => 0);
  const add = (values: readonly (readonly [number, readonly number[]])[], share: number): void => {
    out.forEach((_, r) => {
      out[r] += share * values.reduce((sum, [sign, list]) => sum + sign * list[r], 0);
    });
  };
  index.forEach((n, i) => {
    const hi = h[i];
    add(
      [
        [1, at([i, hi])],
        [-1, at([i, -hi])],
      ],
      of[n] / (2 * hi),
    );
    add(
      [
        [1, at([i, hi])],
        [-2, here],
        [1, at([i, -hi])],
      ],
      signed[n * size + n] / (2 * hi * hi),
    );
    for (let j = 0; j < i; j += 1) {
      const hj = h[j];
      add(
        [
          [1, at([i, hi], [j, hj])],
          [-1, at([i, hi], [j, -hj])],
          [-1, at([i, -hi], [j, hj])],
          [1, at([i, -hi], [j, -hj])],
        ],
        signed[n * size + index[j]] / (4 * hi * hj),
      );
    }
  });
  return out;
}
