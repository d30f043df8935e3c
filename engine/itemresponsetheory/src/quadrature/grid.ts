import { exp } from '../numeric/elementary.ts';
import { IrtError, requireFinite } from '../errors.ts';

/** Nodes and weights; weights sum to 1. */
export interface Grid {
  readonly node: Float64Array;
  readonly weight: Float64Array;
}

export interface GridOptions {
  readonly points?: number;
  readonly lower?: number;
  readonly upper?: number;
  readonly mean?: number;
  readonly sd?: number;
  /** Trapezoid: half weight at both ends; default rectangle. */ readonly rule?: 'rectangle' | 'trapezoid';
}

/**
 * Equally spaced nodes with normal weights, normalised. Defaults: 61 points on [−6, 6], N(0, 1).
 *
 * @example
 * ```ts
 * import { normalGrid } from 'itemresponsetheory';
 *
 * const { node, weight } = normalGrid({ points: 5, lower: -2, upper: 2 });
 * console.log(node.join(), weight[2]?.toFixed(3)); // → -2,-1,0,1,2 0.403
 * ```
 */
export function normalGrid({
  points = 61,
  lower = -6,
  upper = 6,
  mean = 0,
  sd = 1,
  rule = 'rectangle',
}: GridOptions = {}): Grid {
  if (!Number.isInteger(points) || points < 3)
    throw new IrtError('too-few-points', 'points', points, 'must be a whole number of at least 3');
  for (const [field, value] of Object.entries({ lower, upper, mean, sd })) requireFinite(field, value);
  if (!(upper > lower)) throw new IrtError('empty-range', 'upper', upper, `must be above lower (${lower})`);
  if (!(sd > 0)) throw new IrtError('sd-not-positive', 'sd', sd, 'must be greater than 0');
  const node = Float64Array.from({ length: points }, (_, q) => lower + ((upper - lower) * q) / (points - 1));
  const weight = node.map((theta) => exp(-0.5 * ((theta - mean) / sd) ** 2));
  if (rule === 'trapezoid') for (const end of [0, points - 1]) weight[end] /= 2;
  const total = weight.reduce((sum, w) => sum + w, 0);
  return { node, weight: weight.map((w) => w / total) };
}
