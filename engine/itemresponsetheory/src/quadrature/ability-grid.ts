/** Nodes of ability that hold the persons. */
import { normalGrid } from './grid.ts';

/** Spreads of persons, in standard deviations, that the grid must reach, and reaches when it is widened. */
const [enough, wide] = [4, 5];
/** No ability is beyond: a population that runs away is not followed farther. */
const farthestReach = 40;

/**
 * [−6, 6] while that holds the mean and four standard deviations on either side of every population; else as wide as
 * five, at the same spacing.
 */
export function abilityGrid(
  points: number,
  populations: readonly { readonly mean: number; readonly variance: number }[],
): Float64Array {
  const farthest = (spreads: number): number =>
    populations.reduce((most, { mean, variance }) => Math.max(most, Math.abs(mean) + spreads * Math.sqrt(variance)), 0);
  if (farthest(enough) <= 6) return normalGrid({ points }).node;
  const reach = Math.min(farthestReach, Math.ceil(farthest(wide)));
  return normalGrid({ points: Math.round(((points - 1) * reach) / 6) + 1, lower: -reach, upper: reach }).node;
}
