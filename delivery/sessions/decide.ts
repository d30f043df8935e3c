/**
 * `decide(state, command, facts)`: what follows from a command, as events or a typed refusal. Pure: the time, the
 * pinned test and what was sealed come in as facts; every fact that mattered is written into the events.
 */
import type { Accepted as AcceptedEvents, Refused } from '../../storage/journal/stream.ts';
import type { Consequence, NoData } from '../../storage/port.ts';
import { defined } from '../../storage/document/defined.ts';
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';
import type { Inference } from '../proctoring/inference.ts';
import type { MessageCode } from '../proctoring/message-code.ts';
import { type HeardPage, giveBack, loseLine, mayStillHandIn, restoreLine } from './lost-line.ts';
import { type AttemptDecision, decideAttempt } from './attempt.ts';
import { afterPause, isOver } from './clock.ts';
import { decideOperation } from './decide-operation.ts';
import { evolve, evolveAll } from './evolve.ts';
import { type BrowserCommand, decideBrowser, isLockedOut } from './exam-browser.ts';
import { type TimeGrant, grantExtraTime } from './extra-time.ts';
import { type SessionFacts, partAt } from './facts.ts';
import { decideHeldAnswer } from './held-answer.ts';
import { type AdmitCommand, type IdentityCommand, admit, checkIdentity } from './identity.ts';
import { noteInference, pageAgain } from './infer.ts';
import { type CaseCommand, decideCase } from './irregularity.ts';
import { completeLinear } from './linear-part.ts';
import { sendMessage } from './message.ts';
import type { Operation, OperationOutcome } from './operation.ts';
import { refundPlay } from './refund-play.ts';
import { heldClose, isDue, reopened } from './reopen.ts';
import type { EventBody, GivenReason, Session, SessionEvent, SessionState, SessionTerms } from './session.ts';
import { tellOfDropped, unkept } from './signal-cap.ts';

/** `act`: the name of what is asked for; carried out once on each session, however often it is asked. */
export type SessionCommand = (
  | { readonly type: 'register'; readonly terms: SessionTerms }
  | { readonly type: 'make-code'; readonly hash: string; readonly admits: boolean; readonly by: string }
  /** `code` is the hash of the code that was brought. */
  | { readonly type: 'arrive'; readonly seat: string; readonly code: string }
  | IdentityCommand
  | AdmitCommand
  | { readonly type: 'take-writer' }
  | { readonly type: 'operations'; readonly fence: number; readonly operations: readonly Operation[] }
  | ({ readonly type: 'pause' | 'end' | 'refund-play' | 'take-over'; readonly by: string } & GivenReason)
  | CaseCommand
  | BrowserCommand
  | { readonly type: 'resume' | 'lower-hand'; readonly by: string }
  | { readonly type: 'send-message'; readonly message: MessageCode; readonly by: string }
  | { readonly type: 'write-note'; readonly text: string; readonly by: string }
  | { readonly type: 'decide-held-answer'; readonly handle: string; readonly counts: boolean; readonly by: string }
  | ({ readonly type: 'grant-extra-time' } & TimeGrant)
  /** `unheardFrom`: the last that was heard of the page. */
  | { readonly type: 'lose-connection'; readonly unheardFrom?: Instant }
  /** The server saw it beside the operations. */
  | { readonly type: 'note-inference'; readonly inference: Inference }
  | { readonly type: 'restore-connection' }
  | { readonly type: 'measure-outage'; readonly from: Instant; readonly to: Instant }
  | {
      readonly type: 'note-clock-jump';
      readonly noticedAt: Instant;
      readonly machineAt: Instant;
      readonly aheadMs: number;
    }
  | { readonly type: 'note-clock-confirmed'; readonly noticedAt: Instant; readonly by: string }
  | ({ readonly type: 'reopen'; readonly by: string } & GivenReason)
  | { readonly type: 'settle-close' }
  | ({ readonly type: 'decide-attempt' } & AttemptDecision)
  /** Another session takes the place of one that nobody was let in to. */
  | { readonly type: 'supersede'; readonly by: string }
  /** `heard`: of the page, as far as whoever asks has heard it. */
  | { readonly type: 'close-overdue'; readonly heard?: HeardPage }
) & { readonly act?: string };

export type SessionRefusal =
  | {
      readonly code:
        | 'already-registered'
        | 'not-registered'
        | 'not-admitted'
        | 'code-superseded'
        | 'session-closed'
        | 'session-open'
        | 'close-settled'
        | 'not-paused'
        | 'already-paused'
        | 'answers-undecided'
        | 'nothing-held'
        | 'nothing-to-decide'
        | 'own-close'
        | 'case-open'
        | 'no-case'
        | 'own-case'
        | 'nothing-to-refund'
        | 'second-person-due'
        | 'any-browser'
        | 'exam-browser-due';
    }
  | { readonly code: 'fenced'; readonly fence: number }
  | { readonly code: 'seq-gap'; readonly expectedSeq: number };

/** First admission opens a result; a closed session has results to conclude and recordings to rate. */
export type SessionConsequence = Consequence<'session-attended', NoData> | Consequence<'session-closed', NoData>;
type Accepted = AcceptedEvents<SessionEvent, SessionConsequence, SessionState> & {
  readonly outcomes: readonly OperationOutcome[];
};
/** `state` is what the session is once the events are written: nobody needs to evolve them a second time. */
export type SessionDecision = Refused<SessionRefusal> | (Accepted & { readonly state: Session });

/** Sessions that nobody finished are closed this long after their first admission, ms. */
const longestSessionMs = 6 * 3_600_000;

const refuse = (refused: SessionRefusal): Refused<SessionRefusal> => ({ refused });

/** Heads for bodies: schema, time, and the operation that caused them. */
export const record = (
  now: Instant,
  body: EventBody,
  op?: { readonly id: string; readonly seq: number },
): SessionEvent => ({
  ...body,
  schema: body.type === 'registered' ? 2 : 1,
  at: now,
  ...(op === undefined ? {} : { op }),
});

function accept(
  facts: SessionFacts,
  bodies: readonly EventBody[],
  pending: readonly SessionConsequence[] = [],
): Accepted {
  return { events: bodies.map((body) => record(facts.now, body)), pending, outcomes: [] };
}

const acceptUnlessRefused = (
  facts: SessionFacts,
  decided: readonly EventBody[] | Refused<SessionRefusal>,
): Accepted | Refused<SessionRefusal> => ('refused' in decided ? decided : accept(facts, decided));

const reasonOf = ({ why, reason }: GivenReason): GivenReason => ({ ...defined({ why }), reason });

const deadline = (deadlineAt: Instant | undefined): { deadlineAt?: Instant } =>
  deadlineAt === undefined ? {} : { deadlineAt };

const sessionClosed: SessionConsequence = { kind: 'session-closed', data: {} };
const sessionAttended: SessionConsequence = { kind: 'session-attended', data: {} };

export function decide(session: Session, command: SessionCommand, facts: SessionFacts): SessionDecision {
  if (command.type === 'operations')
    return session === undefined
      ? refuse({ code: 'not-registered' })
      : decideOperations(session, command.fence, command.operations, facts);
  const { act } = command;
  if (act !== undefined && session?.acts.has(act)) {
    // A page that took over long ago gets nothing of the page after it.
    const isPast = command.type === 'take-writer' && session.acts.get(act) !== session.fence;
    return isPast ? refuse({ code: 'fenced', fence: session.fence }) : { ...accept(facts, []), state: session };
  }
  const decision = decideCommand(session, command, facts);
  if (decision.refused !== undefined) return decision;
  const events = act === undefined ? decision.events : decision.events.map((event) => ({ ...event, act }));
  return { ...decision, events, state: evolveAll(session, events) };
}

type OneCommand = Exclude<SessionCommand, { readonly type: 'operations' }>;

function decideCommand(session: Session, command: OneCommand, facts: SessionFacts): Accepted | Refused<SessionRefusal> {
  if (command.type === 'register') {
    return session === undefined
      ? accept(facts, [{ type: 'registered', ...command.terms }])
      : refuse({ code: 'already-registered' });
  }
  if (session === undefined) return refuse({ code: 'not-registered' });
  if (command.type === 'take-writer') {
    return session.awaitingAdmission
      ? refuse({ code: 'not-admitted' })
      : accept(facts, [...pageAgain(session), { type: 'writer-taken', fence: session.fence + 1 }]);
  }
  if (command.type === 'reopen') {
    const event = reopened(session, command, facts.now);
    return 'refused' in event ? event : accept(facts, [event]);
  }
  if (command.type === 'open-case' || command.type === 'decide-case')
    return acceptUnlessRefused(facts, decideCase(session, command));
  if (command.type === 'decide-attempt') {
    const decided = decideAttempt(session, command);
    // Whoever decides does not wait until the close cannot be taken back any more.
    return 'refused' in decided ? decided : accept(facts, decided, decided.length > 1 ? [sessionClosed] : []);
  }
  if (command.type === 'write-note')
    return accept(facts, [{ type: 'note-written', by: command.by, text: command.text }]);
  if (command.type === 'settle-close')
    return isDue(session, facts.now) ? accept(facts, [{ type: 'close-settled' }], [sessionClosed]) : accept(facts, []);
  if (session.closed !== undefined) return refuse({ code: 'session-closed' });
  if (command.type === 'supersede') return supersede(session, command.by, facts);
  return decideOpen(session, command, facts);
}

type OpenCommand = Exclude<
  OneCommand,
  | CaseCommand
  | {
      readonly type:
        'register' | 'take-writer' | 'reopen' | 'settle-close' | 'supersede' | 'write-note' | 'decide-attempt';
    }
>;

function decideOpen(
  state: SessionState,
  command: OpenCommand,
  facts: SessionFacts,
): Accepted | Refused<SessionRefusal> {
  switch (command.type) {
    case 'make-code':
      return accept(facts, [{ type: 'code-made', hash: command.hash, admits: command.admits, by: command.by }]);
    case 'arrive':
      return arrive(state, command, facts);
    case 'check-identity':
      return accept(facts, checkIdentity(command));
    case 'admit':
      return accept(facts, admit(state, command), state.admissions === 0 ? [sessionAttended] : []);
    case 'pause':
      return state.pausedAt === undefined
        ? // What a lost line stopped so far is given back: from here on the pause stops the clock.
          accept(facts, [...giveBack(state, facts.now), { type: 'paused', by: command.by, ...reasonOf(command) }])
        : refuse({ code: 'already-paused' });
    case 'resume':
      return resume(state, command.by, facts);
    case 'decide-held-answer':
      return acceptUnlessRefused(facts, decideHeldAnswer(state, command));
    case 'grant-extra-time':
      return acceptUnlessRefused(facts, grantExtraTime(state, command));
    case 'end':
      return accept(facts, endEvents(state, command.by, command, facts.now));
    case 'lower-hand':
      return accept(facts, state.handRaisedAt === undefined ? [] : [{ type: 'hand-lowered', by: command.by }]);
    case 'take-over':
      return accept(facts, [{ type: 'taken-over', by: command.by, ...reasonOf(command) }]);
    case 'send-message':
      return acceptUnlessRefused(facts, sendMessage(state, command));
    case 'refund-play':
      return acceptUnlessRefused(facts, refundPlay(state, command));
    case 'lose-connection':
      return accept(facts, loseLine(state, facts.test.specification.lostLine, command.unheardFrom));
    case 'note-browser':
    case 'override-browser':
    case 'require-browser':
      return acceptUnlessRefused(facts, decideBrowser(state, command, facts.now));
    case 'note-inference':
      return accept(facts, noteInference(state, command.inference, facts.now));
    case 'restore-connection':
      return accept(facts, restoreLine(state, facts.now));
    case 'measure-outage':
      return measureOutage(state, command.from, command.to, facts);
    case 'note-clock-jump':
    case 'note-clock-confirmed':
      return noteClock(state, command, facts);
    case 'close-overdue':
      return closeOverdue(state, command.heard, facts);
  }
}

/** Not before a person has said of every answer that is held whether it counts. */
function resume(state: SessionState, by: string, facts: SessionFacts): Accepted | Refused<SessionRefusal> {
  if (state.pausedAt === undefined) return refuse({ code: 'not-paused' });
  if (isLockedOut(state)) return refuse({ code: 'exam-browser-due' });
  if (state.heldAnswers.length > 0) return refuse({ code: 'answers-undecided' });
  return accept(facts, [{ type: 'resumed', by, ...deadline(afterPause(state, facts.now)) }]);
}

/** What was noted before, or something older, changes nothing. */
function noteClock(
  state: SessionState,
  command: Extract<OpenCommand, { readonly type: 'note-clock-jump' | 'note-clock-confirmed' }>,
  facts: SessionFacts,
): Accepted {
  if (command.type === 'note-clock-jump') {
    const { noticedAt, machineAt, aheadMs } = command;
    const isNews = state.clockJumpedAt === undefined || state.clockJumpedAt < noticedAt;
    return accept(facts, isNews ? [{ type: 'server-clock-jumped', noticedAt, machineAt, aheadMs }] : []);
  }
  const { noticedAt, by } = command;
  const isNews = state.clockConfirmedAt === undefined || state.clockConfirmedAt < noticedAt;
  return accept(facts, isNews ? [{ type: 'server-clock-confirmed', noticedAt, by }] : []);
}

/** Only by the newest code, once. Sessions from before codes were recorded take any that storage takes. */
function arrive(
  { code }: SessionState,
  brought: { readonly seat: string; readonly code: string },
  facts: SessionFacts,
): Accepted | Refused<SessionRefusal> {
  if (code !== undefined && (code.isUsed || code.hash !== brought.code)) return refuse({ code: 'code-superseded' });
  return accept(facts, [{ type: 'arrived', seat: brought.seat }]);
}

/** Ends a session before its time: what was answered stays, nothing is scored in the candidate's name. */
const endEvents = (state: SessionState, by: string, { why, reason }: GivenReason, now: Instant): EventBody[] => [
  ...(state.pausedAt === undefined ? [] : [{ type: 'resumed', by } as const]),
  { type: 'closed', by, reason: 'ended', ...defined({ why }), note: reason, ...heldClose(state, 'ended', now) },
];

/** At once and for good: nothing was begun that somebody could go on with. */
const supersede = (state: SessionState, by: string, facts: SessionFacts): Accepted | Refused<SessionRefusal> =>
  state.admittedAt === undefined
    ? accept(facts, [{ type: 'closed', by, reason: 'ended' }], [sessionClosed])
    : refuse({ code: 'session-open' });

/** An outage before admission, or one already recorded, changes nothing. */
function measureOutage(
  state: SessionState,
  from: Instant,
  to: Instant,
  facts: SessionFacts,
): Accepted | Refused<SessionRefusal> {
  const known = state.outages.some((outage) => outage.from === from);
  return accept(facts, state.admittedAt === undefined || known ? [] : [{ type: 'outage-measured', from, to }]);
}

function lastsTooLong({ admittedAt, reopenedAt = admittedAt }: SessionState, now: Instant): boolean {
  return reopenedAt !== undefined && toEpochMs(now) - toEpochMs(reopenedAt) > longestSessionMs;
}

/** There may be something for `close-overdue` to close. */
export const isOverdue = (state: SessionState, heard: HeardPage | undefined, now: Instant): boolean =>
  isFormOver(state, heard, now) || lastsTooLong(state, now);

/** Its time is over, and nothing that was chosen before may still be on its way. */
const isFormOver = (state: SessionState, heard: HeardPage | undefined, now: Instant): boolean =>
  state.step.name === 'linear' && isOver(state, now) && !mayStillHandIn(state, heard, now);

/** The deadline job: a linear part whose time is over is scored as it stands; a session nobody finished is ended. */
function closeOverdue(
  state: SessionState,
  heard: HeardPage | undefined,
  facts: SessionFacts,
): Accepted | Refused<SessionRefusal> {
  const part = state.step.name === 'linear' ? partAt(facts, state.step.part) : undefined;
  if (part?.kind === 'linear' && isFormOver(state, heard, facts.now)) {
    const { held } = heldClose(state, 'deadline', facts.now);
    const closed = {
      type: 'closed',
      by: 'clock',
      reason: 'deadline',
      ...(held === undefined ? {} : { held }),
    } as const;
    return accept(
      facts,
      [...completeLinear(state, part, facts, 'deadline'), closed],
      held === undefined ? [sessionClosed] : [],
    );
  }
  if (lastsTooLong(state, facts.now))
    return accept(facts, endEvents(state, 'clock', { reason: 'not finished' }, facts.now));
  return accept(facts, []);
}

/**
 * A batch: each operation in turn, one append for all. A repeated opId gets its stored outcome; the first new one must
 * have the next seq, else the whole batch is refused and nothing is written.
 */
function decideOperations(
  start: SessionState,
  fence: number,
  operations: readonly Operation[],
  facts: SessionFacts,
): SessionDecision {
  if (start.awaitingAdmission) return refuse({ code: 'not-admitted' });
  if (fence !== start.fence) return refuse({ code: 'fenced', fence: start.fence });
  let state = start;
  // Whoever is heard is back: what comes with it is judged by a clock that stood still until now.
  const events = start.closed === undefined ? accept(facts, restoreLine(start, facts.now)).events.slice() : [];
  for (const event of events) state = evolve(state, event);
  const outcomes: OperationOutcome[] = [];
  let dropped = 0;
  for (const operation of operations) {
    const stored = state.outcomes.get(operation.opId);
    const unrecorded = stored === undefined ? unkept(state, operation, facts.now) : undefined;
    if (unrecorded !== undefined) {
      outcomes.push(unrecorded);
      dropped += 1;
      continue;
    }
    if (stored === undefined) {
      // The numbers of those that were not kept are left out.
      if (operation.seq < state.nextSeq || operation.seq > state.nextSeq + dropped)
        return refuse({ code: 'seq-gap', expectedSeq: start.nextSeq });
      for (const body of decideOperation(state, operation, facts)) {
        const event = record(facts.now, body, { id: operation.opId, seq: operation.seq });
        state = evolve(state, event);
        events.push(event);
      }
    }
    const outcome = state.outcomes.get(operation.opId);
    if (outcome !== undefined) outcomes.push(outcome);
  }
  if (state.closed === undefined) {
    const told = accept(facts, tellOfDropped(state, dropped, facts.now)).events;
    for (const event of told) state = evolve(state, event);
    events.push(...told);
  }
  const closedNow = start.closed === undefined && state.closed !== undefined;
  return { events, pending: closedNow ? [sessionClosed] : [], outcomes, state };
}
