/**
 * The state of a session from its events. `evolve` only copies what is recorded and never calls the engine, so that a
 * later engine changes no running session. One table for each family of events; together they must name every event.
 */
import { defined } from '../../storage/document/defined.ts';
import { without } from '../../storage/document/without.ts';
import { tenantOf } from '../../people/staff/account.ts';
import { EventOrderError } from '../../storage/journal/stream.ts';
import type { Severity } from '../proctoring/signal.ts';
import { isReliable } from '../proctoring/detectors.ts';
import { type FaultyDevice, deviceOf, faultOf } from '../proctoring/device.ts';
import { severityOfRecord, severityOfRefusal } from '../proctoring/severity.ts';
import { begin } from './begin.ts';
import { withBrowser } from './exam-browser.ts';
import { withoutHeld } from './held-answer.ts';
import { withAdmission, withIdentity } from './identity.ts';
import { withCase, withDecision } from './irregularity.ts';
import { withRead, withSent } from './message.ts';
import type { OperationOutcome } from './operation.ts';
import { keptOneMore } from './signal-cap.ts';
import {
  type EventOf,
  type EventType,
  type GivenItem,
  type ItemProgress,
  type Session,
  type SessionEvent,
  type SessionState,
  type TurnProgress,
} from './session.ts';

/** What each event does to the state. */
type Evolvers<T extends EventType = EventType> = {
  readonly [K in T]: (state: SessionState, event: EventOf<K>) => SessionState;
};

function withItem(state: SessionState, handle: string, change: (item: ItemProgress) => ItemProgress): SessionState {
  return { ...state, items: state.items.map((item) => (item.handle === handle ? change(item) : item)) };
}
function withTurn(state: SessionState, handle: string, change: (turn: TurnProgress) => TurnProgress): SessionState {
  return { ...state, turns: state.turns.map((turn) => (turn.handle === handle ? change(turn) : turn)) };
}

/** Plays belong to an item, a turn or a practice task: whoever has the handle. */
function withPlays(
  state: SessionState,
  { at, handle, plays }: EventOf<'media-played'> | EventOf<'play-refunded'>,
): SessionState {
  if (state.items.some((item) => item.handle === handle))
    return withItem(state, handle, (item) => ({ ...item, plays, playedAt: item.playedAt ?? at }));
  if (state.turns.some((turn) => turn.handle === handle))
    return withTurn(state, handle, (turn) => ({ ...turn, plays }));
  return { ...state, practicePlays: new Map(state.practicePlays).set(handle, plays) };
}

/** What happened shows that these work. */
const mended = <S extends SessionState>(state: S, ...devices: readonly FaultyDevice[]): S =>
  state.faults.some((fault) => devices.includes(fault))
    ? { ...state, faults: state.faults.filter((fault) => !devices.includes(fault)) }
    : state;

const withLostLine = (state: SessionState, change: Partial<NonNullable<SessionState['lostLine']>>): SessionState =>
  state.lostLine === undefined ? state : { ...state, lostLine: { ...state.lostLine, ...change } };

/** Where a clock runs, the deadline as it is now. */
const withDeadline = (state: SessionState, { deadlineAt }: { deadlineAt?: string }): SessionState =>
  deadlineAt === undefined ? state : { ...state, deadlineAt };

/** Only one part runs at a time; its index follows from the parts completed before. */
const currentPart = (state: SessionState): number => state.completedParts.length;

const presented = (given: GivenItem, position: number, presentedAt: string): ItemProgress => ({
  item: given.item,
  handle: given.handle,
  optionOrder: given.optionOrder,
  scored: given.scored,
  position,
  presentedAt,
  plays: 0,
  flagged: false,
});

const arrival: Evolvers<'code-made' | 'arrived' | 'identity-checked' | 'admitted' | 'writer-taken'> = {
  'code-made': (state, event) => ({ ...state, code: { hash: event.hash, isUsed: false } }),
  arrived: (state, event) => ({
    ...state,
    ...(state.code === undefined ? {} : { code: { ...state.code, isUsed: true } }),
    seat: event.seat,
    arrivals: state.arrivals + 1,
    awaitingAdmission: true,
    step: state.step.name === 'registered' ? { name: 'arrived' } : state.step,
  }),
  'identity-checked': withIdentity,
  admitted: withAdmission,
  'writer-taken': (state, event) => ({ ...state, fence: event.fence, takenAt: event.at, pages: state.pages + 1 }),
};

const preparation: Evolvers<'name-confirmed' | 'sound-checked' | 'practice-assembled' | 'practice-done'> = {
  'name-confirmed': (state) => ({ ...state, step: { name: 'sound-check' } }),
  'practice-assembled': (state, event) => ({ ...state, practice: event.given }),
  'sound-checked': (state) => ({
    ...mended(state, 'microphone', 'sound'),
    step: state.practice.length > 0 ? { name: 'practice', index: 0 } : { name: 'part-intro', part: 0 },
  }),
  'practice-done': (state) => {
    const index = state.step.name === 'practice' ? state.step.index + 1 : 0;
    return {
      ...mended(state, 'sound'),
      step:
        index < state.practice.length ? { name: 'practice', index } : { name: 'part-intro', part: currentPart(state) },
    };
  },
};

const parts: Evolvers<'part-started' | 'form-assembled' | 'turns-assembled' | 'form-scored' | 'part-completed'> = {
  'part-started': (state, event) =>
    withDeadline({ ...without(state, 'deadlineAt'), beganAt: state.beganAt ?? event.at }, event),
  'form-assembled': (state, event) => ({
    ...state,
    form: event.positions,
    step: { name: 'linear', part: currentPart(state), position: 1 },
    items: event.positions.map((given, index) => presented(given, index + 1, event.at)),
  }),
  'turns-assembled': (state, event) => ({
    ...state,
    turns: event.turns.map((turn, index) => ({ ...turn, position: index + 1, plays: 0, recordings: 0 })),
  }),
  'form-scored': (state, event) => ({
    ...state,
    items: state.items.map((item, index) => ({ ...item, category: event.categories[index] ?? null })),
  }),
  'part-completed': (state, event) => {
    const completedParts = [...state.completedParts, { part: event.part, reason: event.reason }];
    return {
      ...without(state, 'deadlineAt'),
      completedParts,
      step: { name: 'part-intro', part: completedParts.length },
    };
  },
};

const items: Evolvers<
  'item-presented' | 'media-played' | 'play-refunded' | 'answered' | 'item-completed' | 'moved' | 'flagged'
> = {
  'item-presented': (state, event) => ({
    ...mended(state, 'sound'),
    deadlineAt: event.deadlineAt,
    step: { name: 'adaptive', part: currentPart(state), handle: event.handle },
    items: [...state.items, presented(event, event.position, event.at)],
  }),
  'media-played': withPlays,
  'play-refunded': withPlays,
  answered: (state, { handle, option, choice }) =>
    withItem(state, handle, (item) => ({ ...without(item, 'late'), answer: { option, choice } })),
  'item-completed': (state, { handle, category, theta, standardError }) => ({
    ...withItem(state, handle, (item) => ({ ...item, category })),
    estimate: { theta, standardError },
  }),
  moved: (state, event) =>
    state.step.name === 'linear'
      ? { ...mended(state, 'sound'), step: { ...state.step, position: event.position } }
      : state,
  flagged: (state, event) => withItem(state, event.handle, (item) => ({ ...item, flagged: event.on })),
};

const recordings: Evolvers<'turn-presented' | 'recording-started' | 'recording-sealed'> = {
  'turn-presented': (state, event) => ({
    ...mended(state, 'sound'),
    step: { name: 'speaking', part: currentPart(state), position: event.position },
  }),
  'recording-started': (state, event) =>
    withTurn(state, event.handle, (turn) => ({
      ...turn,
      recording: event.upload,
      recordingAt: event.at,
      recordings: turn.recordings + 1,
    })),
  'recording-sealed': (state, { handle, upload, sha256, bytes, durationMs, contentType }) =>
    withTurn(mended(state, 'microphone', 'sound'), handle, (turn) => ({
      ...turn,
      sealed: { upload, sha256, bytes, durationMs, contentType },
    })),
};

const told: Evolvers<'message-sent' | 'message-read' | 'note-written' | 'case-opened' | 'case-decided' | 'taken-over'> =
  {
    'message-sent': (state, event) => ({ ...state, messages: withSent(state, event) }),
    'message-read': (state, event) => ({ ...state, messages: withRead(state, event) }),
    'note-written': (state) => state,
    'case-opened': (state, event) => ({ ...state, irregularity: withCase(event) }),
    'case-decided': (state, event) => ({ ...state, ...withDecision(state, event) }),
    'taken-over': (state, { by }) => ({ ...state, invigilator: by }),
  };

const acts: Evolvers<'paused' | 'resumed' | 'extra-time-granted' | 'hand-raised' | 'hand-lowered'> = {
  paused: (state, { at, by, why }) => ({ ...state, pausedAt: at, pausedBy: by, ...defined({ pausedFor: why }) }),
  // A line that is still lost stops the clock from here on: until here the pause did.
  resumed: (state, event) => {
    const goesOn = event.by === 'clock' ? state : without(state, 'pausedBy');
    return withDeadline(withLostLine(without(goesOn, 'pausedAt', 'pausedFor'), { from: event.at }), event);
  },
  'extra-time-granted': (state, event) => withDeadline({ ...state, extraMs: state.extraMs + event.ms }, event),
  'hand-raised': (state, event) => ({ ...state, handRaisedAt: event.at }),
  'hand-lowered': (state) => without(state, 'handRaisedAt'),
};

const heldAnswers: Evolvers<'answer-held' | 'held-answer-decided'> = {
  'answer-held': (state, { at, handle, option, choice }) =>
    incident(
      { ...state, heldAnswers: [...withoutHeld(state, handle), { handle, option, choice, at }] },
      severityOfRecord('answer-held'),
      'answer-held',
    ),
  'held-answer-decided': (state, { handle }) => ({ ...state, heldAnswers: withoutHeld(state, handle) }),
};

const closes: Evolvers<'closed' | 'close-settled' | 'reopened' | 'attempt-decided'> = {
  'attempt-decided': (state, { counts }) => ({ ...state, attempt: { counts } }),
  closed: (state, event) => ({
    ...without(state, 'deadlineAt', 'pausedAt', 'pausedFor', 'handRaisedAt'),
    step: { name: 'closed' },
    closed: { at: event.at, by: event.by, reason: event.reason, ...defined({ held: event.held }) },
  }),
  'close-settled': (state) =>
    state.closed === undefined ? state : { ...state, closed: without(state.closed, 'held') },
  // Whoever sits down again is looked at again, and the clock waits for that.
  reopened: (state, event) => ({
    ...withDeadline(without(state, 'closed'), event),
    step: event.step,
    completedParts: 'part' in event.step ? state.completedParts.slice(0, event.step.part) : state.completedParts,
    items: event.step.name === 'linear' ? state.items.map((item) => without(item, 'category')) : state.items,
    ...{ pausedAt: event.at, pausedBy: event.by },
    awaitingAdmission: true,
    reopenedAt: event.at,
  }),
};

function incident(state: SessionState, severity: Severity, label: string): SessionState {
  if (severity === 'info') return state;
  return { ...state, incidents: { ...state.incidents, [severity]: state.incidents[severity] + 1, last: label } };
}

/**
 * What a reviewer reads as the candidate's incidents is what somebody did at the candidate's place: never an act of the
 * invigilator (a pause), a fault of ours (an outage), of a device or of the line, nor what the page saw wrongly.
 */
function signalled(before: SessionState, { at, signal, severity }: EventOf<'signal-recorded'>): SessionState {
  const state = { ...before, signalsKept: keptOneMore(before.signalsKept, at) };
  const fault = faultOf(signal.type);
  if (fault !== undefined) return { ...state, faults: [...new Set([...state.faults, fault])] };
  return deviceOf(signal.type) === undefined && isReliable(signal) ? incident(state, severity, signal.type) : state;
}

export const inferredName = (type: string, handle: string): string => `${type}|${handle}`;

/** What the server saw for itself counts like what somebody did: no browser can leave it out. */
function inferred(state: SessionState, { at, inference, severity }: EventOf<'inference-recorded'>): SessionState {
  const { type, handle } = inference;
  const counted = new Map(state.inferred).set(type, (state.inferred.get(type) ?? 0) + 1);
  const told = type === 'signals-dropped' ? { signalsKept: { ...state.signalsKept, toldAt: at } } : {};
  const inferredOf =
    handle === undefined ? state.inferredOf : new Set(state.inferredOf).add(inferredName(type, handle));
  return incident({ ...state, inferred: counted, inferredOf, ...told }, severity, type);
}

/** What came too late stays on the screen; what no page of ours asks for is an incident. */
function refused(state: SessionState, { code, handle, option }: EventOf<'operation-refused'>): SessionState {
  if (code !== 'late') return incident(state, severityOfRefusal(code), 'operation-refused');
  return handle !== undefined && option !== undefined
    ? withItem(state, handle, (item) => ({ ...item, late: option }))
    : state;
}

/** Sessions of before recorded neither: the clock ran on. */
const lostFrom = ({ at, unheardFrom = at, clockStopsMs = 0 }: EventOf<'connection-lost'>) => ({
  unheardFrom,
  from: at,
  mostMs: clockStopsMs,
});

const watching: Evolvers<
  | 'signal-recorded'
  | 'inference-recorded'
  | 'connection-lost'
  | 'connection-restored'
  | 'time-given-back'
  | 'outage-measured'
  | 'operation-refused'
  | 'operation-noted'
  | 'server-clock-jumped'
  | 'server-clock-confirmed'
> = {
  'signal-recorded': signalled,
  'connection-lost': (state, event) => ({ ...state, disconnectedAt: event.at, lostLine: lostFrom(event) }),
  'connection-restored': (state, event) => ({
    ...without(state, 'disconnectedAt', 'lostLine'),
    losses: [...state.losses, { from: state.lostLine?.unheardFrom ?? event.at, to: event.at }],
  }),
  'time-given-back': (state, { at, from, ms, deadlineAt }) => ({
    ...withLostLine(state, { from: at, mostMs: Math.max(0, (state.lostLine?.mostMs ?? 0) - ms) }),
    deadlineAt,
    givenBack: [...state.givenBack, { from, ms }],
  }),
  'outage-measured': (state, { from, to }) => ({ ...state, outages: [...state.outages, { from, to }] }),
  'inference-recorded': inferred,
  'operation-refused': refused,
  'operation-noted': (state) => state,
  'server-clock-jumped': (state, { noticedAt }) => ({ ...state, clockJumpedAt: noticedAt }),
  'server-clock-confirmed': (state, { noticedAt }) => ({ ...state, clockConfirmedAt: noticedAt }),
};

const withStanding = (
  state: SessionState,
  event: EventOf<'browser-refused' | 'browser-accepted' | 'browser-overridden' | 'browser-required'>,
): SessionState => ({ ...state, browser: withBrowser(state, event) });

const examBrowser: Evolvers<'browser-refused' | 'browser-accepted' | 'browser-overridden' | 'browser-required'> = {
  'browser-refused': withStanding,
  'browser-accepted': withStanding,
  'browser-overridden': withStanding,
  'browser-required': withStanding,
};

const evolvers: Evolvers = {
  registered: (_, event) => {
    throw new EventOrderError(event.type, 'the session is registered already');
  },
  ...arrival,
  ...preparation,
  ...parts,
  ...items,
  ...recordings,
  ...acts,
  ...told,
  ...heldAnswers,
  ...closes,
  ...watching,
  ...examBrowser,
};

const apply = <T extends EventType>(state: SessionState, event: EventOf<T>): SessionState =>
  evolvers[event.type](state, event);

/** An event of an operation settles it: seq used, outcome stored. Several events of one operation settle it once. */
function settle(state: SessionState, event: SessionEvent): SessionState {
  if (event.op === undefined) return state;
  const { id: opId, seq } = event.op;
  const outcome: OperationOutcome =
    event.type === 'operation-refused'
      ? { opId, seq, status: 'refused', code: event.code }
      : { opId, seq, status: 'accepted' };
  return { ...state, nextSeq: Math.max(state.nextSeq, seq + 1), outcomes: new Map(state.outcomes).set(opId, outcome) };
}

/** Whoever looked at a clock did nothing with one candidate; what the clock or the candidate does has no account. */
function noteStaff(state: SessionState, event: SessionEvent): SessionState {
  if (!('by' in event) || event.type === 'server-clock-confirmed') return state;
  const names = event.type === 'extra-time-granted' ? [event.by, event.confirmedBy ?? event.by] : [event.by];
  const staff = [...new Set([...state.staff, ...names.filter((name) => tenantOf(name) !== undefined)])];
  return staff.length === state.staff.length ? state : { ...state, staff };
}

/** The state after one more event. Throws EventOrderError when the event cannot follow. */
export function evolve(state: Session, event: SessionEvent): SessionState {
  if (state === undefined) return begin(event);
  const after = noteStaff(settle(apply(state, event), event), event);
  return event.act === undefined ? after : { ...after, acts: new Map(after.acts).set(event.act, after.fence) };
}

export const evolveAll = (state: Session, events: readonly SessionEvent[]): Session =>
  events.reduce<Session>(evolve, state);
