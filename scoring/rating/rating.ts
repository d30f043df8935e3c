/** A rating: one performance (one speaking task of one session) on its way from recording to scores. */
import { defined } from '../../storage/document/defined.ts';
import type { Instant } from '../../storage/document/instant.ts';
import type { Criterion } from '../../item-bank/items/item.ts';
import { EventOrderError } from '../../storage/journal/stream.ts';

/** 0–5, or NR: not ratable, which is missing and never 0. */
export type Score = number | 'NR';
export type Scores = Readonly<Partial<Record<Criterion, Score>>>;

export interface Performance {
  readonly session: string;
  /** Owner of the recordings' key; never shown to an examiner. */
  readonly person: string;
  readonly task: string;
  readonly item: string;
  readonly release: Readonly<Record<string, string>>;
  readonly criteria: readonly Criterion[];
  readonly turns: readonly { readonly turn: number; readonly upload?: string; readonly durationMs?: number }[];
  /** Promised to the candidate. */
  readonly dueAt: Instant;
}

interface Events {
  opened: { readonly performance: Performance };
  claimed: { readonly by: string; readonly until: Instant };
  renewed: { readonly by: string; readonly until: Instant };
  released: { readonly by: string };
  rated: { readonly by: string; readonly scores: Scores; readonly remark?: string };
}
export type RatingEvent = {
  [T in keyof Events]: { readonly type: T; readonly schema: 1; readonly at: Instant } & Events[T];
}[keyof Events];

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
    case 'released':
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
