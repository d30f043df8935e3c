/** Runs commands on sessions: the stream loads, decides, appends and tries again; here stands what a session adds. */
import type { Journal } from '../../storage/port.ts';
import type { Instant } from '../../storage/document/instant.ts';
import { type Loaded, Stream, type StreamKind } from '../../storage/journal/stream.ts';
import type { TypedTexts } from '../../people/candidates/typed-text.ts';
import type { PinnedTest } from '../../item-bank/releases/pinned-test.ts';
import { type SessionCommand, type SessionRefusal, decide } from './decide.ts';
import { evolve } from './evolve.ts';
import type { SealedRecording, UnheardInterval } from './facts.ts';
import type { OperationOutcome } from './operation.ts';
import { readSessionEvent, writeSessionEvent } from './recorded.ts';
import type { Session, SessionEvent, SessionState, SessionTerms } from './session.ts';

export interface SessionId {
  readonly tenant: string;
  readonly id: string;
}
export const sessionKind = 'session';

/** A session as read: its state after `version` commits, the last of which has `hash`. */
export interface LoadedSession {
  readonly state: SessionState;
  readonly version: number;
  readonly hash: string;
}

export class SessionRefused extends Error {
  readonly code: SessionRefusal['code'];
  constructor(readonly refusal: SessionRefusal) {
    super(`refused: ${refusal.code}`);
    this.name = 'SessionRefused';
    this.code = refusal.code;
  }
}

export interface SessionPorts {
  readonly journal: Journal;
  readonly now: () => Instant;
  /** The test as this registration pinned it. */
  readonly pinnedTest: (terms: SessionTerms) => PinnedTest;
  /** Absent where nobody of the staff acts. */
  readonly typed?: Pick<TypedTexts, 'sealReason'>;
}

export const sessionStream: StreamKind<SessionState, SessionEvent> = {
  kind: sessionKind,
  read: readSessionEvent,
  write: writeSessionEvent,
  evolve,
};

/** What whoever passes on a command has seen beside it. */
export interface ObservedFacts {
  readonly sealed?: ReadonlyMap<string, SealedRecording>;
  readonly unheard?: UnheardInterval | undefined;
  readonly unbeatenFrom?: Instant | undefined;
}

export interface HandledCommand {
  readonly session: LoadedSession;
  readonly outcomes: readonly OperationOutcome[];
  readonly events: readonly SessionEvent[];
}

/** Throws SessionRefused where there is no session yet. */
function existing({ state, version, hash }: Loaded<SessionState>): LoadedSession {
  if (state === undefined) throw new SessionRefused({ code: 'not-registered' });
  return { state, version, hash };
}

export class Sessions {
  private readonly stream: Stream<SessionState, SessionEvent, SessionRefusal>;

  constructor(private readonly ports: SessionPorts) {
    this.stream = new Stream(sessionStream, { ...ports, refuse: (refusal) => new SessionRefused(refusal) });
  }

  /** The present state, or undefined when no such session exists. Reads only what it has not seen. */
  async load(id: SessionId): Promise<LoadedSession | undefined> {
    const loaded = await this.stream.load(id);
    return loaded.state === undefined ? undefined : existing(loaded);
  }

  /** Throws SessionRefused; anything else is a fault of ours or of storage, and nothing was written. */
  async handle(
    id: SessionId,
    command: SessionCommand,
    { sealed = new Map(), unheard, unbeatenFrom }: ObservedFacts = {},
  ): Promise<HandledCommand> {
    const kept = await this.withSealedReason(id, command);
    const { decision, ...after } = await this.stream.run(id, (state, now) =>
      decide(state, kept, { now, test: this.testOf(state, kept), sealed, unheard, unbeatenFrom }),
    );
    return { session: existing(after), outcomes: decision.outcomes, events: decision.events };
  }

  private async withSealedReason(id: SessionId, command: SessionCommand): Promise<SessionCommand> {
    if (!('reason' in command || 'text' in command) || this.ports.typed === undefined) return command;
    return this.ports.typed.sealReason(id.tenant, (await this.load(id))?.state.terms.candidate, command);
  }

  pinnedTest(state: SessionState): PinnedTest {
    return this.ports.pinnedTest(state.terms);
  }

  private testOf(session: Session, command: SessionCommand): PinnedTest {
    const terms = command.type === 'register' ? command.terms : session?.terms;
    if (terms === undefined) throw new SessionRefused({ code: 'not-registered' });
    return this.ports.pinnedTest(terms);
  }
}
