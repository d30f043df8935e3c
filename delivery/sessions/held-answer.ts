/**
 * Answers that come while an invigilator has paused (docs/decisions/0026): what was under way is taken, also over a
 * line that was lost; whatever comes later is kept, and a person decides whether it counts, before the session goes on.
 */
import type { Refused } from '../../storage/journal/stream.ts';
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';
import type { SessionFacts } from './facts.ts';
import { handInMs, madeAt, unheardSince } from './lost-line.ts';
import type { Operation } from './operation.ts';
import type { EventBody, SessionState } from './session.ts';

/** Is this within the time that what was sent just before a pause may take, at this instant? */
export const isUnderWay = (pausedAt: Instant, then: Instant): boolean =>
  toEpochMs(then) <= toEpochMs(pausedAt) + handInMs;

/** What becomes of an answer that comes during the pause that began then. */
export function answerDuringPause(
  state: SessionState,
  pausedAt: Instant,
  operation: Operation,
  answered: EventBody<'answered'>,
  facts: SessionFacts,
): EventBody {
  if (isUnderWay(pausedAt, facts.now)) return answered;
  const chosenAt = madeAt(operation, facts.now);
  const unheardFrom =
    facts.test.specification.lostLine.lateAnswers === 'never' ? undefined : unheardSince(state, chosenAt, facts);
  if (chosenAt !== undefined && chosenAt <= pausedAt && unheardFrom !== undefined)
    return { ...answered, late: { chosenAt, unheardFrom } };
  const { handle, option, choice } = answered;
  return { type: 'answer-held', handle, option, choice, pausedAt };
}

/** A person says whether the answer that is held for this item counts; what counts becomes the answer. */
export function decideHeldAnswer(
  { heldAnswers }: SessionState,
  { handle, counts, by }: { readonly handle: string; readonly counts: boolean; readonly by: string },
): readonly EventBody[] | Refused<{ readonly code: 'nothing-held' }> {
  const held = heldAnswers.find((one) => one.handle === handle);
  if (held === undefined) return { refused: { code: 'nothing-held' } };
  const { option, choice } = held;
  const decided = { type: 'held-answer-decided', handle, counts, by } as const;
  return counts ? [decided, { type: 'answered', handle, option, choice }] : [decided];
}

export const withoutHeld = ({ heldAnswers }: SessionState, handle: string): SessionState['heldAnswers'] =>
  heldAnswers.filter((held) => held.handle !== handle);
