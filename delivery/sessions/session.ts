/**
 * A session: one candidate's sitting of one test, as an append-only stream of events from which its state is derived.
 * `evolve` only copies what is recorded and never calls the engine, so that a later engine changes no running session.
 */
import type { Instant } from '../../storage/document/instant.ts';
import type { Language, ItemRef } from '../../item-bank/items/item.ts';
import type { SpecificationId } from '../../item-bank/specifications/specification.ts';
import type { Signal, Severity } from '../proctoring/signal.ts';
import type { Outcome, RefusalCode } from './operation.ts';

export interface Accommodations {
  readonly extraTimePercent: number;
  readonly extraPlays: number;
}

/** What admission pins for the whole session. */
export interface Registration {
  readonly candidate: string;
  readonly candidateName: string;
  readonly test: SpecificationId;
  readonly specification: number;
  /** Release of every bank the specification names. */
  readonly releases: Readonly<Record<string, string>>;
  readonly engine: string;
  /** Language of the scored content. */
  readonly language: Language;
  readonly contactLanguage: Language;
  /** Hex; every random choice of the session comes from it. */
  readonly seed: string;
  readonly centre: string;
  /** What the candidate reads on the receipt, e.g. "MO-7KQ2-93". */
  readonly reference: string;
  /** Key of the result page, made at registration; only its hash is looked up. */
  readonly resultKey: string;
  readonly accommodations: Accommodations;
  /** Items of the last attempts: not given again. */
  readonly excludedItems: readonly string[];
  readonly synthetic: boolean;
}

/**
 * One item as it was given: handles are of this session only; `optionOrder[i]` is the author's index of the i-th shown
 * option.
 */
export interface GivenItem {
  readonly item: ItemRef;
  readonly handle: string;
  readonly optionOrder: readonly number[];
  readonly scored: boolean;
}
export interface FormPosition extends GivenItem {
  readonly slot: string;
  readonly part: 'values' | 'practical';
}
export interface GivenTurn {
  readonly item: ItemRef;
  readonly task: string;
  readonly turn: number;
  readonly handle: string;
}

/** Which random stream was used for a choice, so that it can be replayed. */
export interface StreamUsed {
  readonly seed: string;
  readonly purpose: string;
  readonly position: number;
}

interface Events {
  registered: Registration;
  arrived: { readonly seat: string };
  admitted: { readonly by: string; readonly identityChecked: boolean; readonly seat: string };
  /** A page became the only writer. */
  'writer-taken': { readonly fence: number };
  'name-confirmed': object;
  'sound-checked': { readonly peak: number };
  'practice-assembled': { readonly given: readonly (GivenItem | GivenTurn)[] };
  'practice-done': { readonly handle: string };
  'part-started': { readonly part: string; readonly deadlineAt?: Instant };
  'form-assembled': { readonly positions: readonly FormPosition[] };
  'turns-assembled': { readonly turns: readonly GivenTurn[] };
  'item-presented': GivenItem & {
    readonly position: number;
    readonly theta: number;
    readonly standardError: number;
    readonly rule: string;
    readonly stream: StreamUsed;
    readonly deadlineAt: Instant;
  };
  'media-played': { readonly handle: string; readonly plays: number };
  /** `choice` is the author's index of the chosen option. */
  answered: { readonly handle: string; readonly option: string; readonly choice: number };
  /** `category` null: not scored (it timed out during an outage of the server). */
  'item-completed': {
    readonly handle: string;
    readonly category: number | null;
    readonly why: 'answered' | 'unanswered' | 'outage';
    readonly theta: number;
    readonly standardError: number;
  };
  moved: { readonly position: number };
  flagged: { readonly handle: string; readonly on: boolean };
  'turn-presented': { readonly position: number; readonly handle: string };
  'recording-started': { readonly handle: string; readonly upload: string };
  'recording-sealed': {
    readonly handle: string;
    readonly upload: string;
    readonly sha256: string;
    readonly bytes: number;
    readonly durationMs: number;
    readonly contentType: string;
    readonly peak: number;
  };
  'part-completed': { readonly part: string; readonly reason: string };
  paused: { readonly by: string; readonly reason: string };
  /** `deadlineAt` is the moved deadline, where a clock runs. */
  resumed: { readonly by: string; readonly deadlineAt?: Instant };
  'extra-time-granted': {
    readonly by: string;
    readonly ms: number;
    readonly reason: string;
    readonly deadlineAt?: Instant;
  };
  'play-refunded': { readonly by: string; readonly handle: string; readonly reason: string; readonly plays: number };
  'hand-raised': object;
  'hand-lowered': { readonly by: string };
  'signal-recorded': { readonly signal: Signal; readonly severity: Severity };
  'connection-lost': object;
  'connection-restored': { readonly awayMs: number };
  'outage-measured': { readonly from: Instant; readonly to: Instant };
  /** Accepted, with nothing to change (a hand raised twice). */
  'operation-noted': { readonly kind: string };
  /** Linear part: the score of every position, in the order of the form; null = not scored. */
  'form-scored': { readonly categories: readonly (number | null)[] };
  'operation-refused': { readonly kind: string; readonly code: RefusalCode; readonly handle?: string };
  closed: { readonly by: string; readonly reason: 'completed' | 'deadline' | 'ended'; readonly note?: string };
}
export type EventType = keyof Events;
/** Common to every event: its schema, the server's time, and the operation that caused it. */
export interface EventHead {
  readonly schema: 1;
  readonly at: Instant;
  readonly op?: { readonly id: string; readonly seq: number };
}
export type EventOf<T extends EventType> = { readonly type: T } & Events[T] & EventHead;
export type SessionEvent = { [T in EventType]: EventOf<T> }[EventType];
export type EventBody<T extends EventType = EventType> = { [K in T]: { readonly type: K } & Events[K] }[T];

export interface ItemProgress extends GivenItem {
  readonly position: number;
  readonly presentedAt: Instant;
  readonly plays: number;
  readonly answer?: { readonly option: string; readonly choice: number };
  readonly flagged: boolean;
  /** Set when the item is completed; null = not scored. */
  readonly category?: number | null;
}
export interface TurnProgress extends GivenTurn {
  readonly position: number;
  readonly plays: number;
  /** The upload being recorded, and the sealed one. */
  readonly recording?: string;
  readonly sealed?: {
    readonly upload: string;
    readonly sha256: string;
    readonly bytes: number;
    readonly durationMs: number;
    readonly contentType: string;
  };
}

export type Step =
  | { readonly name: 'registered' }
  | { readonly name: 'arrived' }
  | { readonly name: 'confirm-name' }
  | { readonly name: 'sound-check' }
  | { readonly name: 'practice'; readonly index: number }
  | { readonly name: 'part-intro'; readonly part: number }
  | { readonly name: 'adaptive'; readonly part: number; readonly handle: string }
  | { readonly name: 'linear'; readonly part: number; /** 0 = review. */ readonly position: number }
  | { readonly name: 'speaking'; readonly part: number; readonly position: number }
  | { readonly name: 'closed' };

export interface SessionState {
  readonly registration: Registration;
  readonly step: Step;
  readonly seat?: string;
  /** How often a device came in with a code or was sent the session; a token is good for one arrival. */
  readonly arrivals: number;
  /** Came in (again) and waits for the invigilator. */
  readonly awaitingAdmission: boolean;
  readonly admissions: number;
  readonly admittedAt?: Instant;
  readonly fence: number;
  readonly nextSeq: number;
  /** By operation id: the stored outcome of everything acknowledged. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly practice: readonly (GivenItem | GivenTurn)[];
  readonly practicePlays: ReadonlyMap<string, number>;
  /** Adaptive: in the order presented. Linear: the whole form. */
  readonly items: readonly ItemProgress[];
  readonly form: readonly FormPosition[];
  readonly turns: readonly TurnProgress[];
  /** Interim estimate after the last completed item. */
  readonly estimate?: { readonly theta: number; readonly standardError: number };
  readonly completedParts: readonly { readonly part: string; readonly reason: string }[];
  readonly deadlineAt?: Instant;
  readonly pausedAt?: Instant;
  readonly handRaisedAt?: Instant;
  readonly disconnectedAt?: Instant;
  readonly outages: readonly { readonly from: Instant; readonly to: Instant }[];
  /** Extra time granted so far; outages are made good from it. */
  readonly extraMs: number;
  readonly incidents: {
    readonly notice: number;
    readonly warning: number;
    readonly critical: number;
    readonly last?: string;
  };
  readonly closed?: { readonly at: Instant; readonly reason: 'completed' | 'deadline' | 'ended' };
}

/** The state of a stream that does not exist yet. */
export type Session = SessionState | undefined;

export class EventOrderError extends Error {
  readonly code = 'event-order';
  constructor(type: string, why: string) {
    super(`${type}: ${why}`);
    this.name = 'EventOrderError';
  }
}

function begin(event: SessionEvent): SessionState {
  if (event.type !== 'registered') throw new EventOrderError(event.type, 'a session begins with its registration');
  const { type: _type, schema: _schema, at: _at, op: _op, ...registration } = event;
  return {
    registration,
    step: { name: 'registered' },
    arrivals: 0,
    awaitingAdmission: true,
    admissions: 0,
    fence: 0,
    nextSeq: 0,
    outcomes: new Map(),
    practice: [],
    practicePlays: new Map(),
    items: [],
    form: [],
    turns: [],
    completedParts: [],
    outages: [],
    extraMs: 0,
    incidents: { notice: 0, warning: 0, critical: 0 },
  };
}

const without = <T extends object, K extends keyof T>(value: T, ...keys: K[]): Omit<T, K> => {
  const copy = { ...value };
  for (const key of keys) delete copy[key];
  return copy;
};

function withItem(state: SessionState, handle: string, change: (item: ItemProgress) => ItemProgress): SessionState {
  return { ...state, items: state.items.map((item) => (item.handle === handle ? change(item) : item)) };
}
function withTurn(state: SessionState, handle: string, change: (turn: TurnProgress) => TurnProgress): SessionState {
  return { ...state, turns: state.turns.map((turn) => (turn.handle === handle ? change(turn) : turn)) };
}

/** Plays belong to an item, a turn or a practice task: whoever has the handle. */
function withPlays(state: SessionState, handle: string, plays: number): SessionState {
  if (state.items.some((item) => item.handle === handle))
    return withItem(state, handle, (item) => ({ ...item, plays }));
  if (state.turns.some((turn) => turn.handle === handle))
    return withTurn(state, handle, (turn) => ({ ...turn, plays }));
  return { ...state, practicePlays: new Map(state.practicePlays).set(handle, plays) };
}

function counted(state: SessionState, severity: Severity, label: string): SessionState {
  if (severity === 'info') return state;
  return { ...state, incidents: { ...state.incidents, [severity]: state.incidents[severity] + 1, last: label } };
}

/** Only one part runs at a time; its index follows from the parts completed before. */
const currentPart = (state: SessionState): number => state.completedParts.length;

function apply(state: SessionState, event: SessionEvent): SessionState {
  switch (event.type) {
    case 'registered':
      throw new EventOrderError(event.type, 'the session is registered already');
    case 'arrived':
      return {
        ...state,
        seat: event.seat,
        arrivals: state.arrivals + 1,
        awaitingAdmission: true,
        ...(state.step.name === 'registered' ? { step: { name: 'arrived' } } : {}),
      };
    case 'admitted':
      return {
        ...state,
        seat: event.seat,
        awaitingAdmission: false,
        admissions: state.admissions + 1,
        admittedAt: state.admittedAt ?? event.at,
        ...(state.step.name === 'registered' || state.step.name === 'arrived'
          ? { step: { name: 'confirm-name' } }
          : {}),
      };
    case 'writer-taken':
      return { ...state, fence: event.fence };
    case 'name-confirmed':
      return { ...state, step: { name: 'sound-check' } };
    case 'practice-assembled':
      return { ...state, practice: event.given };
    case 'sound-checked':
      return {
        ...state,
        step: state.practice.length > 0 ? { name: 'practice', index: 0 } : { name: 'part-intro', part: 0 },
      };
    case 'practice-done': {
      const index = state.step.name === 'practice' ? state.step.index + 1 : 0;
      return {
        ...state,
        step:
          index < state.practice.length
            ? { name: 'practice', index }
            : { name: 'part-intro', part: currentPart(state) },
      };
    }
    case 'part-started':
      return event.deadlineAt === undefined ? without(state, 'deadlineAt') : { ...state, deadlineAt: event.deadlineAt };
    case 'form-assembled':
      return {
        ...state,
        form: event.positions,
        step: { name: 'linear', part: currentPart(state), position: 1 },
        items: event.positions.map((given, index) => ({
          item: given.item,
          handle: given.handle,
          optionOrder: given.optionOrder,
          scored: given.scored,
          position: index + 1,
          presentedAt: event.at,
          plays: 0,
          flagged: false,
        })),
      };
    case 'turns-assembled':
      return { ...state, turns: event.turns.map((turn, index) => ({ ...turn, position: index + 1, plays: 0 })) };
    case 'item-presented':
      return {
        ...state,
        deadlineAt: event.deadlineAt,
        step: { name: 'adaptive', part: currentPart(state), handle: event.handle },
        items: [
          ...state.items,
          {
            item: event.item,
            handle: event.handle,
            optionOrder: event.optionOrder,
            scored: event.scored,
            position: event.position,
            presentedAt: event.at,
            plays: 0,
            flagged: false,
          },
        ],
      };
    case 'media-played':
    case 'play-refunded':
      return withPlays(state, event.handle, event.plays);
    case 'answered':
      return withItem(state, event.handle, (item) => ({
        ...item,
        answer: { option: event.option, choice: event.choice },
      }));
    case 'item-completed':
      return {
        ...withItem(state, event.handle, (item) => ({ ...item, category: event.category })),
        estimate: { theta: event.theta, standardError: event.standardError },
      };
    case 'moved':
      return state.step.name === 'linear' ? { ...state, step: { ...state.step, position: event.position } } : state;
    case 'flagged':
      return withItem(state, event.handle, (item) => ({ ...item, flagged: event.on }));
    case 'turn-presented':
      return { ...state, step: { name: 'speaking', part: currentPart(state), position: event.position } };
    case 'recording-started':
      return withTurn(state, event.handle, (turn) => ({ ...turn, recording: event.upload }));
    case 'recording-sealed':
      return withTurn(state, event.handle, (turn) => ({
        ...turn,
        sealed: {
          upload: event.upload,
          sha256: event.sha256,
          bytes: event.bytes,
          durationMs: event.durationMs,
          contentType: event.contentType,
        },
      }));
    case 'part-completed': {
      const completedParts = [...state.completedParts, { part: event.part, reason: event.reason }];
      return {
        ...without(state, 'deadlineAt'),
        completedParts,
        step: { name: 'part-intro', part: completedParts.length },
      };
    }
    case 'paused':
      return counted({ ...state, pausedAt: event.at }, 'notice', 'paused');
    case 'resumed':
      return {
        ...without(state, 'pausedAt'),
        ...(event.deadlineAt === undefined ? {} : { deadlineAt: event.deadlineAt }),
      };
    case 'extra-time-granted':
      return {
        ...state,
        extraMs: state.extraMs + event.ms,
        ...(event.deadlineAt === undefined ? {} : { deadlineAt: event.deadlineAt }),
      };
    case 'hand-raised':
      return { ...state, handRaisedAt: event.at };
    case 'hand-lowered':
      return without(state, 'handRaisedAt');
    case 'signal-recorded':
      return counted(state, event.severity, event.signal.type);
    case 'connection-lost':
      return counted({ ...state, disconnectedAt: event.at }, 'notice', 'connection-lost');
    case 'connection-restored':
      return without(state, 'disconnectedAt');
    case 'outage-measured':
      return counted(
        { ...state, outages: [...state.outages, { from: event.from, to: event.to }] },
        'warning',
        'outage',
      );
    case 'form-scored':
      return {
        ...state,
        items: state.items.map((item, index) => ({ ...item, category: event.categories[index] ?? null })),
      };
    case 'operation-refused':
    case 'operation-noted':
      return state;
    case 'closed':
      return {
        ...without(state, 'deadlineAt', 'pausedAt', 'handRaisedAt'),
        step: { name: 'closed' },
        closed: { at: event.at, reason: event.reason },
      };
  }
}

/**
 * An event that came from an operation settles it: seq used, outcome stored. Several events of one operation settle it
 * once.
 */
function settle(state: SessionState, event: SessionEvent): SessionState {
  if (event.op === undefined) return state;
  const { id: opId, seq } = event.op;
  const outcome: Outcome =
    event.type === 'operation-refused'
      ? { opId, seq, status: 'refused', code: event.code }
      : { opId, seq, status: 'accepted' };
  return { ...state, nextSeq: Math.max(state.nextSeq, seq + 1), outcomes: new Map(state.outcomes).set(opId, outcome) };
}

/** The state after one more event. Throws EventOrderError when the event cannot follow. */
export function evolve(state: Session, event: SessionEvent): SessionState {
  if (state === undefined) return begin(event);
  return settle(apply(state, event), event);
}

export const evolveAll = (state: Session, events: readonly SessionEvent[]): Session =>
  events.reduce<Session>(evolve, state);
