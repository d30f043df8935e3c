/**
 * A rating: one performance (one speaking task of one session) on its way from recording to scores. It is heard once,
 * and again when that is asked for, each time by another examiner; what was rated before stays.
 */
import { z } from 'zod';
import { defined } from '../../storage/document/defined.ts';
import type { Immutable } from '../../storage/document/immutable.ts';
import type { Instant } from '../../storage/document/instant.ts';
import type { JsonObject } from '../../storage/document/json.ts';
import { EventOrderError } from '../../storage/journal/stream.ts';
import { Criterion } from '../../item-bank/items/item.ts';
import { WhyHeard } from './hearing-plan.ts';

/** 0–5, or NR: not ratable, which is missing and never 0. */
const Score = z.union([z.int().min(0).max(5), z.literal('NR')]);
const Scores = z.partialRecord(Criterion, Score);
export type Score = z.infer<typeof Score>;
export type Scores = Immutable<z.infer<typeof Scores>>;

const at = z.iso.datetime();
const Performance = z.strictObject({
  session: z.string(),
  /** Owner of the recordings' key; never shown to an examiner. */
  person: z.string(),
  task: z.string(),
  item: z.string(),
  /** The release of each bank that the session pinned; the item is of one of them. */
  release: z.record(z.string(), z.string()),
  criteria: z.array(Criterion),
  turns: z.array(
    z.strictObject({
      turn: z.int().nonnegative(),
      upload: z.string().exactOptional(),
      durationMs: z.number().exactOptional(),
    }),
  ),
  /** Promised to the candidate. */
  dueAt: at,
  /** At least so many examiners hear a candidate; absent: one may hear all tasks. */
  examiners: z.int().positive().exactOptional(),
});
export type Performance = Immutable<z.infer<typeof Performance>>;

/** Asks for the hearing of this number, 2 or more, and says what it hung on. */
const HearingAsked = z.strictObject({
  hearing: z.int().min(2),
  why: WhyHeard,
  /** Of the required level, after the hearings before. */
  probability: z.number(),
  /** By what it was computed: id of the regime, versions of severities and engine. */
  regime: z.string(),
  severities: z.int(),
  engine: z.string(),
});
export type HearingAsked = Immutable<z.infer<typeof HearingAsked>>;

const head = { schema: z.literal(1), at };
const by = z.string();
const claim = { ...head, by, until: at };
/** The journal's name of a claim given back is `released`; here that word belongs to results. */
const RecordedEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('opened'), ...head, performance: Performance }),
  z.strictObject({ type: z.literal('claimed'), ...claim }),
  z.strictObject({ type: z.literal('renewed'), ...claim }),
  z.strictObject({ type: z.literal('released'), ...head, by }),
  /** `remark`: as ciphertext; in clear where an earlier version recorded it. */
  z.strictObject({ type: z.literal('rated'), ...head, by, scores: Scores, remark: z.string().exactOptional() }),
  z.strictObject({ type: z.literal('asked'), ...head, ask: HearingAsked }),
]);
type RecordedEvent = Immutable<z.infer<typeof RecordedEvent>>;
type Returned = Omit<Extract<RecordedEvent, { readonly type: 'released' }>, 'type'> & { readonly type: 'returned' };
export type RatingEvent = Exclude<RecordedEvent, { readonly type: 'released' }> | Returned;

/** Throws for a type, a schema version or a member that is not known. */
export function readRatingEvent(recorded: JsonObject): RatingEvent {
  const event = RecordedEvent.parse(recorded);
  return event.type === 'released' ? { ...event, type: 'returned' } : event;
}
export const writeRatingEvent = (event: RatingEvent): RecordedEvent =>
  event.type === 'returned' ? { ...event, type: 'released' } : event;

export interface Rated {
  readonly by: string;
  readonly at: Instant;
  readonly scores: Scores;
  readonly remark?: string;
}
export interface RatingState {
  readonly performance: Performance;
  readonly openedAt: Instant;
  readonly claim?: { readonly by: string; readonly until: Instant };
  /** In the order of the hearings. */
  readonly ratings: readonly Rated[];
  /** For every hearing after the first. */
  readonly asked: readonly HearingAsked[];
}

/** Hearings asked for, the first included. */
export const hearingsOf = ({ asked }: RatingState): number => 1 + asked.length;
/** Everything that was asked for was heard. */
export const isRated = (state: RatingState): boolean => state.ratings.length >= hearingsOf(state);

const ratedBy = ({ by: rater, at: when, scores, remark }: Extract<RatingEvent, { readonly type: 'rated' }>): Rated => ({
  by: rater,
  at: when,
  scores,
  ...defined({ remark }),
});

/** The state after one more event. Throws EventOrderError when the event cannot follow. */
export function evolveRating(state: RatingState | undefined, event: RatingEvent): RatingState {
  if (event.type === 'opened') {
    if (state !== undefined) throw new EventOrderError(event.type, 'the performance is open already');
    return { performance: event.performance, openedAt: event.at, ratings: [], asked: [] };
  }
  if (state === undefined) throw new EventOrderError(event.type, 'a rating begins with its opening');
  const { claim: _claim, ...rest } = state;
  switch (event.type) {
    case 'claimed':
    case 'renewed':
      return { ...rest, claim: { by: event.by, until: event.until } };
    case 'returned':
      return rest;
    case 'rated':
      return { ...rest, ratings: [...rest.ratings, ratedBy(event)] };
    case 'asked':
      if (event.ask.hearing !== hearingsOf(state) + 1)
        throw new EventOrderError(event.type, `hearing ${event.ask.hearing} after ${hearingsOf(state)}`);
      return { ...state, asked: [...state.asked, event.ask] };
  }
}
