/**
 * Whether the required level is met where the regime decides by how probable it is, and whether other examiners are to
 * hear the candidate before that is decided.
 */
import type { AbilityEstimate } from 'itemresponsetheory';
import { type RatedHearing, ratedLikelihood } from 'itemresponsetheory/facets';
import { engineVersion } from '../../engine/adaptive/policy.ts';
import type { RaterSeverity } from '../raters/severity.ts';
import { type HeardSoFar, isPass, whyHeardAgain } from '../rating/hearing-plan.ts';
import { type HearingAsked, type RatingState, hearingsOf } from '../rating/rating.ts';
import type { Condition, OralDecision } from '../regimes/decide.ts';
import { probabilityOfRequired } from '../regimes/probability.ts';
import type { HearingPlan, OralRegime } from '../regimes/regime.ts';
import type { ResultContent } from './result.ts';

export interface OralRules {
  readonly regime: OralRegime;
  readonly severity: RaterSeverity;
}

/** The plan that a regime decides by, and what is known. */
export interface PlannedDecision {
  readonly plan: HearingPlan;
  readonly heard: HeardSoFar;
}

/** As it is printed and as it is compared: what is decided never differs from what is read. */
const printed = (probability: number): number => Math.round(probability * 1e4) / 1e4;

const hearingsFrom = (
  { regime, severity: { severity } }: OralRules,
  ratings: readonly RatingState[],
): RatedHearing[] => {
  const steps = regime.speaking.thresholds.map((threshold) => threshold + severity);
  return ratings.flatMap(({ performance: { task }, ratings: heard }) =>
    heard.map(({ scores }) => ({
      task,
      ratings: Object.values(scores).flatMap((category) => (typeof category === 'number' ? [{ category, steps }] : [])),
    })),
  );
};

/** Undefined where the regime decides by the measured abilities alone. Every task was heard as often as was asked. */
export function plannedDecision(
  rules: OralRules,
  listening: AbilityEstimate,
  ratings: readonly RatingState[],
): PlannedDecision | undefined {
  const { hearings: plan } = rules.regime;
  if (plan === undefined) return undefined;
  const speaking = ratedLikelihood(hearingsFrom(rules, ratings), plan.effects);
  const probability = printed(probabilityOfRequired(rules.regime, { listening, speaking }));
  return { plan, heard: { probability, hearings: Math.max(...ratings.map(hearingsOf)) } };
}

/** Undefined when it can be decided. */
export function hearingToAsk(
  { regime, severity }: OralRules,
  { plan, heard }: PlannedDecision,
): HearingAsked | undefined {
  const why = whyHeardAgain(plan, heard);
  return why === undefined
    ? undefined
    : {
        hearing: heard.hearings + 1,
        why,
        probability: heard.probability,
        regime: regime.id,
        severities: severity.version,
        engine: engineVersion,
      };
}

/** A hearing that was asked for of some tasks only, because the program was ended in between. */
export function hearingOfOthers(ratings: readonly RatingState[]): HearingAsked | undefined {
  const most = Math.max(...ratings.map(hearingsOf));
  return ratings.every((one) => hearingsOf(one) === most)
    ? undefined
    : ratings.flatMap(({ asked }) => asked).find(({ hearing }) => hearing === most);
}

type Outcome = Pick<ResultContent, 'outcome' | 'conditions' | 'level' | 'probability' | 'hearings'>;

export const asMeasured = ({ outcome, level, conditions }: OralDecision): Outcome => ({
  outcome,
  conditions,
  ...(level === null ? {} : { level }),
});

/** The level follows the decision: a pass is at least the required one, a fail at most the one below. */
export function asProbable(
  { levels, required }: OralRegime,
  { level }: OralDecision,
  { plan, heard }: PlannedDecision,
): Outcome {
  const met = isPass(plan, heard);
  const need = levels.findIndex(({ name }) => name === required);
  const measured = levels.findIndex(({ name }) => name === level);
  const reached = levels[met ? Math.max(measured, need) : Math.min(measured, need - 1)];
  const condition: Condition = {
    id: 'required-probable',
    met,
    have: heard.probability.toFixed(2),
    need: plan.passFrom.toFixed(2),
  };
  return {
    outcome: met ? 'pass' : 'fail',
    conditions: [condition],
    ...heard,
    ...(reached === undefined ? {} : { level: reached.name }),
  };
}
