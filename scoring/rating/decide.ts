/** What follows from an examiner's command; pure. */
import { type Instant, toEpochMs, toInstant } from '../../storage/document/instant.ts';
import { defined } from '../../storage/document/defined.ts';
import { canonicalJson } from '../../storage/document/json.ts';
import type { Decision } from '../../storage/journal/stream.ts';
import type { Consequence } from '../../storage/port.ts';
import {
  type HearingAsked,
  type Rated,
  type RatingEvent,
  type RatingState,
  type Scores,
  hearingsOf,
  isRated,
} from './rating.ts';

/** A claim is good for this long after the last sign of work, ms. */
export const leaseMs = 20 * 60_000;

export type ExaminerCommand =
  | { readonly type: 'claim' | 'renew' | 'give-back'; readonly by: string }
  | { readonly type: 'rate'; readonly by: string; readonly scores: Scores; readonly remark?: string };
export type RatingCommand = ExaminerCommand | { readonly type: 'ask'; readonly ask: HearingAsked };

export type RatingRefusal =
  | 'unknown-performance'
  | 'already-rated'
  | 'claimed-by-another'
  | 'lease-lost'
  | 'incomplete-scores'
  | 'knows-the-person'
  | 'heard-before'
  | 'not-rated';

export interface RatingFacts {
  readonly now: Instant;
  /** Whoever asks had to do with the person who speaks (acquaintance.ts). */
  readonly knowsPerson: boolean;
  /** Whoever asks has heard as many tasks of the candidate as one examiner may (share-of-hearings.ts). */
  readonly hasHeardEnough: boolean;
}
/** A rating leads on to its session's result. */
export type RatingConsequence = Consequence<'performance-rated', { readonly session: string }>;
export type RatingDecision = Decision<RatingEvent, RatingRefusal, RatingConsequence>;

const accept = (event: RatingEvent, ...pending: readonly RatingConsequence[]): RatingDecision => ({
  events: [event],
  pending,
});
/** The command was carried out before (its reply was lost). */
const nothing: RatingDecision = { events: [], pending: [] };

const isHeldBy = (state: RatingState, by: string, now: Instant): boolean =>
  state.claim?.by === by && state.claim.until > now;

/** Every criterion of the task, and no other, with a whole number from 0 to 5 or NR. */
export function isComplete(state: RatingState, scores: Scores): boolean {
  const { criteria } = state.performance;
  const isScore = (score: unknown): boolean =>
    score === 'NR' || (typeof score === 'number' && Number.isInteger(score) && score >= 0 && score <= 5);
  return criteria.every((criterion) => isScore(scores[criterion])) && Object.keys(scores).length === criteria.length;
}

const isRepeated = (rated: Rated, command: ExaminerCommand): boolean =>
  command.type === 'rate' &&
  canonicalJson(command.scores) === canonicalJson(rated.scores) &&
  command.remark === rated.remark;

/** What this examiner wrote of the performance, in whichever hearing. */
export const ratingBy = ({ ratings }: RatingState, by: string): Rated | undefined =>
  ratings.find((one) => one.by === by);

/** However often it is asked, a hearing comes once. */
function askedFor(state: RatingState, ask: HearingAsked, now: Instant): RatingDecision {
  if (hearingsOf(state) >= ask.hearing) return nothing;
  return isRated(state) ? accept({ type: 'asked', schema: 1, at: now, ask }) : { refused: 'not-rated' };
}

export function decideRating(
  state: RatingState | undefined,
  command: RatingCommand,
  { now, knowsPerson, hasHeardEnough }: RatingFacts,
): RatingDecision {
  if (state === undefined) return { refused: 'unknown-performance' };
  if (command.type === 'ask') return askedFor(state, command.ask, now);
  const { by } = command;
  const own = ratingBy(state, by);
  if (own !== undefined && isRepeated(own, command)) return nothing;
  if (isRated(state) || (own !== undefined && command.type !== 'claim')) return { refused: 'already-rated' };
  if (knowsPerson && (command.type === 'claim' || command.type === 'rate')) return { refused: 'knows-the-person' };
  if (command.type === 'claim' && (own !== undefined || hasHeardEnough)) return { refused: 'heard-before' };
  const head = { schema: 1, at: now } as const;
  const until = toInstant(toEpochMs(now) + leaseMs);
  switch (command.type) {
    case 'claim':
      return state.claim !== undefined && state.claim.by !== by && state.claim.until > now
        ? { refused: 'claimed-by-another' }
        : accept({ type: 'claimed', ...head, by, until });
    case 'renew':
      return isHeldBy(state, by, now) ? accept({ type: 'renewed', ...head, by, until }) : { refused: 'lease-lost' };
    case 'give-back':
      return isHeldBy(state, by, now) ? accept({ type: 'returned', ...head, by }) : { refused: 'lease-lost' };
    case 'rate': {
      if (!isHeldBy(state, by, now)) return { refused: 'lease-lost' };
      if (!isComplete(state, command.scores)) return { refused: 'incomplete-scores' };
      const { scores, remark } = command;
      return accept(
        { type: 'rated', ...head, by, scores, ...defined({ remark }) },
        { kind: 'performance-rated', data: { session: state.performance.session } },
      );
    }
  }
}
