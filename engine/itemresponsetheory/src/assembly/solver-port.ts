/**
 * What a solver of mixed integer programmes must do for us, and one adapter: HiGHS, handed in by the caller, so that
 * the package depends on nothing. `createHighsSolver(await highs())` with the npm package `highs`; it blocks its
 * thread, so run large problems in a worker.
 */
import { IrtError } from '../errors.ts';

/** Σ coefficient·x within lower..upper; Infinity where there is no bound. */
export interface LinearRule {
  readonly name: string;
  readonly index: readonly number[];
  readonly coefficient: readonly number[];
  readonly lower: number;
  readonly upper: number;
}

/** Variables 0..binaries−1 are 0 or 1; after them `continuous` free ones. */
export interface IntegerProgramme {
  readonly binaries: number;
  readonly continuous: number;
  readonly sense: 'maximise' | 'minimise';
  readonly objective: { readonly index: readonly number[]; readonly coefficient: readonly number[] };
  readonly rules: readonly LinearRule[];
}

export type IntegerSolution =
  { readonly kind: 'solved'; readonly x: Float64Array; readonly isOptimal: boolean } | { readonly kind: 'infeasible' };

export interface MipSolver {
  solve(
    programme: IntegerProgramme,
    options: { readonly relativeGap: number; readonly seconds: number },
  ): IntegerSolution;
}

/** The part of HiGHS's JavaScript interface that is used. */
export interface Highs {
  solve(
    problem: string,
    options?: Readonly<Record<string, string | number | boolean>>,
  ): { readonly Status: string; readonly Columns: Readonly<Record<string, object>> };
}

const sum = (index: readonly number[], coefficient: readonly number[]): string =>
  index.map((variable, n) => `${coefficient[n] < 0 ? '-' : '+'} ${Math.abs(coefficient[n])} x${variable}`).join(' ');

/**
 * CPLEX LP text; one term a line would be longer, one rule a line is short enough for every reader we know.
 *
 * @example
 * ```ts
 * import { lpText } from 'itemresponsetheory/assembly';
 *
 * const text = lpText({
 *   binaries: 2,
 *   continuous: 0,
 *   sense: 'maximise',
 *   objective: { index: [0, 1], coefficient: [0.5, 0.4] },
 *   rules: [{ name: 'length', index: [0, 1], coefficient: [1, 1], lower: 1, upper: 1 }],
 * });
 * console.log(text.split('\n')[3]?.trim()); // → r0: + 1 x0 + 1 x1 = 1
 * ```
 */
export function lpText({ binaries, continuous, sense, objective, rules }: IntegerProgramme): string {
  const lines = rules.flatMap(({ index, coefficient, lower, upper }, n) => {
    const left = sum(index, coefficient);
    if (index.length === 0) return [];
    if (lower === upper) return [` r${n}: ${left} = ${lower}`];
    return [
      ...(lower > -Infinity ? [` l${n}: ${left} >= ${lower}`] : []),
      ...(upper < Infinity ? [` u${n}: ${left} <= ${upper}`] : []),
    ];
  });
  const free = Array.from({ length: continuous }, (_, n) => ` x${binaries + n} free`);
  return [
    sense === 'maximise' ? 'Maximize' : 'Minimize',
    ` o: ${sum(objective.index, objective.coefficient)}`,
    'Subject To',
    ...lines,
    'Bounds',
    ...free,
    'Binary',
    ...Array.from({ length: binaries }, (_, n) => ` x${n}`),
    'End',
    '',
  ].join('\n');
}

/** An infeasible outcome has columns without values. */
const primalOf = (column: object | undefined): number =>
  column !== undefined && 'Primal' in column && typeof column.Primal === 'number' ? column.Primal : 0;

/**
 * Its `solve` throws IrtError when HiGHS ends without a solution, or finds none in time.
 *
 * @example
 * ```ts
 * import { createHighsSolver, type Highs } from 'itemresponsetheory/assembly';
 *
 * // In place of `await highs()` of the npm package: always the same answer.
 * const highs: Highs = {
 *   solve: () => ({ Status: 'Optimal', Columns: { x0: { Primal: 1 }, x1: { Primal: 0 } } }),
 * };
 * const programme = {
 *   binaries: 2,
 *   continuous: 0,
 *   sense: 'maximise' as const,
 *   objective: { index: [0, 1], coefficient: [0.5, 0.4] },
 *   rules: [{ name: 'length', index: [0, 1], coefficient: [1, 1], lower: 1, upper: 1 }],
 * };
 * const solution = createHighsSolver(highs).solve(programme, { relativeGap: 0, seconds: 10 });
 * console.log(solution.kind === 'solved' && Array.from(solution.x).join()); // → 1,0
 * ```
 */
export function createHighsSolver(highs: Highs): MipSolver {
  return {
    solve(programme, { relativeGap, seconds }) {
      const { Status: status, Columns: columns } = highs.solve(lpText(programme), {
        mip_rel_gap: relativeGap,
        time_limit: seconds,
        random_seed: 1,
        output_flag: false,
      });
      if (status === 'Infeasible') return { kind: 'infeasible' };
      const x = Float64Array.from({ length: programme.binaries + programme.continuous }, (_, n) =>
        primalOf(columns[`x${n}`]),
      );
      if (status !== 'Optimal' && status !== 'Time limit reached')
        throw new IrtError('solver-failed', 'solver', status, 'must end with a solution');
      if (status === 'Time limit reached' && !x.some((value) => value > 0.5))
        throw new IrtError('solver-out-of-time', 'seconds', seconds, 'was not enough to find any solution');
      return { kind: 'solved', x, isOptimal: status === 'Optimal' };
    },
  };
}
