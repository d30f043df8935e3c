/**
 * What the journal says of a session's answers and ratings, read for the second scorer alone: from the recorded events
 * as they lie there, by a reader of its own, so that an error in how the house reads a session is not repeated here.
 */
import { z } from 'zod';
import type { JsonObject } from '../../storage/document/json.ts';

const ref = z.object({ item: z.object({ id: z.string() }), handle: z.string(), scored: z.boolean() });
const linesOf = {
  admitted: z.object({ at: z.iso.datetime() }),
  closed: z.object({ at: z.iso.datetime() }),
  reopened: z.object({ step: z.object({ part: z.int().optional() }) }),
  'item-presented': ref,
  'form-assembled': z.object({ positions: z.array(ref.extend({ part: z.string() })) }),
  'turns-assembled': z.object({ turns: z.array(z.object({ task: z.string() })) }),
  answered: z.object({ handle: z.string(), choice: z.int() }),
  'item-completed': z.object({ handle: z.string(), why: z.string() }),
  'part-completed': z.object({ part: z.string() }),
};

/** One question as it was put. `part` is the form's, absent where questions were chosen one by one. */
export interface Asked {
  readonly item: string;
  readonly part?: string;
  readonly scored: boolean;
  /** The author's index of the answer that stood when the question was closed; absent: none. */
  readonly choice?: number;
  /** Our own fault took its time away: it counts neither as right nor as wrong. */
  readonly lost: boolean;
}

export interface SessionEvidence {
  readonly firstAdmittedAt: string | undefined;
  readonly closedAt: string | undefined;
  readonly completedParts: readonly string[];
  readonly asked: readonly Asked[];
  readonly tasks: readonly string[];
}

interface Gathering {
  firstAdmittedAt?: string;
  closedAt?: string;
  readonly completedParts: string[];
  readonly asked: Map<string, { item: string; part?: string; scored: boolean; choice?: number; lost: boolean }>;
  readonly tasks: Set<string>;
}

/** Takes up one event; what says nothing of answers is passed over. */
function gather(seen: Gathering, event: JsonObject): void {
  switch (event['type']) {
    case 'admitted':
      seen.firstAdmittedAt ??= linesOf.admitted.parse(event).at;
      return;
    case 'closed':
      seen.closedAt = linesOf.closed.parse(event).at;
      return;
    case 'reopened': {
      // The part that it goes on in is not completed after all.
      const { part } = linesOf.reopened.parse(event).step;
      delete seen.closedAt;
      seen.completedParts.splice(part ?? seen.completedParts.length);
      return;
    }
    case 'item-presented': {
      const { item, handle, scored } = linesOf['item-presented'].parse(event);
      seen.asked.set(handle, { item: item.id, scored, lost: false });
      return;
    }
    case 'form-assembled':
      for (const { item, handle, scored, part } of linesOf['form-assembled'].parse(event).positions)
        seen.asked.set(handle, { item: item.id, part, scored, lost: false });
      return;
    case 'turns-assembled':
      for (const { task } of linesOf['turns-assembled'].parse(event).turns) seen.tasks.add(task);
      return;
    case 'answered': {
      const { handle, choice } = linesOf.answered.parse(event);
      const asked = seen.asked.get(handle);
      if (asked !== undefined) asked.choice = choice;
      return;
    }
    case 'item-completed': {
      const { handle, why } = linesOf['item-completed'].parse(event);
      const asked = seen.asked.get(handle);
      if (asked !== undefined) asked.lost = why === 'outage';
      return;
    }
    case 'part-completed':
      seen.completedParts.push(linesOf['part-completed'].parse(event).part);
      return;
    default:
  }
}

/** Throws a ZodError for an event that says something of answers in an unknown way. */
export function sessionEvidence(events: readonly JsonObject[]): SessionEvidence {
  const seen: Gathering = { completedParts: [], asked: new Map(), tasks: new Set() };
  for (const event of events) gather(seen, event);
  return {
    firstAdmittedAt: seen.firstAdmittedAt,
    closedAt: seen.closedAt,
    completedParts: seen.completedParts,
    asked: [...seen.asked.values()],
    tasks: [...seen.tasks],
  };
}

const Opened = z.object({ type: z.literal('opened'), performance: z.object({ task: z.string() }) });
const Rated = z.object({ type: z.literal('rated'), scores: z.record(z.string(), z.union([z.int(), z.literal('NR')])) });

/** The scores of one performance, of each hearing; none while nobody has rated it. */
export interface RatingEvidence {
  readonly task: string;
  readonly hearings: readonly Readonly<Record<string, number | 'NR'>>[];
}

export function ratingEvidence(events: readonly JsonObject[]): RatingEvidence | undefined {
  let task: string | undefined;
  const hearings: Readonly<Record<string, number | 'NR'>>[] = [];
  for (const event of events) {
    if (event['type'] === 'opened') ({ task } = Opened.parse(event).performance);
    if (event['type'] === 'rated') hearings.push(Rated.parse(event).scores);
  }
  return task === undefined ? undefined : { task, hearings };
}
