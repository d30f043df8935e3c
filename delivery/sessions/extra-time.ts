/**
 * Extra time that the room gives. One person gives so much to a session; for more another person answers too. What an
 * accommodation gives stands in the session's terms and is none of this. Pure.
 */
import type { Refused } from '../../storage/journal/stream.ts';
import { defined } from '../../storage/document/defined.ts';
import { later, outageMs } from './clock.ts';
import type { EventBody, GivenReason, SessionState } from './session.ts';

/** In sum of one session, ms. */
export const mostAloneMs = 30 * 60_000;

/** What one person may still give, ms. An outage that the server measured is made good beside it. */
export const aloneMs = (state: SessionState): number => Math.max(0, mostAloneMs + outageMs(state) - state.extraMs);

/** `confirmedBy`: the account of a second person who was there, by a password. */
export type TimeGrant = { readonly by: string; readonly ms: number; readonly confirmedBy?: string } & GivenReason;

export function grantExtraTime(
  state: SessionState,
  { by, ms, confirmedBy, why, reason }: TimeGrant,
): readonly EventBody[] | Refused<{ readonly code: 'second-person-due' }> {
  const isConfirmed = confirmedBy !== undefined && confirmedBy !== by;
  if (ms > aloneMs(state) && !isConfirmed) return { refused: { code: 'second-person-due' } };
  return [
    {
      type: 'extra-time-granted',
      by,
      ms,
      ...defined({ confirmedBy, why }),
      reason,
      ...defined({ deadlineAt: later(state.deadlineAt, ms) }),
    },
  ];
}
