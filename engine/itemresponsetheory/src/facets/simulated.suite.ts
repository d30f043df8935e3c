/** Ratings of a known world, for the tests of this room. */
import { createRng, drawFrom, type Rng } from '../numeric/rng.ts';
import { type RatingRow, type RatingTable, ratingTable } from '../responses/rating-table.ts';
import { createRatingAt, ratingAt } from './cells.ts';

export const severity = [-0.6, -0.2, 0.1, 0.3, 0.4];
export const difficulty = [-0.3, 0.1, 0.2];
export const commonSteps = [-2, -0.7, 0.6, 2.1];
/** By rater, summing to zero. */
export const ownSteps = [
  [-2, -0.7, 0.6, 2.1],
  [-1.2, -0.6, 0.5, 1.3],
  [-2.4, -0.5, 0.4, 2.5],
  [-1.8, -0.9, 0.9, 1.8],
  [-1.5, -1, 1, 1.5],
];
/** Product 1. */
export const slopes = [0.7, 1.3, 1, 0.9].concat(1 / (0.7 * 1.3 * 0.9));

interface World {
  readonly steps: (rater: number) => readonly number[];
  readonly slope: (rater: number) => number;
  readonly shift: (rater: number, person: number) => number;
  readonly mean: number;
  readonly sd: number;
}
const plain: World = { steps: () => commonSteps, slope: () => 1, shift: () => 0, mean: 0, sd: 1.3 };

const at = createRatingAt(4);
function draw(location: number, steps: readonly number[], random: Rng): number {
  ratingAt(location, steps, at);
  return drawFrom(at.p, 5, random);
}

/** Every candidate is marked by two of five raters on three criteria. */
export function simulated(candidates: number, key: string, world: Partial<World> = {}): RatingTable {
  const { steps, slope, shift, mean, sd } = { ...plain, ...world };
  const rows = Array.from({ length: candidates }, (_, n) => n).flatMap((n) => {
    const random = createRng(key).fork(n);
    const theta = mean + sd * random.normal();
    const first = n % 5;
    return [first, (first + 1 + random.integer(4)) % 5].flatMap((rater) =>
      difficulty.map((d, criterion): RatingRow => {
        const a = slope(rater);
        return {
          person: `P${n}`,
          elements: [`C${criterion}`, `R${rater}`],
          score: draw(
            a * (theta - d - (severity[rater] ?? 0) - shift(rater, n)),
            steps(rater).map((step) => a * step),
            random,
          ),
        };
      }),
    );
  });
  // In the order of their names.
  return ratingTable(
    ['criterion', 'rater'],
    rows.sort((a, b) => a.elements.join().localeCompare(b.elements.join())),
  );
}
