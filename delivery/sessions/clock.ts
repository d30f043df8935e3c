/**
 * The session's clock: server time only. It stands still during a pause, and while the server sees the line lost,
 * for as long as the specification gives.
 */
import { type Instant, toEpochMs, toInstant } from '../../storage/document/instant.ts';
import type { SessionState } from './session.ts';

/** An answer sent just before the end may arrive this much later, ms. */
export const graceMs = 2_000;

export const withExtra = (limitMs: number, extraTimePercent: number): number =>
  Math.round(limitMs * (1 + extraTimePercent / 100));

export const deadlineFrom = (state: SessionState, now: Instant, limitMs: number): Instant =>
  toInstant(toEpochMs(now) + withExtra(limitMs, state.terms.accommodations.extraTimePercent));

export const isOver = (state: SessionState, now: Instant): boolean =>
  state.pausedAt === undefined &&
  state.deadlineAt !== undefined &&
  toEpochMs(now) > toEpochMs(state.deadlineAt) + stoodStillMs(state, now) + graceMs;

/** How long the clock has stood still since the line was lost, ms. A pause moves the deadline itself. */
export function stoodStillMs({ lostLine, pausedAt }: SessionState, now: Instant): number {
  if (lostLine === undefined || pausedAt !== undefined) return 0;
  return Math.min(lostLine.mostMs, Math.max(0, toEpochMs(now) - toEpochMs(lostLine.from)));
}

/** Was the time over then, as far as the clock had stood still by then? For an instant of the present item. */
export function wasOver(state: SessionState, then: Instant): boolean {
  if (state.deadlineAt === undefined) return false;
  const thenMs = toEpochMs(then);
  const givenLaterMs = state.givenBack.reduce((sum, { from, ms }) => {
    const fromMs = toEpochMs(from);
    return sum + Math.max(0, fromMs + ms - Math.max(thenMs, fromMs));
  }, 0);
  return thenMs > toEpochMs(state.deadlineAt) - givenLaterMs + graceMs;
}

/** The deadline moved by the length of the pause that ends now. */
export const afterPause = (state: SessionState, now: Instant): Instant | undefined =>
  state.deadlineAt === undefined || state.pausedAt === undefined
    ? state.deadlineAt
    : toInstant(toEpochMs(state.deadlineAt) + toEpochMs(now) - toEpochMs(state.pausedAt));

export const later = (deadline: Instant | undefined, ms: number): Instant | undefined =>
  deadline === undefined ? undefined : toInstant(toEpochMs(deadline) + ms);

/** What is left, ms; during a pause what was left when it began. Undefined where no clock runs. */
export function remainingMs(state: SessionState, now: Instant): number | undefined {
  if (state.deadlineAt === undefined) return undefined;
  const left = toEpochMs(state.deadlineAt) + stoodStillMs(state, now) - toEpochMs(state.pausedAt ?? now);
  return Math.max(0, left);
}

/** Did a measured outage of the server overlap the time in which this item could be answered? */
export const overlapsOutage = (state: SessionState, from: Instant, to: Instant): boolean =>
  state.outages.some((outage) => outage.from < to && outage.to > from);

/** How long the server was away since admission, ms. */
export const outageMs = ({ outages }: SessionState): number =>
  outages.reduce((sum, { from, to }) => sum + toEpochMs(to) - toEpochMs(from), 0);

/** Outage time since admission that no extra time has made good yet, ms: offered to the invigilator. */
export const outageToOfferMs = (state: SessionState): number => Math.max(0, outageMs(state) - state.extraMs);
