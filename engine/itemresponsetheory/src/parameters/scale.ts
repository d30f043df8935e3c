/** Between scales: the border where other metrics become ours. */
import { requireFinite, IrtError } from '../errors.ts';
import type { ItemSpec } from './item-parameters.ts';

/**
 * Slopes of the normal metric (D = 1.702) in the logistic metric that this package computes in.
 *
 * @example
 * ```ts
 * import { normalMetric } from 'itemresponsetheory';
 *
 * console.log(normalMetric); // → 1.702
 * ```
 */
export const normalMetric = 1.702;

/**
 * An item calibrated with P = σ(D·a(θ − b)) as ours, D = 1. Nominal items have no D.
 *
 * @example
 * ```ts
 * import { fromMetric, normalMetric } from 'itemresponsetheory';
 *
 * const item = fromMetric({ model: 'logistic', id: 'a', slope: 1, difficulty: 0 }, normalMetric);
 * console.log(item.model === 'logistic' && item.slope); // → 1.702
 * ```
 */
export function fromMetric(item: ItemSpec, d: number): ItemSpec {
  requireFinite('d', d);
  return item.model === 'nominal' ? item : { ...item, slope: (item.slope ?? 1) * d };
}

/**
 * θ* = Aθ + B; a* = a/A, b* = Ab + B, so that every probability stays (psychometric linking; Kolen & Brennan 2014).
 *
 * @example
 * ```ts
 * import { transformItem } from 'itemresponsetheory';
 *
 * const item = transformItem({ model: 'logistic', id: 'a', slope: 1, difficulty: 0.5 }, { a: 2, b: 1 });
 * console.log(item); // → {"model":"logistic","id":"a","slope":0.5,"difficulty":2}
 * ```
 */
export function transformItem(item: ItemSpec, { a, b }: { readonly a: number; readonly b: number }): ItemSpec {
  if (!(a > 0)) throw new IrtError('slope-not-positive', 'a', a, 'must be greater than 0');
  requireFinite('b', b);
  switch (item.model) {
    case 'logistic':
      return { ...item, slope: (item.slope ?? 1) / a, difficulty: a * item.difficulty + b };
    case 'nominal':
      return {
        ...item,
        slopes: item.slopes.map((slope) => slope / a),
        intercepts: item.intercepts.map((intercept, k) => intercept - (item.slopes[k] / a) * b),
      };
    default:
      return { ...item, slope: (item.slope ?? 1) / a, steps: item.steps.map((step) => a * step + b) };
  }
}
