/** What follows from an examiner's command; pure. */
import { type Instant, toEpochMs, toInstant } from '../../storage/document/instant.ts';
import { canonicalJson } from '../../storage/document/json.ts';
import type { RatingEvent, RatingState, Scores } from './rating.ts';

/** A claim is good for this long after the last sign of work, ms. */
export const leaseMs = 20 * 60_000;

export type RatingCommand =
  | { readonly type: 'claim' | 'renew' | 'release'; readonly by: string }
  | { readonly type: 'rate'; readonly by: string; readonly scores: Scores; readonly remark?: string };

export type RatingRefusal =
  'unknown-performance' | 'already-rated' | 'claimed-by-another' | 'lease-lost' | 'incomplete-scores';
/** No event: the command was carried out before (its reply was lost). */
export type RatingDecision =
  { readonly refused: RatingRefusal } | { readonly refused?: undefined; readonly event?: RatingEvent };

const isHeldBy = (state: RatingState, by: string, now: Instant): boolean =>
  state.claim?.by === by && state.claim.until > now;

/** Every criterion of the task, and no other, with a whole number from 0 to 5 or NR. */
export function isComplete(state: RatingState, scores: Scores): boolean {
  const { criteria } = state.performance;
  const isScore = (score: unknown): boolean =>
    score === 'NR' || (typeof score === 'number' && Number.isInteger(score) && score >= 0 && score <= 5);
  return criteria.every((criterion) => isScore(scores[criterion])) && Object.keys(scores).length === criteria.length;
}

const isRepeated = (rated: NonNullable<RatingState['rated']>, command: RatingCommand): boolean =>
  command.type === 'rate' &&
  command.by === rated.by &&
  canonicalJson(command.scores) === canonicalJson(rated.scores) &&
  command.remark === rated.remark;

export function decideRating(state: RatingState | undefined, command: RatingCommand, now: Instant): RatingDecision {
  if (state === undefined) return { refused: 'unknown-performance' };
  if (state.rated !== undefined) return isRepeated(state.rated, command) ? {} : { refused: 'already-rated' };
  const { by } = command;
  const head = { schema: 1, at: now } as const;
  const until = toInstant(toEpochMs(now) + leaseMs);
  switch (command.type) {
    case 'claim':
      return state.claim !== undefined && state.claim.by !== by && state.claim.until > now
        ? { refused: 'claimed-by-another' }
        : { event: { type: 'claimed', ...head, by, until } };
    case 'renew':
      return isHeldBy(state, by, now) ? { event: { type: 'renewed', ...head, by, until } } : { refused: 'lease-lost' };
    case 'release':
      return isHeldBy(state, by, now) ? { event: { type: 'released', ...head, by } } : { refused: 'lease-lost' };
    case 'rate': {
      if (!isHeldBy(state, by, now)) return { refused: 'lease-lost' };
      if (!isComplete(state, command.scores)) return { refused: 'incomplete-scores' };
      return {
        event: {
          type: 'rated',
          ...head,
          by,
          scores: command.scores,
          ...(command.remark === undefined ? {} : { remark: command.remark }),
        },
      };
    }
  }
}
