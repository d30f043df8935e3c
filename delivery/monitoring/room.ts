/** The live room: what an invigilator sees of a session, derived from its state and from who is connected right now. */
import type { PinnedTest } from '../../item-bank/releases/pinned-test.ts';
import { defined } from '../../storage/document/defined.ts';
import type { Instant } from '../../storage/document/instant.ts';
import type { BrowserFault } from '../proctoring/browser-standing.ts';
import type { SeenIdentity } from '../proctoring/seen-identity.ts';
import type { SentMessage } from '../proctoring/message-code.ts';
import type { FaultyDevice } from '../proctoring/device.ts';
import type { ReasonCode } from '../proctoring/reason-code.ts';
import { type BrokenOff, brokenOff } from '../sessions/attempt.ts';
import { outageToOfferMs, remainingMs, stoodStillMs } from '../sessions/clock.ts';
import { isBrowserChecked } from '../sessions/exam-browser.ts';
import { aloneMs } from '../sessions/extra-time.ts';
import type { Irregularity, SessionState } from '../sessions/session.ts';

export type Status = 'registered' | 'arrived' | 'active' | 'paused' | 'closed';

export function statusOf(state: SessionState): Status {
  if (state.closed !== undefined) return 'closed';
  if (state.arrivals === 0 && state.admissions === 0) return 'registered';
  if (state.awaitingAdmission) return 'arrived';
  return state.pausedAt === undefined ? 'active' : 'paused';
}

export interface StepSeen {
  readonly name: string;
  readonly number?: number;
  readonly total?: number;
}

/** Where the candidate is, in the words of the session's steps. */
export function stepSeen(state: SessionState, test: PinnedTest): StepSeen {
  const { step } = state;
  switch (step.name) {
    case 'practice':
      return { name: 'practice', number: step.index + 1, total: state.practice.length };
    case 'part-intro':
      return { name: test.specification.parts[step.part]?.kind ?? 'closed' };
    case 'adaptive': {
      const part = test.specification.parts[step.part];
      const total =
        part?.kind === 'adaptive' ? part.policy.maximumItems + part.policy.pretestPositions.length : state.items.length;
      return { name: 'adaptive', number: state.items.length, total };
    }
    case 'linear':
      return step.position === 0
        ? { name: 'review' }
        : {
            name: 'linear',
            number: state.items.filter((item) => item.answer !== undefined).length,
            total: state.items.length,
          };
    case 'speaking':
      return { name: 'speaking', number: step.position, total: state.turns.length };
    case 'registered':
    case 'arrived':
    case 'confirm-name':
    case 'sound-check':
    case 'closed':
      return { name: step.name };
  }
}

export type Connection = 'never' | 'connected' | 'lost';

export type BrowserSeen = BrowserFault | 'unseen' | 'right' | 'overridden';

export interface SessionSeen {
  readonly status: Status;
  readonly step: StepSeen;
  readonly pausedFor?: ReasonCode;
  readonly connection: Connection;
  readonly seat?: string;
  readonly handRaisedAt?: Instant;
  /** The last that was said to the candidate, and when it was read. */
  readonly message?: SentMessage;
  readonly irregularity?: Irregularity;
  /** Of a session that was broken off: whether it is an attempt. */
  readonly attempt?: BrokenOff;
  readonly invigilator?: string;
  /** The last check of who this is. */
  readonly identity?: SeenIdentity;
  readonly deadlineAt?: Instant;
  readonly remainingMs?: number;
  /** Of a session that asks for one: what is wrong with it, or that somebody let it go on without. */
  readonly examBrowser?: BrowserSeen;
  /** Stand above whatever the candidate does. */
  readonly faults: readonly FaultyDevice[];
  readonly incidents: { readonly notice: number; readonly warning: number; readonly critical: number };
  readonly lastIncident?: string;
  /** Answers that came during a pause, by the number of the question: somebody must say whether they count. */
  readonly heldAnswers: readonly { readonly answer: string; readonly number: number; readonly at: Instant }[];
  readonly outageMs: number;
  /** Extra time that one person may still give. */
  readonly aloneMs: number;
  /** Closed, and may be opened again until then. */
  readonly reopenUntil?: Instant;
  /** The clock stood still for so long because the line was lost, ms; with a loss that lasts, until it was lost. */
  readonly givenBackMs: number;
}

function browserSeen(state: SessionState): BrowserSeen | undefined {
  if (state.closed !== undefined || state.terms.conduct?.browser !== 'safe-exam-browser') return undefined;
  return isBrowserChecked(state) ? (state.browser?.fault ?? (state.browser ? 'right' : 'unseen')) : 'overridden';
}

const standsStill = (state: SessionState, now: Instant): boolean =>
  state.pausedAt !== undefined || (state.lostLine !== undefined && stoodStillMs(state, now) < state.lostLine.mostMs);

const heldSeen = ({ heldAnswers, items }: SessionState): SessionSeen['heldAnswers'] =>
  heldAnswers.map(({ handle, at }) => ({
    answer: handle,
    number: items.find((item) => item.handle === handle)?.position ?? 0,
    at,
  }));

export function seen(state: SessionState, test: PinnedTest, now: Instant): SessionSeen {
  const left = remainingMs(state, now);
  const { notice, warning, critical, last } = state.incidents;
  const message = state.messages.at(-1);
  const { irregularity, invigilator, identity } = state;
  return {
    status: statusOf(state),
    step: stepSeen(state, test),
    faults: state.closed === undefined ? state.faults : [],
    incidents: { notice, warning, critical },
    heldAnswers: state.closed === undefined ? heldSeen(state) : [],
    givenBackMs: state.givenBack.reduce((sum, { ms }) => sum + ms, 0),
    outageMs: state.closed === undefined ? outageToOfferMs(state) : 0,
    aloneMs: aloneMs(state),
    connection:
      state.arrivals === 0 && state.admissions === 0
        ? 'never'
        : state.disconnectedAt === undefined
          ? 'connected'
          : 'lost',
    ...(state.pausedFor === undefined ? {} : { pausedFor: state.pausedFor }),
    ...(state.seat === undefined ? {} : { seat: state.seat }),
    ...(state.handRaisedAt === undefined ? {} : { handRaisedAt: state.handRaisedAt }),
    ...(state.deadlineAt === undefined ? {} : { deadlineAt: state.deadlineAt }),
    // A running clock is said by its deadline: a figure that changes by itself would be news at every look.
    ...(left === undefined || !standsStill(state, now) ? {} : { remainingMs: left }),
    ...defined({
      message,
      irregularity,
      invigilator,
      identity,
      attempt: brokenOff(state),
      examBrowser: browserSeen(state),
    }),
    ...(last === undefined ? {} : { lastIncident: last }),
    ...(state.closed?.held === undefined ? {} : { reopenUntil: state.closed.held.until }),
  };
}
