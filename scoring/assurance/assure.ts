/** A decided result before the second scorer. What that cannot read or decide is a difference, too. */
import { ZodError } from 'zod';
import type { JsonObject } from '../../storage/document/json.ts';
import { type FirstResult, type ScoreDifference, scoreDifferences } from './compare.ts';
import { ratingEvidence, sessionEvidence } from './evidence.ts';
import { type SecondFacts, Undecidable, secondScore } from './second-score.ts';

export interface AssuranceFacts extends Omit<SecondFacts, 'session' | 'ratings'> {
  /** The session's events as the journal has them. */
  readonly session: readonly JsonObject[];
  /** Those of each performance of the session. */
  readonly ratings: readonly (readonly JsonObject[])[];
}

/** None: the second scorer says the same. */
export function assuredAgainst(first: FirstResult, facts: AssuranceFacts): ScoreDifference[] {
  try {
    const second = secondScore({
      ...facts,
      session: sessionEvidence(facts.session),
      ratings: facts.ratings.flatMap((events) => ratingEvidence(events) ?? []),
    });
    return scoreDifferences(first, second);
  } catch (error) {
    if (!(error instanceof Undecidable || error instanceof ZodError)) throw error;
    return [{ member: 'evidence', first: first.outcome, second: error.message }];
  }
}
