/**
 * How many signals of a page are kept. A page of ours joins its own and sends fewer; whoever sends more fills the
 * stream, and is told apart by that. After the close none is taken. Neither uses up its number. Pure.
 */
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';
import type { Operation, OperationOutcome } from './operation.ts';
import type { EventBody, SessionState } from './session.ts';

/** Twice what a page of ours sends in a minute. */
export const signalsAMinute = 60;
const minuteMs = 60_000;
/** What was not kept is told this often at most, ms. */
const toldEveryMs = 1_000;

type Kept = SessionState['signalsKept'];

const isThisMinute = ({ from }: Kept, now: Instant): boolean => toEpochMs(now) - toEpochMs(from) < minuteMs;

/** One more was kept. */
export const keptOneMore = (kept: Kept, at: Instant): Kept =>
  isThisMinute(kept, at) ? { ...kept, count: kept.count + 1 } : { from: at, count: 1 };

/** The outcome of a signal that is not kept; undefined for whatever is. */
export function unkept(state: SessionState, operation: Operation, now: Instant): OperationOutcome | undefined {
  if (operation.kind !== 'signal') return undefined;
  const { opId, seq } = operation;
  if (state.closed !== undefined) return { opId, seq, status: 'refused', code: 'part-over' };
  const { signalsKept } = state;
  return isThisMinute(signalsKept, now) && signalsKept.count >= signalsAMinute
    ? { opId, seq, status: 'accepted' }
    : undefined;
}

/** What is recorded of so many that were not kept while the session was open. */
export function tellOfDropped(state: SessionState, count: number, now: Instant): EventBody[] {
  const { toldAt } = state.signalsKept;
  if (count === 0 || (toldAt !== undefined && toEpochMs(now) - toEpochMs(toldAt) < toldEveryMs)) return [];
  return [{ type: 'inference-recorded', inference: { type: 'signals-dropped', count }, severity: 'warning' }];
}
