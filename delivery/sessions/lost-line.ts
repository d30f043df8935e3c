/**
 * What a candidate keeps whose line is lost (docs/decisions/0016): the clock stands still from when the server sees it
 * until the line is back, and an answer that was chosen in time counts when it comes, if the server itself heard
 * nothing of the page from before the time was over until then. The page's word alone never counts.
 */
import { type Instant, toEpochMs, toInstant } from '../../storage/document/instant.ts';
import type { LostLinePolicy } from '../../item-bank/specifications/specification.ts';
import { graceMs, later, stoodStillMs, wasOver } from './clock.ts';
import type { UnheardInterval, SessionFacts } from './facts.ts';
import type { Operation } from './operation.ts';
import type { EventBody, SessionState } from './session.ts';

/** A page that was not heard has this long to hand in what waits on it, from when it is heard again, ms. */
export const handInMs = 15_000;

/** When the page made an operation, by its own word; never later than now. Undefined for pages of before. */
export function madeAt({ made }: Operation, now: Instant): Instant | undefined {
  if (made === undefined) return undefined;
  const ms = toEpochMs(made.server.now) + made.monotonicMs - made.server.monotonicMs;
  return toInstant(Math.min(Math.round(ms), toEpochMs(now)));
}

/** The line is lost from now on; `unheardFrom` is the last that was heard. */
export function loseLine(state: SessionState, policy: LostLinePolicy, unheardFrom: Instant | undefined): EventBody[] {
  if (state.disconnectedAt !== undefined) return [];
  const usedMs = state.givenBack.reduce((sum, { ms }) => sum + ms, 0);
  return [
    {
      type: 'connection-lost',
      ...(unheardFrom === undefined ? {} : { unheardFrom }),
      clockStopsMs: Math.max(0, policy.clockStopsMs - usedMs),
    },
  ];
}

/** What the clock stood still so far, given back where a clock runs. */
export function giveBack(state: SessionState, now: Instant): EventBody[] {
  const ms = stoodStillMs(state, now);
  const deadlineAt = later(state.deadlineAt, ms);
  return ms === 0 || deadlineAt === undefined || state.lostLine === undefined
    ? []
    : [{ type: 'time-given-back', from: state.lostLine.from, ms, deadlineAt }];
}

/** The line is back, or the candidate was never away. */
export const restoreLine = (state: SessionState, now: Instant): EventBody[] =>
  state.disconnectedAt === undefined
    ? []
    : [
        { type: 'connection-restored', awayMs: toEpochMs(now) - toEpochMs(state.disconnectedAt) },
        ...giveBack(state, now),
      ];

/** Was this interval such that an answer chosen then could not come before now, and did it begin in time? */
function explains(state: SessionState, { from, to }: UnheardInterval, chosenAt: Instant, now: Instant): boolean {
  return (
    !wasOver(state, from) &&
    toEpochMs(from) - handInMs <= toEpochMs(chosenAt) &&
    toEpochMs(now) <= toEpochMs(to) + handInMs
  );
}

/**
 * Since when the server itself had heard nothing, for an answer that came after the time was over and was chosen
 * before. Undefined when it was not, or when the server heard the page in between.
 */
export function unheardSince(
  state: SessionState,
  chosenAt: Instant | undefined,
  { now, unheard }: Pick<SessionFacts, 'now' | 'unheard'>,
): Instant | undefined {
  if (chosenAt === undefined || wasOver(state, chosenAt)) return undefined;
  const intervals = [...state.losses, ...state.outages, ...(unheard === undefined ? [] : [unheard])];
  return intervals.find((interval) => explains(state, interval, chosenAt, now))?.from;
}

/** A page as the process heard it that closes what is over: the last time, and since when without a gap. */
export interface HeardPage {
  readonly at: Instant;
  readonly since: Instant;
}

/**
 * May an answer that was chosen in time still be on its way? Of a page that was there when the time was over, nothing
 * is; of one that came back, what waited has had its time to come; of one whose line is lost, for as long as the clock
 * may stand still. A page that was never heard is waited for by nobody.
 */
export function mayStillHandIn(state: SessionState, heard: HeardPage | undefined, now: Instant): boolean {
  if (state.lostLine !== undefined) return stoodStillMs(state, now) < state.lostLine.mostMs;
  if (heard === undefined || state.deadlineAt === undefined) return false;
  const deadlineMs = toEpochMs(state.deadlineAt);
  // Once more the grace: what comes with its first word after a cut too short to be a gap is in by then.
  const wasThere = toEpochMs(heard.at) > deadlineMs + 2 * graceMs;
  const cameBackMs = toEpochMs(heard.since);
  return !wasThere || (cameBackMs > deadlineMs - handInMs && toEpochMs(now) < cameBackMs + handInMs);
}
