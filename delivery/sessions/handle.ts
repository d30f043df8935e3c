/**
 * Runs commands on sessions: load, decide, append, tell. State is cached by stream and version; a conflict with another
 * process
 * reads the tail only and decides again.
 */
import { type Journal, VersionConflict, genesisHash } from '../../storage/port.ts';
import type { Instant } from '../../storage/document/instant.ts';
import { type JsonObject, jsonObject } from '../../storage/document/json.ts';
import type { PinnedTest } from '../../item-bank/releases/pinned-test.ts';
import { type Command, type Decision, type Refusal, decide } from './decide.ts';
import { evolveAll } from './evolve.ts';
import type { SealedRecording } from './facts.ts';
import type { Outcome } from './operation.ts';
import type { Registration, Session, SessionEvent, SessionState } from './session.ts';

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
  readonly code: Refusal['code'];
  constructor(readonly refusal: Refusal) {
    super(`refused: ${refusal.code}`);
    this.name = 'SessionRefused';
    this.code = refusal.code;
  }
}

export interface SessionPorts {
  readonly journal: Journal;
  readonly now: () => Instant;
  /** The test as this registration pinned it. */
  readonly pinnedTest: (registration: Registration) => PinnedTest;
}

/** Tries before a command gives up against other writers of the same stream. */
const attempts = 8;
/** Sessions kept in memory; the oldest goes first. */
const cacheSize = 5_000;

/** The journal stores what `record` made; it is ours alone, and its hash was checked on reading. */
function isSessionEvent(event: JsonObject | SessionEvent): event is SessionEvent {
  return typeof event['type'] === 'string' && typeof event['at'] === 'string' && event['schema'] === 1;
}
export class UnreadableEvent extends Error {
  readonly code = 'unreadable-event';
  constructor(where: string) {
    super(`${where}: an event of an unknown schema`);
    this.name = 'UnreadableEvent';
  }
}
export function sessionEvents(events: readonly JsonObject[], where: string): SessionEvent[] {
  return events.map((event) => {
    if (!isSessionEvent(event)) throw new UnreadableEvent(where);
    return event;
  });
}

export interface Handled {
  readonly session: LoadedSession;
  readonly outcomes: readonly Outcome[];
  readonly events: readonly SessionEvent[];
}

export class Sessions {
  private readonly cache = new Map<string, { state: Session; version: number; hash: string }>();
  private readonly listeners = new Set<(id: SessionId, handled: Handled) => void>();
  /** One command at a time for each stream in this process, so that our own writers never conflict. */
  private readonly queues = new Map<string, Promise<unknown>>();

  constructor(private readonly ports: SessionPorts) {}

  /** The present state, or undefined when no such session exists. Reads only what it has not seen. */
  async load(id: SessionId): Promise<LoadedSession | undefined> {
    const { state, version, hash } = await this.refresh(id);
    return state === undefined ? undefined : { state, version, hash };
  }

  /** Throws SessionRefused; anything else is a fault of ours or of storage, and nothing was written. */
  async handle(
    id: SessionId,
    command: Command,
    sealed: ReadonlyMap<string, SealedRecording> = new Map(),
  ): Promise<Handled> {
    const name = `${id.tenant}/${id.id}`;
    const before = this.queues.get(name) ?? Promise.resolve();
    const run = before.then(() => this.handleNow(id, command, sealed));
    const settled = run.catch(() => undefined);
    this.queues.set(name, settled);
    try {
      return await run;
    } finally {
      if (this.queues.get(name) === settled) this.queues.delete(name);
    }
  }

  /** Calls `changed` after every commit made through this process. */
  watch(changed: (id: SessionId, handled: Handled) => void): () => void {
    this.listeners.add(changed);
    return () => this.listeners.delete(changed);
  }

  pinnedTest(state: SessionState): PinnedTest {
    return this.ports.pinnedTest(state.registration);
  }

  private async handleNow(
    id: SessionId,
    command: Command,
    sealed: ReadonlyMap<string, SealedRecording>,
  ): Promise<Handled> {
    for (let attempt = 1; ; attempt += 1) {
      const current = await this.refresh(id);
      const registration = command.type === 'register' ? command.registration : current.state?.registration;
      if (registration === undefined) throw new SessionRefused({ code: 'not-registered' });
      const decision = decide(current.state, command, {
        now: this.ports.now(),
        test: this.ports.pinnedTest(registration),
        sealed,
      });
      if (decision.refused !== undefined) throw new SessionRefused(decision.refused);
      try {
        return await this.commit(id, current, decision);
      } catch (error) {
        if (!(error instanceof VersionConflict) || attempt === attempts) throw error;
      }
    }
  }

  private async commit(
    id: SessionId,
    current: { state: Session; version: number; hash: string },
    decision: Exclude<Decision, { refused: Refusal }>,
  ): Promise<Handled> {
    const { events, outcomes, pending } = decision;
    if (events.length === 0) {
      if (current.state === undefined) throw new SessionRefused({ code: 'not-registered' });
      return { session: { state: current.state, version: current.version, hash: current.hash }, outcomes, events };
    }
    const commit = await this.ports.journal.append(
      { ...id, kind: sessionKind },
      {
        expectedVersion: current.version,
        previousHash: current.hash,
        at: this.ports.now(),
        events: events.map(jsonObject),
        pending,
      },
    );
    const state = evolveAll(current.state, events);
    if (state === undefined) throw new SessionRefused({ code: 'not-registered' });
    const session = { state, version: commit.version, hash: commit.hash };
    this.remember(id, session);
    const handled = { session, outcomes, events };
    for (const listener of this.listeners) listener(id, handled);
    return handled;
  }

  private async refresh(id: SessionId): Promise<{ state: Session; version: number; hash: string }> {
    const known = this.cache.get(`${id.tenant}/${id.id}`) ?? { state: undefined, version: 0, hash: genesisHash };
    const tail = await this.ports.journal.read({ ...id, kind: sessionKind }, known.version);
    const last = tail.at(-1);
    if (last === undefined) return known;
    const state = tail.reduce<Session>(
      (before, commit) =>
        evolveAll(before, sessionEvents(commit.events, `session ${id.id}, version ${commit.version}`)),
      known.state,
    );
    const fresh = { state, version: last.version, hash: last.hash };
    this.remember(id, fresh);
    return fresh;
  }

  private remember(id: SessionId, entry: { state: Session; version: number; hash: string }): void {
    const name = `${id.tenant}/${id.id}`;
    this.cache.delete(name);
    this.cache.set(name, entry);
    if (this.cache.size > cacheSize) {
      const oldest = this.cache.keys().next().value;
      if (oldest !== undefined) this.cache.delete(oldest);
    }
  }
}
