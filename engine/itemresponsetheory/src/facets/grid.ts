/** Nodes of ability that hold the persons. */
import { normalGrid } from '../quadrature/grid.ts';

/** Spreads of persons, in standard deviations, that the grid must reach, and reaches when it is widened. */
const [enough, wide] = [4, 5];

/** [−6, 6] while that holds the mean and four standard deviations on either side; else as wide as five, at the same spacing. */
export function abilityGrid(points: number, { mean, variance }: { readonly mean: number; readonly variance: number }): Float64Array {
  const [off, sd] = [Math.abs(mean), Math.sqrt(variance)];
  if (off + enough * sd <= 6) return normalGrid({ points }).node;
  const reach = Math.ceil(off + wide * sd);
  return normalGrid({ points: Math.round(((points - 1) * reach) / 6) + 1, lower: -reach, upper: reach }).node;
}
