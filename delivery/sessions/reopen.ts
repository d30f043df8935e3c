/**
 * Closing that may be a mistake, and opening again. A session that was ended before its time, or whose time ran out
 * while the server was away, is held for a while: nothing follows from such a close yet, and an invigilator may take it
 * back. Pure.
 */
import type { Refused } from '../../storage/journal/stream.ts';
import { defined } from '../../storage/document/defined.ts';
import { type Instant, toEpochMs, toInstant } from '../../storage/document/instant.ts';
import { remainingMs } from './clock.ts';
import type { EventBody, GivenReason, HeldClose, SessionState } from './session.ts';

/** A close that may be a mistake is held for so long, ms. */
export const heldMs = 30 * 60_000;

/** Something follows from the close, or has followed: it cannot be taken back. */
export const isSettled = ({ closed }: Pick<SessionState, 'closed'>): boolean =>
  closed !== undefined && closed.held === undefined;

/**
 * Time that ran while the server was away, after this part began and before its deadline, as far as no extra time has
 * made it good, ms.
 */
export function lostMs(state: SessionState): number {
  const { deadlineAt } = state;
  const beganAt = state.step.name === 'linear' ? state.items[0]?.presentedAt : undefined;
  if (deadlineAt === undefined || beganAt === undefined) return 0;
  const [begin, end] = [toEpochMs(beganAt), toEpochMs(deadlineAt)];
  const away = state.outages.map(({ from, to }) => Math.min(toEpochMs(to), end) - Math.max(toEpochMs(from), begin));
  const total = away.reduce((sum, ms) => sum + Math.max(0, ms), 0);
  return Math.max(0, total - state.extraMs);
}

/** The close of a session whose state before it is `state`, where that may be a mistake; nothing otherwise. */
export function heldClose(state: SessionState, reason: 'deadline' | 'ended', now: Instant): { held?: HeldClose } {
  const lost = lostMs(state);
  if (reason === 'deadline' && lost === 0) return {};
  const left = remainingMs(state, now);
  return {
    held: {
      until: toInstant(toEpochMs(now) + heldMs),
      step: state.step,
      // Whoever was ended with time to go has that time; what an outage took is given back where it was all there was.
      ...(left === undefined ? {} : { remainingMs: reason === 'deadline' ? lost : left }),
    },
  };
}

/** There may be something for `settle-close` to settle. */
export const isDue = ({ closed }: SessionState, now: Instant): boolean =>
  closed?.held !== undefined && toEpochMs(now) >= toEpochMs(closed.held.until);

export function reopened(
  { closed }: SessionState,
  { by, why, reason }: { readonly by: string } & GivenReason,
  now: Instant,
): EventBody | Refused<{ readonly code: 'session-open' | 'close-settled' }> {
  if (closed === undefined) return { refused: { code: 'session-open' } };
  if (closed.held === undefined) return { refused: { code: 'close-settled' } };
  const { step, remainingMs: leftMs } = closed.held;
  const deadlineAt = leftMs === undefined ? undefined : toInstant(toEpochMs(now) + leftMs);
  return {
    type: 'reopened',
    by,
    ...defined({ why }),
    reason,
    step,
    ...(deadlineAt === undefined ? {} : { deadlineAt }),
  };
}
