import { IrtError } from '../errors.ts';

/**
 * How many cuts θ reaches: 0 below the first, cuts.length at or above the last. Cuts ascending.
 *
 * @example
 * ```ts
 * import { levelAt } from 'itemresponsetheory';
 *
 * console.log(levelAt(0.4, [-1, 0, 1])); // → 2
 * ```
 */
export function levelAt(theta: number, cuts: readonly number[]): number {
  cuts.forEach((cut, n) => {
    if (n > 0 && cut <= cuts[n - 1])
      throw new IrtError('cuts-crossed', `cuts[${n}]`, cut, 'must be greater than the cut before');
  });
  return cuts.filter((cut) => theta >= cut).length;
}
