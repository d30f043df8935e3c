/**
 * What a session is among the attempts of its person. One that was answered to its end, or to the end of its time,
 * counts by itself; of one that was broken off a named person says whether it does. Pure.
 */
import { defined } from '../../storage/document/defined.ts';
import type { Refused } from '../../storage/journal/stream.ts';
import type { EventBody, GivenReason, SessionState } from './session.ts';

/** Of a session that was broken off after questions were shown. */
export type BrokenOff = 'undecided' | 'counts' | 'does-not-count';

/** `open`: under way, or its close can be taken back. `not-begun`: no question was ever shown. */
export type AttemptStanding = 'open' | 'not-begun' | BrokenOff;

/** Undefined for a session that was not broken off, or before its first question. */
export function brokenOff({ closed, beganAt, attempt }: SessionState): BrokenOff | undefined {
  if (closed?.reason !== 'ended' || beganAt === undefined) return undefined;
  if (attempt === undefined) return 'undecided';
  return attempt.counts ? 'counts' : 'does-not-count';
}

export function standingOf(state: SessionState): AttemptStanding {
  const broken = brokenOff(state);
  if (broken !== undefined) return broken;
  if (state.closed === undefined || state.closed.held !== undefined) return 'open';
  return state.closed.reason === 'ended' ? 'not-begun' : 'counts';
}

export type AttemptDecision = { readonly counts: boolean; readonly by: string } & GivenReason;

/**
 * By another account than the one that broke it off. The last word holds; the same one again changes nothing. Once it
 * is said the close cannot be taken back.
 */
export function decideAttempt(
  state: SessionState,
  { counts, by, why, reason }: AttemptDecision,
): readonly EventBody[] | Refused<{ readonly code: 'session-open' | 'nothing-to-decide' | 'own-close' }> {
  if (state.closed === undefined) return { refused: { code: 'session-open' } };
  if (brokenOff(state) === undefined) return { refused: { code: 'nothing-to-decide' } };
  // Whoever stopped it and let the clock end it has broken it off, too.
  const brokeOff = state.closed.by === 'clock' ? state.pausedBy : state.closed.by;
  if (brokeOff === by) return { refused: { code: 'own-close' } };
  if (state.attempt?.counts === counts) return [];
  return [
    { type: 'attempt-decided', counts, by, ...defined({ why }), reason },
    ...(state.closed.held === undefined ? [] : [{ type: 'close-settled' } as const]),
  ];
}
