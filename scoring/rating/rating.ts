/** A rating: one performance (one speaking task of one session) on its way from recording to scores. */
import { z } from 'zod';
import { defined } from '../../storage/document/defined.ts';
import type { Immutable } from '../../storage/document/immutable.ts';
import type { Instant } from '../../storage/document/instant.ts';
import type { JsonObject } from '../../storage/document/json.ts';
import { EventOrderError } from '../../storage/journal/stream.ts';
import { Criterion } from '../../item-bank/items/item.ts';

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
});
export type Performance = Immutable<z.infer<typeof Performance>>;

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

export interface RatingState {
  readonly performance: Performance;
  readonly openedAt: Instant;
  readonly claim?: { readonly by: string; readonly until: Instant };
  readonly rated?: { readonly by: string; readonly at: Instant; readonly scores: Scores; readonly remark?: string };
}

/** The state after one more event. Throws EventOrderError when the event cannot follow. */
export function evolveRating(state: RatingState | undefined, event: RatingEvent): RatingState {
  if (event.type === 'opened') {
    if (state !== undefined) throw new EventOrderError(event.type, 'the performance is open already');
    return { performance: event.performance, openedAt: event.at };
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
      return {
        ...rest,
        rated: {
          by: event.by,
          at: event.at,
          scores: event.scores,
          ...defined({ remark: event.remark }),
        },
      };
  }
}
