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

export function drawAbility({ mean, sd }: Population, random: Rng): number {
  if (!(sd >= 0)) throw new IrtError('sd-not-positive', 'population.sd', sd, 'must be at least 0');
  return mean + sd * random.normal();
}

/** A category by its probabilities at θ. */
export function drawCategory(bank: ItemParameters, item: number, theta: number, random: Rng): number {
  requireItem(bank, item);
  const categories = evaluate(bank, item, theta, curves);
  return drawFrom(curves.probability, categories, random);
}
