/** Plausible values: draws from a person's posterior, for statements about groups (Mislevy 1991). */
import { drawFrom, type Rng } from '../numeric/rng.ts';
import type { Grid } from '../quadrature/grid.ts';

/**
 * `count` draws; each node stands for the interval half-way to its neighbours, within which a draw is uniform.
 *
 * @example
 * ```ts
 * import {
 *   createItemParameters,
 *   createPosterior,
 *   createRng,
 *   normalGrid,
 *   plausibleValues,
 *   tabulate,
 * } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const table = tabulate(bank, normalGrid());
 * const weight = createPosterior(table).weights();
 * console.log(plausibleValues(table.grid, weight, 2, createRng('person 1')).length); // → 2
 * ```
 */
export function plausibleValues({ node }: Grid, weight: ArrayLike<number>, count: number, random: Rng): Float64Array {
  const step = (node[node.length - 1] - node[0]) / (node.length - 1);
  return Float64Array.from({ length: count }, () => {
    const q = drawFrom(weight, node.length, random);
    return node[q] + (random.uniform() - 0.5) * step;
  });
}
