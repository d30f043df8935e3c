/** Ability from a raw score under the Rasch family, where the score is sufficient. */
import { type ScoreMoments, scoreMoments } from '../fit/mean-square.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';

export interface ScoreAbility {
  readonly theta: number;
  readonly standardError: number;
}

/**
 * θ at which the expected score of the items is `score`, strictly between 0 and their highest; SE = 1/√information.
 * Newton inside a bracket.
 */
export function abilityOfScore(bank: ItemParameters, items: readonly number[], score: number, from = 0): ScoreAbility {
  const moments: ScoreMoments = { mean: 0, variance: 0, fourth: 0 };
  let [theta, lower, upper] = [from, -Infinity, Infinity];
  let variance = 0;
  for (let step = 0; step < 200; step += 1) {
    let expected = 0;
    variance = 0;
    for (const item of items) {
      scoreMoments(bank, item, theta, moments);
      expected += moments.mean;
      variance += moments.variance;
    }
    if (expected < score) lower = theta;
    else upper = theta;
    // A flat place sends Newton far off: not more than 1 at once, and not out of the bracket.
    const move = Math.max(-1, Math.min(1, (score - expected) / variance));
    const next = theta + move;
    if (!(Math.abs(move) > 1e-13 * (1 + Math.abs(theta)))) break;
    theta = next > lower && next < upper ? next : (lower + upper) / 2;
  }
  return { theta, standardError: 1 / Math.sqrt(variance) };
}
