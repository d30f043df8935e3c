/**
 * Number-right scores of one form in terms of another: true-score and observed-score equating (Kolen & Brennan 2014,
 * ch. 6). Both forms on one scale.
 */
import { sumScoreDistribution } from '../ability/sum-score.ts';
import { IrtError } from '../errors.ts';
import { normalDistribution } from '../numeric/normal.ts';
import { testCharacteristic } from '../models/probability.ts';
import { type ItemParameters, Model } from '../parameters/item-parameters.ts';
import type { Grid } from '../quadrature/grid.ts';

export const everyItem = (bank: ItemParameters): number[] => Array.from({ length: bank.size }, (_, item) => item);
const leastScore = (bank: ItemParameters): number =>
  bank.lower.reduce((sum, c, item) => sum + (bank.model[item] === Model.Logistic ? c : 0), 0);
const highestScore = (bank: ItemParameters): number =>
  bank.categories.reduce((sum, categories) => sum + categories - 1, 0);

/** θ at which the test characteristic curve is `score`, by bisection on [−50, 50]. */
function abilityAt(bank: ItemParameters, items: readonly number[], score: number): number {
  let [low, high] = [-50, 50];
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2;
    if (testCharacteristic(bank, items, middle) < score) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export interface TrueScoreRow {
  readonly score: number;
  /** NaN outside the range of true scores. */ readonly theta: number;
  readonly equivalent: number;
}

/**
 * Every score of `from` in scores of `to`. Below the sum of the lower asymptotes no θ belongs to a score: there it goes
 * in a straight line from (0, 0) (Kolen 1981).
 *
 * @example
 * ```ts
 * import { createItemParameters } from 'itemresponsetheory';
 * import { equateTrueScores } from 'itemresponsetheory/linking';
 *
 * const one = createItemParameters(
 *   [-1, 0, 1].map((difficulty, n) => ({ model: 'logistic', id: `a${n}`, difficulty })),
 * );
 * const other = createItemParameters(
 *   [0, 0.5, 1].map((difficulty, n) => ({ model: 'logistic', id: `b${n}`, difficulty })),
 * );
 * console.log(equateTrueScores(other, one)[2]?.equivalent.toFixed(2)); // → 2.23
 * ```
 */
export function equateTrueScores(from: ItemParameters, to: ItemParameters): TrueScoreRow[] {
  const [a, b] = [everyItem(from), everyItem(to)];
  const [least, most] = [leastScore(from), highestScore(from)];
  return Array.from({ length: most + 1 }, (_, score): TrueScoreRow => {
    if (score === most) return { score, theta: NaN, equivalent: highestScore(to) };
    if (score <= least) return { score, theta: NaN, equivalent: least === 0 ? 0 : (score / least) * leastScore(to) };
    const theta = abilityAt(from, a, score);
    return { score, theta, equivalent: testCharacteristic(to, b, theta) };
  });
}

/**
 * Distribution of the number-right score in a population given by nodes and weights.
 *
 * @example
 * ```ts
 * import { createItemParameters, normalGrid } from 'itemresponsetheory';
 * import { scoreDistribution } from 'itemresponsetheory/linking';
 *
 * const bank = createItemParameters(
 *   [-1, 0, 1].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * console.log(Array.from(scoreDistribution(bank, normalGrid()), (p) => p.toFixed(3)).join());
 * // → 0.158,0.342,0.342,0.158
 * ```
 */
export function scoreDistribution(bank: ItemParameters, { node, weight }: Grid): Float64Array {
  const out = new Float64Array(highestScore(bank) + 1);
  const total = weight.reduce((sum, w) => sum + w, 0);
  node.forEach((theta, q) => {
    const w = weight[q] / total;
    if (w > 0)
      sumScoreDistribution(bank, everyItem(bank), theta).forEach((p, score) => {
        out[score] += w * p;
      });
  });
  return out;
}

export interface Continuisation {
  readonly kind: 'uniform' | 'gaussian';
  /** Gaussian: bandwidth; default 0.6. */ readonly bandwidth?: number;
}

/**
 * Share at or below x of a distribution on whole numbers, made continuous. Gaussian: mean and variance are kept (von
 * Davier, Holland & Thayer 2004).
 */
export function cumulative(p: Float64Array, { kind, bandwidth = 0.6 }: Continuisation): (x: number) => number {
  if (kind === 'uniform')
    return (x) => p.reduce((sum, share, score) => sum + share * Math.min(1, Math.max(0, x - score + 0.5)), 0);
  const mean = p.reduce((sum, share, score) => sum + share * score, 0);
  const variance = p.reduce((sum, share, score) => sum + share * (score - mean) ** 2, 0);
  const shrink = Math.sqrt(variance / (variance + bandwidth * bandwidth));
  return (x) =>
    p.reduce(
      (sum, share, score) =>
        sum + share * normalDistribution((x - shrink * score - (1 - shrink) * mean) / (shrink * bandwidth)),
      0,
    );
}

/**
 * Every score of `from` in scores of `to` with the same percentile rank.
 *
 * @example
 * ```ts
 * import { equateDistributions } from 'itemresponsetheory/linking';
 *
 * const [old, fresh] = [Float64Array.of(0.1, 0.4, 0.4, 0.1), Float64Array.of(0.2, 0.5, 0.2, 0.1)];
 * console.log(equateDistributions(fresh, old).map((score) => score.toFixed(2)).join()); // → 0.50,1.38,2.25,3.00
 * ```
 */
export function equateDistributions(
  from: Float64Array,
  to: Float64Array,
  continuisation: Continuisation = { kind: 'uniform' },
): number[] {
  if (from.length < 2 || to.length < 2)
    throw new IrtError('no-scores', 'from, to', Math.min(from.length, to.length), 'must have at least two scores each');
  const [below, target] = [cumulative(from, continuisation), cumulative(to, continuisation)];
  return Array.from(from, (_, score) => {
    const rank = below(score);
    let [low, high] = [-10, to.length + 9];
    for (let step = 0; step < 100; step += 1) {
      const middle = (low + high) / 2;
      if (target(middle) < rank) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  });
}

/** Persons on the common scale, and how much they count in a synthetic population. */
export interface WeightedPopulation {
  readonly grid: Grid;
  readonly weight: number;
}

/** Distribution of the score in a synthetic population: the densities of several populations, weighted. */
export function mixedDistribution(bank: ItemParameters, populations: readonly WeightedPopulation[]): Float64Array {
  const total = populations.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0)) throw new IrtError('no-population', 'populations', total, 'must have a weight above 0');
  const out = new Float64Array(highestScore(bank) + 1);
  for (const { grid, weight } of populations)
    if (weight > 0)
      scoreDistribution(bank, grid).forEach((p, score) => {
        out[score] += (weight / total) * p;
      });
  return out;
}

/**
 * Observed scores in a synthetic population.
 *
 * @example
 * ```ts
 * import { createItemParameters, normalGrid } from 'itemresponsetheory';
 * import { equateObservedScores } from 'itemresponsetheory/linking';
 *
 * const one = createItemParameters(
 *   [-1, 0, 1].map((difficulty, n) => ({ model: 'logistic', id: `a${n}`, difficulty })),
 * );
 * const other = createItemParameters(
 *   [0, 0.5, 1].map((difficulty, n) => ({ model: 'logistic', id: `b${n}`, difficulty })),
 * );
 * const scores = equateObservedScores(other, one, [{ grid: normalGrid(), weight: 1 }]);
 * console.log(Array.from(scores, (score) => score.toFixed(2)).join()); // → 0.38,1.36,2.26,3.16
 * ```
 */
export function equateObservedScores(
  from: ItemParameters,
  to: ItemParameters,
  populations: readonly WeightedPopulation[],
  continuisation?: Continuisation,
): number[] {
  return equateDistributions(mixedDistribution(from, populations), mixedDistribution(to, populations), continuisation);
}

/**
 * The grid of a population on another scale.
 *
 * @example
 * ```ts
 * import { normalGrid } from 'itemresponsetheory';
 * import { moveGrid } from 'itemresponsetheory/linking';
 *
 * const { node } = moveGrid(normalGrid(), { a: 0.5, b: 1 });
 * console.log(node[0], node.at(-1)); // → -2 4
 * ```
 */
export const moveGrid = ({ node, weight }: Grid, { a, b }: { readonly a: number; readonly b: number }): Grid => ({
  node: node.map((theta) => a * theta + b),
  weight,
});
