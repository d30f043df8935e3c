/** Levels under a posterior: how likely each is, and what a decision now would cost. */
import { IrtError } from '../errors.ts';
import type { Grid } from '../quadrature/grid.ts';

function requireAscending(cuts: readonly number[]): void {
  cuts.forEach((cut, n) => {
    if (!(cut > (n === 0 ? -Infinity : cuts[n - 1])))
      throw new IrtError('cuts-crossed', `cuts[${n}]`, cut, 'must be greater than the cut before');
  });
}

/**
 * P(level k | answers), k = 0..cuts.length. A node stands for the interval half-way to its neighbours, whose mass is
 * shared in proportion when a cut goes through it.
 *
 * @example
 * ```ts
 * import { createItemParameters, createPosterior, levelProbabilities, normalGrid, tabulate } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const table = tabulate(bank, normalGrid());
 * const weight = createPosterior(table).weights();
 * console.log(levelProbabilities(table.grid, weight, [0]).length); // → 2
 * ```
 */
export function levelProbabilities({ node }: Grid, weight: ArrayLike<number>, cuts: readonly number[]): Float64Array {
  requireAscending(cuts);
  const out = new Float64Array(cuts.length + 1);
  const step = (node[node.length - 1] - node[0]) / (node.length - 1);
  for (let q = 0; q < node.length; q += 1) {
    const [from, to] = [node[q] - step / 2, node[q] + step / 2];
    for (let k = 0; k <= cuts.length; k += 1) {
      const top = k === cuts.length ? to : Math.min(to, cuts[k]);
      const overlap = top - (k === 0 ? from : Math.max(from, cuts[k - 1]));
      if (overlap > 0) out[k] += (weight[q] * overlap) / step;
    }
  }
  return out;
}

/**
 * The level with the least expected loss (Vos 2000); loss[decided][true], default 1 for every wrong level.
 *
 * @example
 * ```ts
 * import { leastLoss } from 'itemresponsetheory';
 *
 * console.log(leastLoss([0.2, 0.7, 0.1], (decided, truth) => Math.abs(decided - truth)));
 * // → {"level":1,"expectedLoss":0.30000000000000004}
 * ```
 */
export function leastLoss(
  probabilities: ArrayLike<number>,
  loss: (decided: number, truth: number) => number = (decided, truth) => (decided === truth ? 0 : 1),
): { readonly level: number; readonly expectedLoss: number } {
  let best = { level: 0, expectedLoss: Infinity };
  for (let level = 0; level < probabilities.length; level += 1) {
    let expectedLoss = 0;
    for (let truth = 0; truth < probabilities.length; truth += 1)
      expectedLoss += probabilities[truth] * loss(level, truth);
    if (expectedLoss < best.expectedLoss) best = { level, expectedLoss };
  }
  return best;
}

/**
 * Guo (2006): from one person's level probabilities, the chance that the assigned (likeliest) level is the true one,
 * and that another test agrees.
 *
 * @example
 * ```ts
 * import { guoAgreement } from 'itemresponsetheory';
 *
 * console.log(guoAgreement([0.2, 0.7, 0.1])); // → {"level":1,"accuracy":0.7,"consistency":0.5399999999999999}
 * ```
 */
export function guoAgreement(probabilities: ArrayLike<number>): {
  readonly level: number;
  readonly accuracy: number;
  readonly consistency: number;
} {
  const { level, expectedLoss } = leastLoss(probabilities);
  let consistency = 0;
  for (let k = 0; k < probabilities.length; k += 1) consistency += probabilities[k] ** 2;
  return { level, accuracy: 1 - expectedLoss, consistency };
}
