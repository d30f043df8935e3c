/** Simulated candidates and their answers. */
import { IrtError } from '../errors.ts';
import { createCurves, evaluate } from '../models/curves.ts';
import { drawFrom, type Rng } from '../numeric/rng.ts';
import { type ItemParameters, requireItem } from '../parameters/item-parameters.ts';

export interface Population {
  readonly mean: number;
  readonly sd: number;
}

const curves = createCurves();

/**
 * θ of a candidate of the population.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { drawAbility } from 'itemresponsetheory/simulation';
 *
 * console.log(drawAbility({ mean: 1, sd: 0 }, createRng('candidate'))); // → 1
 * ```
 */
export function drawAbility({ mean, sd }: Population, random: Rng): number {
  if (!(sd >= 0)) throw new IrtError('sd-not-positive', 'population.sd', sd, 'must be at least 0');
  return mean + sd * random.normal();
}

/**
 * A category by its probabilities at θ.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { drawCategory } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters([{ model: 'logistic', id: 'a', difficulty: 0 }]);
 * console.log(drawCategory(bank, 0, 1, createRng('candidate'))); // → 0
 * ```
 */
export function drawCategory(bank: ItemParameters, item: number, theta: number, random: Rng): number {
  requireItem(bank, item);
  const categories = evaluate(bank, item, theta, curves);
  return drawFrom(curves.probability, categories, random);
}
