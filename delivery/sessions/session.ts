/**
 * A session: one candidate's run through one test, as an append-only stream of events from which its state is derived
 * (`evolve.ts`).
 */
import type { Instant } from '../../storage/document/instant.ts';
import type { Language, ItemRef } from '../../item-bank/items/item.ts';
import type { SpecificationId } from '../../item-bank/specifications/specification.ts';
import type { BrowserFault, BrowserStanding } from '../proctoring/browser-standing.ts';
import type { CaseOutcome } from '../proctoring/case-outcome.ts';
import type { IdentityDocument, SeenIdentity } from '../proctoring/seen-identity.ts';
import type { Conduct } from '../proctoring/conduct.ts';
import type { FaultyDevice } from '../proctoring/device.ts';
import type { Inference, InferenceType } from '../proctoring/inference.ts';
import type { MessageCode, SentMessage } from '../proctoring/message-code.ts';
import type { ReasonCode } from '../proctoring/reason-code.ts';
import type { Signal, Severity } from '../proctoring/signal.ts';
import type { OperationOutcome, RefusalCode } from './operation.ts';
import type { RefusedValue } from './refused-value.ts';

export interface Accommodations {
  readonly extraTimePercent: number;
  readonly extraPlays: number;
}

/** What sessions recorded in clear before it was encrypted. */
export interface ClearPerson {
  readonly candidateName: string;
  readonly resultKey: string;
}

/** What admission pins for the whole session. Nothing in it names the person without the person's key. */
export interface SessionTerms {
  /** The person's pseudonym, and owner of the key that `personal` is under. */
  readonly candidate: string;
  /** Ciphertext of who it is and of the key of the result page; see personal.ts. */
  readonly personal: string | ClearPerson;
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
  /** Of the key of the result page, made at admission. */
  readonly resultKeyHash: string;
  readonly accommodations: Accommodations;
  /** Not given: seen before, or new to somebody who has seen enough of the bank. */
  readonly excludedItems: readonly string[];
  readonly synthetic: boolean;
  /** Sessions of before had no rules: any browser, and all of it watched. */
  readonly conduct?: Conduct;
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
  readonly part: string;
}
export interface GivenTurn {
  readonly item: ItemRef;
  readonly task: string;
  readonly turn: number;
  readonly handle: string;
}

export const isTurn = (given: GivenItem | GivenTurn): given is GivenTurn => 'turn' in given;

/** The random stream that a choice was drawn from, and among which items (best first), so that it can be replayed. */
export interface RecordedDraw {
  readonly seed: string;
  readonly key: string;
  readonly among: readonly string[];
}
/** What sessions recorded before: always the stream of a selection, also where another one was drawn from. */
export interface AssumedDraw {
  readonly seed: string;
  readonly purpose: string;
  readonly position: number;
}

/** Why staff did something: as a code, and in the words that were typed. One of them may be absent or empty. */
export interface GivenReason {
  readonly why?: ReasonCode;
  readonly reason: string;
}

interface Events {
  registered: SessionTerms;
  /** The one code that lets a device in from now on, by its hash; `admits` when it was pushed to a seat. */
  'code-made': { readonly hash: string; readonly admits: boolean; readonly by: string };
  arrived: { readonly seat: string };
  admitted: { readonly by: string; readonly identityChecked: boolean; readonly seat: string };
  /** A page became the only writer. */
  'writer-taken': { readonly fence: number };
  /** Somebody of the staff held the document beside the person and what is registered. */
  'identity-checked': { readonly by: string; readonly document: IdentityDocument };
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
    readonly stream: RecordedDraw | AssumedDraw;
    readonly deadlineAt: Instant;
  };
  'media-played': { readonly handle: string; readonly plays: number };
  /** `choice` is the author's index of the chosen option. */
  answered: {
    readonly handle: string;
    readonly option: string;
    readonly choice: number;
    /** It came after the time was over: chosen before, by the page's word; not heard since, by the server's own. */
    readonly late?: { readonly chosenAt: Instant; readonly unheardFrom: Instant };
  };
  /** It came long after a pause had begun: it counts only if a person says so. */
  'answer-held': {
    readonly handle: string;
    readonly option: string;
    readonly choice: number;
    readonly pausedAt: Instant;
  };
  'held-answer-decided': { readonly handle: string; readonly counts: boolean; readonly by: string };
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
  paused: { readonly by: string } & GivenReason;
  /** `deadlineAt` is the moved deadline, where a clock runs. */
  resumed: { readonly by: string; readonly deadlineAt?: Instant };
  'extra-time-granted': {
    readonly by: string;
    readonly ms: number;
    /** The second person, where one was needed. */
    readonly confirmedBy?: string;
    readonly deadlineAt?: Instant;
  } & GivenReason;
  'play-refunded': { readonly by: string; readonly handle: string; readonly plays: number } & GivenReason;
  'hand-raised': object;
  'hand-lowered': { readonly by: string };
  'message-sent': { readonly number: number; readonly message: MessageCode; readonly by: string };
  /** The candidate says so. */
  'message-read': { readonly number: number };
  /** What staff wrote down, also after the close. */
  'case-opened': { readonly by: string } & GivenReason;
  'case-decided': { readonly by: string; readonly outcome: CaseOutcome } & GivenReason;
  /** Another invigilator looks after the room from now on. */
  'taken-over': { readonly by: string } & GivenReason;
  'note-written': { readonly by: string; readonly text: string };
  'signal-recorded': { readonly signal: Signal; readonly severity: Severity };
  /** What the server saw for itself. */
  'inference-recorded': { readonly inference: Inference; readonly severity: Severity };
  /** `unheardFrom`: the last that was heard. The clock stands still from now on, for `clockStopsMs` at most. */
  'connection-lost': { readonly unheardFrom?: Instant; readonly clockStopsMs?: number };
  'connection-restored': { readonly awayMs: number };
  /** The clock stood still from then for so long, because the line was lost; `deadlineAt` is the moved deadline. */
  'time-given-back': { readonly from: Instant; readonly ms: number; readonly deadlineAt: Instant };
  'outage-measured': { readonly from: Instant; readonly to: Instant };
  'browser-refused': { readonly fault: BrowserFault };
  /** The first request with the right key, or the first again. */
  'browser-accepted': object;
  'browser-overridden': { readonly by: string } & GivenReason;
  /** The override is over. */
  'browser-required': { readonly by: string };
  /**
   * The clock of a machine that serves us was set, or stood still; `at` is the program's time, which went on.
   * `aheadMs` is how far the machine's clock was ahead of it then.
   */
  'server-clock-jumped': { readonly noticedAt: Instant; readonly machineAt: Instant; readonly aheadMs: number };
  /** A person looked at the clocks; until then no deadline closed the session. `noticedAt` is of the last jump seen. */
  'server-clock-confirmed': { readonly noticedAt: Instant; readonly by: string };
  /** Accepted, with nothing to change (a hand raised twice). */
  'operation-noted': { readonly kind: string };
  /** Linear part: the score of every position, in the order of the form; null = not scored. */
  'form-scored': { readonly categories: readonly (number | null)[] };
  'operation-refused': { readonly kind: string; readonly code: RefusalCode } & RefusedValue;
  closed: {
    readonly by: string;
    readonly reason: 'completed' | 'deadline' | 'ended';
    readonly why?: ReasonCode;
    readonly note?: string;
    readonly held?: HeldClose;
  };
  /** Nobody reopened the session in time: what follows from its close is done now. */
  'close-settled': object;
  /** Goes on where it was closed, paused; `deadlineAt` is as long after this event as there was time left. */
  reopened: { readonly by: string; readonly step: Step; readonly deadlineAt?: Instant } & GivenReason;
  /** Of a session that was broken off: whether it is one of the person's attempts. */
  'attempt-decided': { readonly by: string; readonly counts: boolean } & GivenReason;
}
/** The last case about something irregular. */
export interface Irregularity {
  readonly by: string;
  readonly at: Instant;
  readonly decided?: { readonly by: string; readonly at: Instant; readonly outcome: CaseOutcome };
}
/** A close that may be a mistake: nothing follows from it until then, so that the session can be opened again. */
export interface HeldClose {
  readonly until: Instant;
  /** Where the session goes on, and with how much time, ms; without a clock there is none. */
  readonly step: Step;
  readonly remainingMs?: number;
}
export type EventType = keyof Events;
/** Common to every event: its schema, the server's time, and the operation that caused it. */
export interface EventHead {
  /** 2: a registration whose person is encrypted. */
  readonly schema: 1 | 2;
  readonly at: Instant;
  readonly op?: { readonly id: string; readonly seq: number };
  /** By which it was asked for: an act of the staff, or a page that took over. It is carried out once. */
  readonly act?: string;
}
export type EventBody<T extends EventType = EventType> = { [K in T]: { readonly type: K } & Events[K] }[T];
export type EventOf<T extends EventType = EventType> = { [K in T]: EventBody<K> & EventHead }[T];
export type SessionEvent = EventOf;

export interface ItemProgress extends GivenItem {
  readonly position: number;
  readonly presentedAt: Instant;
  readonly plays: number;
  /** When the first play of it was granted. */
  readonly playedAt?: Instant;
  readonly answer?: { readonly option: string; readonly choice: number };
  /** The option of an answer that came too late to count. */
  readonly late?: string;
  readonly flagged: boolean;
  /** Set when the item is completed; null = not scored. */
  readonly category?: number | null;
}
export interface TurnProgress extends GivenTurn {
  readonly position: number;
  readonly plays: number;
  /** The upload being recorded, since when, and how often one was begun; and the sealed one. */
  readonly recording?: string;
  readonly recordingAt?: Instant;
  readonly recordings: number;
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
  readonly terms: SessionTerms;
  readonly step: Step;
  readonly seat?: string;
  /** The present code; absent in sessions from before codes were recorded. */
  readonly code?: { readonly hash: string; readonly isUsed: boolean };
  /** How often a device came in with a code or was sent the session; a token is good for one arrival. */
  readonly arrivals: number;
  /** Came in (again) and waits for the invigilator. */
  readonly awaitingAdmission: boolean;
  readonly admissions: number;
  readonly admittedAt?: Instant;
  /** The last check of who this is. */
  readonly identity?: SeenIdentity;
  readonly fence: number;
  /** When the page that may write took over, and how many did since somebody was admitted. */
  readonly takenAt?: Instant;
  readonly pages: number;
  readonly nextSeq: number;
  /** By operation id: the stored outcome of everything acknowledged. */
  readonly outcomes: ReadonlyMap<string, OperationOutcome>;
  /** What was asked for by name and carried out, with the fence then. */
  readonly acts: ReadonlyMap<string, number>;
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
  readonly pausedBy?: string;
  /** Answers of which a person has to say whether they count, one an item. */
  readonly heldAnswers: readonly {
    readonly handle: string;
    readonly option: string;
    readonly choice: number;
    readonly at: Instant;
  }[];
  readonly pausedFor?: ReasonCode;
  readonly handRaisedAt?: Instant;
  readonly messages: readonly SentMessage[];
  readonly irregularity?: Irregularity;
  /** Who took over the room last. */
  readonly invigilator?: string;
  readonly disconnectedAt?: Instant;
  /** Of the browser that the session asks for, once a request was looked at. */
  readonly browser?: BrowserStanding;
  /** While the line is lost: the last that was heard, and from when the clock stands still, for how long at most. */
  readonly lostLine?: { readonly unheardFrom: Instant; readonly from: Instant; readonly mostMs: number };
  /** When the line was lost before, from the last that was heard. */
  readonly losses: readonly { readonly from: Instant; readonly to: Instant }[];
  /** When the clock stood still because of it. */
  readonly givenBack: readonly { readonly from: Instant; readonly ms: number }[];
  readonly outages: readonly { readonly from: Instant; readonly to: Instant }[];
  /** Extra time granted so far; outages are made good from it. */
  readonly extraMs: number;
  /** Devices at the seat that did not work, and of which nothing since says that they do. */
  readonly faults: readonly FaultyDevice[];
  /** Behaviour only. */
  readonly incidents: {
    readonly notice: number;
    readonly warning: number;
    readonly critical: number;
    readonly last?: string;
  };
  /** How often the server saw each kind of thing for itself. */
  readonly inferred: ReadonlyMap<InferenceType, number>;
  /** And of what: `type|handle`. */
  readonly inferredOf: ReadonlySet<string>;
  /** Signals kept in the minute that began then. */
  readonly signalsKept: {
    readonly from: Instant;
    readonly count: number;
    /** When it was recorded last that some were not kept. */
    readonly toldAt?: Instant;
  };
  /** When the first part began. */
  readonly beganAt?: Instant;
  readonly closed?: {
    readonly at: Instant;
    readonly by: string;
    readonly reason: 'completed' | 'deadline' | 'ended';
    /** While nothing has followed from the close yet. */
    readonly held?: HeldClose;
  };
  readonly reopenedAt?: Instant;
  /** What a person said of a session that was broken off. */
  readonly attempt?: { readonly counts: boolean };
  /** Accounts of the staff that did something with this candidate here, each once. */
  readonly staff: readonly string[];
  /** Of the latest jump of a server's clock that was recorded, and that was confirmed. */
  readonly clockJumpedAt?: Instant;
  readonly clockConfirmedAt?: Instant;
}

/** The state of a stream that does not exist yet. */
export type Session = SessionState | undefined;
