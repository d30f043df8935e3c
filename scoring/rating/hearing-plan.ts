/**
 * Whether a candidate's tasks are heard once more, and why. One hearing costs an examiner's time; a wrong fail costs
 * the candidate work or a residence step: so it is spent where the decision hangs on it, and on everybody who would
 * fail.
 */
import { z } from 'zod';
import type { HearingPlan } from '../regimes/regime.ts';

/** `band`: the decision hangs on it. `fail`: nobody fails on one hearing. */
export const WhyHeard = z.enum(['band', 'fail']);
export type WhyHeard = z.infer<typeof WhyHeard>;

export interface HeardSoFar {
  /** Of the required level, after all hearings so far. */
  readonly probability: number;
  /** Times that every task was heard. */
  readonly hearings: number;
}

/** Undefined when the decision can be made. */
export function whyHeardAgain(plan: HearingPlan, { probability, hearings }: HeardSoFar): WhyHeard | undefined {
  if (hearings >= plan.mostHearings) return undefined;
  if (plan.band.lower < probability && probability < plan.band.upper) return 'band';
  return probability < plan.passFrom && hearings < plan.hearingsOfFail ? 'fail' : undefined;
}

export const isPass = (plan: HearingPlan, { probability }: HeardSoFar): boolean => probability >= plan.passFrom;
