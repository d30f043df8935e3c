/**
 * How probable it is that a candidate is at the required level, in the plainest way: the rule of the regime asked of
 * each pair of true abilities, weighed by how likely they make the answers and ratings; no assumption on who sits the
 * test. What ratings share (task, examiner, one hearing) is summed over as it stands in the model.
 */
import type { RatingEvidence } from './evidence.ts';
import type { MeasuringRule } from './rule.ts';
import { type Ability, type Curve, partialCredit } from './weighted-likelihood.ts';

interface Node {
  readonly at: number;
  readonly weight: number;
}

/** A normal distribution as `count` points within `reach` standard deviations; their weights sum to 1. */
function normalNodes(mean: number, sd: number, count: number, reach: number): readonly Node[] {
  if (sd === 0) return [{ at: mean, weight: 1 }];
  const width = (2 * reach) / count;
  const points = Array.from({ length: count }, (_, n) => -reach + (n + 0.5) * width);
  const weights = points.map((z) => Math.exp(-0.5 * z * z));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return points.map((z, n) => ({ at: mean + sd * z, weight: (weights[n] ?? 0) / sum }));
}

const summed = (nodes: readonly Node[], f: (at: number) => number): number =>
  nodes.reduce((sum, { at, weight }) => sum + weight * f(at), 0);

const chancesOf = (curve: Curve, ability: number, categories: readonly number[]): number => {
  const chances = curve(ability);
  return categories.reduce((product, category) => product * (chances[category]?.[0] ?? Number.NaN), 1);
};

/** Of speaking, between the bounds within which a probability is looked for. */
function speakingNodes(plan: NonNullable<MeasuringRule['hearings']>, curve: Curve, ratings: readonly RatingEvidence[]) {
  const { task, rater, halo } = plan.effects;
  const ofTask = normalNodes(0, task, 15, 4);
  const ofHearing = normalNodes(0, Math.sqrt(rater ** 2 + halo ** 2), 15, 4);
  const heard = ratings.map(({ hearings }) =>
    hearings.map((scores) => Object.values(scores).flatMap((score) => (score === 'NR' ? [] : [score]))),
  );
  const likelihoodAt = (theta: number): number =>
    heard.reduce((product, hearings) => {
      const given = (u: number): number =>
        hearings.reduce((all, scores) => all * summed(ofHearing, (e) => chancesOf(curve, theta + u + e, scores)), 1);
      return product * summed(ofTask, given);
    }, 1);
  const points = Array.from({ length: 141 }, (_, n) => -7 + n / 10);
  const likelihoods = points.map(likelihoodAt);
  const sum = likelihoods.reduce((total, likelihood) => total + likelihood, 0);
  return points.map((at, n) => ({ at, weight: (likelihoods[n] ?? 0) / sum }));
}

export interface ProbabilityFacts {
  readonly rule: MeasuringRule;
  readonly plan: NonNullable<MeasuringRule['hearings']>;
  readonly listening: Ability;
  readonly ratings: readonly RatingEvidence[];
  readonly severity: number;
  /** Whether the rule holds of these true abilities. */
  readonly holds: (listening: number, speaking: number) => boolean;
}

export function requiredProbability({ rule, plan, listening, ratings, severity, holds }: ProbabilityFacts): number {
  const curve = partialCredit(rule.speaking.thresholds.map((threshold) => threshold + severity));
  const heard = normalNodes(listening.theta, listening.standardError, 1201, 6);
  return speakingNodes(plan, curve, ratings).reduce(
    (sum, { at, weight }) => (weight < 1e-9 ? sum : sum + weight * summed(heard, (one) => (holds(one, at) ? 1 : 0))),
    0,
  );
}
