/**
 * Parameters of the Rasch family as one vector x: steps of each item (rasch, pcm), or difficulties and thresholds
 * (rsm). Category weights ln ε_k = −Σ_{v≤k} step_v are linear in x, so that gradient and information of the weights
 * carry over exactly.
 */
import type { ItemSpec } from '../parameters/item-parameters.ts';
import type { RaschData, RaschModel } from './cml-data.ts';

interface StepTerm {
  readonly at: number;
  readonly factor: number;
}

export interface RaschParameters {
  readonly size: number;
  readonly names: readonly string[];
  /** First step of each item among all steps. */
  readonly start: readonly number[];
  /** Every step as a sum of members of x. */
  readonly stepOf: readonly (readonly StepTerm[])[];
  /** ln ε of every item and category from 1, in the order of the steps. */
  readonly weightOf: readonly (readonly StepTerm[])[];
  /**
   * Σ constraint·x = 0 fixes what the conditional likelihood leaves open; `open` is that direction, open·constraint =
   * 1.
   */
  readonly constraints: readonly { readonly constraint: Float64Array; readonly open: Float64Array }[];
}

/** Mean difficulty (mean of an item's steps) is 0; under rsm the thresholds sum to zero too. */
export function raschParameters({ ids, steps }: Pick<RaschData, 'ids' | 'steps'>, model: RaschModel): RaschParameters {
  const start: number[] = [];
  let all = 0;
  for (const own of steps) {
    start.push(all);
    all += own;
  }
  const items = steps.length;
  const thresholds = model === 'rsm' ? steps[0] : 0;
  const size = model === 'rsm' ? items + thresholds : all;
  const stepOf = ids.flatMap((_, item) =>
    Array.from({ length: steps[item] }, (__, v): StepTerm[] =>
      model === 'rsm'
        ? [
            { at: item, factor: 1 },
            { at: items + v, factor: 1 },
          ]
        : [{ at: start[item] + v, factor: 1 }],
    ),
  );
  const weightOf = ids.flatMap((_, item) =>
    Array.from({ length: steps[item] }, (__, k) => sumOf(stepOf.slice(start[item], start[item] + k + 1).flat())),
  );
  const over = (value: (n: number) => number): Float64Array => Float64Array.from({ length: size }, (_, n) => value(n));
  const itemOf = ids.flatMap((_, item) => Array.from({ length: steps[item] }, () => item));
  const constraints =
    model === 'rsm'
      ? [
          { constraint: over((n) => (n < items ? 1 / items : 0)), open: over((n) => (n < items ? 1 : 0)) },
          { constraint: over((n) => (n < items ? 0 : 1 / thresholds)), open: over((n) => (n < items ? 0 : 1)) },
        ]
      : [{ constraint: over((n) => 1 / (items * steps[itemOf[n]])), open: over(() => 1) }];
  const names =
    model === 'rsm'
      ? [...ids.map((id) => `${id}:b`), ...Array.from({ length: thresholds }, (_, v) => `threshold ${v + 1}`)]
      : ids.flatMap((id, item) =>
          Array.from({ length: steps[item] }, (_, v) => (steps[item] === 1 ? `${id}:b` : `${id}:b${v + 1}`)),
        );
  return { size, names, start, stepOf, weightOf, constraints };
}

/** ln ε_k is minus the sum of the steps up to k. */
function sumOf(terms: readonly StepTerm[]): StepTerm[] {
  const sums = new Map<number, number>();
  for (const { at, factor } of terms) sums.set(at, (sums.get(at) ?? 0) - factor);
  return Array.from(sums, ([at, factor]) => ({ at, factor }));
}

export const valuesOf = (rows: readonly (readonly StepTerm[])[], x: Float64Array): number[] =>
  rows.map((terms) => terms.reduce((sum, { at, factor }) => sum + factor * x[at], 0));

/** x moved along the open directions until it keeps the constraints. */
export function centre({ constraints }: Pick<RaschParameters, 'constraints'>, x: Float64Array): void {
  for (const { constraint, open } of constraints) {
    const off = constraint.reduce((sum, c, n) => sum + c * x[n], 0);
    x.forEach((value, n) => {
      x[n] = value - off * open[n];
    });
  }
}

/** Covariance between linear functions of x. */
export function covarianceBetween(
  one: readonly StepTerm[],
  other: readonly StepTerm[],
  covariance: Float64Array,
  size: number,
): number {
  let sum = 0;
  for (const a of one) for (const b of other) sum += a.factor * b.factor * covariance[a.at * size + b.at];
  return sum;
}

/** Mean of an item's steps. */
export const locationOf = ({ start, stepOf }: RaschParameters, steps: Uint8Array, item: number): StepTerm[] =>
  stepOf
    .slice(start[item], start[item] + steps[item])
    .flat()
    .map(({ at, factor }) => ({ at, factor: factor / steps[item] }));

export const raschItem = (model: RaschModel, id: string, steps: readonly number[]): ItemSpec =>
  model === 'rasch'
    ? { model: 'logistic', id, difficulty: steps[0] }
    : { model: 'generalized-partial-credit', id, steps };
