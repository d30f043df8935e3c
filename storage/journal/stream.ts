/**
 * One way to run a stream of the journal: load, decide, append, and once more when somebody else was first. A room with
 * a stream is its events, `evolve`, `decide` and a few verbs; how they meet the journal stands here, once.
 */
import { defined } from '../document/defined.ts';
import { type Instant, toEpochMs } from '../document/instant.ts';
import { type JsonObject, jsonObject } from '../document/json.ts';
import { type Commit, type Consequence, type Journal, type Key, VersionConflict, genesisHash } from '../port.ts';
import { streamKey, streamName } from './stream-name.ts';

/** An event that cannot follow on what is recorded before it. Thrown by `evolve`. */
export class EventOrderError extends Error {
  readonly code = 'event-order';
  constructor(type: string, why: string) {
    super(`${type}: ${why}`);
    this.name = 'EventOrderError';
  }
}

/** A recorded event of a type, of a schema version or with members that this program does not know. */
export class UnreadableEvent extends Error {
  readonly code = 'unreadable-event';
  constructor(
    readonly where: string,
    readonly event: { readonly type: unknown; readonly schema: unknown },
    options?: ErrorOptions,
  ) {
    const why = options?.cause instanceof Error ? `: ${options.cause.message}` : '';
    super(`${where}: cannot read event ${String(event.type)}, schema ${String(event.schema)}${why}`, options);
    this.name = 'UnreadableEvent';
  }
}

/** What makes the streams of one kind: how their events are read and written, and the state that follows from them. */
export interface StreamKind<State, Event extends object> {
  readonly kind: string;
  /** Checks one recorded event against its owner's schema. Whatever it throws becomes an UnreadableEvent. */
  readonly read: (event: JsonObject) => Event;
  /** What is recorded of an event; the event itself unless given. `read` must understand it. */
  readonly write?: (event: Event) => object;
  /** `version` is that of the commit that holds the event. */
  readonly evolve: (state: State | undefined, event: Event, version: number) => State;
}

/** What follows from a command: a refusal, or events (none when it was carried out before) and their consequences. */
export type Decision<Event, Refusal, C extends Consequence = Consequence> = Refused<Refusal> | Accepted<Event, C>;
export interface Refused<Refusal> {
  readonly refused: Refusal;
}
export interface Accepted<Event, C extends Consequence = Consequence, State = never> {
  readonly refused?: undefined;
  readonly events: readonly Event[];
  readonly pending: readonly C[];
  /** The state once the events are written, where `decide` knows it: then they are not evolved a second time. */
  readonly state?: State | undefined;
}

export const isRefused = <Refusal>(
  decision: Refused<Refusal> | Accepted<unknown, Consequence, unknown>,
): decision is Refused<Refusal> => decision.refused !== undefined;

/** A stream as read: its state after `version` commits, the last of which has `hash`. Version 0: it does not exist. */
export interface Loaded<State> {
  readonly state: State | undefined;
  readonly version: number;
  readonly hash: string;
  /** When the last commit was made. */
  readonly at?: Instant;
}
export interface Ran<State, A> extends Loaded<State> {
  /** What was decided, and written unless it has no events. */
  readonly decision: A;
}

export interface StreamPorts<Refusal> {
  readonly journal: Journal;
  readonly now: () => Instant;
  /** The error that `run` throws for a refusal. */
  readonly refuse: (refusal: Refusal) => Error;
  /** Streams whose state is kept in memory, the oldest goes first; default 5,000. */
  readonly cached?: number;
}

/** Tries before a command gives up against other writers of the same stream. */
const attempts = 8;
const unborn = { state: undefined, version: 0, hash: genesisHash } as const;

/** The clocks of the machines that serve one installation may differ by so much, ms. */
const clocksDifferMs = 10_000;

/**
 * The time of a commit: never before the one that it follows where the writers' clocks differ a little, so that
 * instants of a stream run forward. A clock that was set far back is left to show: holding time still until it has
 * caught up would give everybody under way that time.
 */
function timeAfter(before: Instant | undefined, now: Instant): Instant {
  const behindMs = before === undefined ? 0 : toEpochMs(before) - toEpochMs(now);
  return before !== undefined && behindMs > 0 && behindMs <= clocksDifferMs ? before : now;
}

/** The events of a commit. Throws UnreadableEvent naming stream and version. */
export function eventsOf<Event extends object>({ read }: Pick<StreamKind<never, Event>, 'read'>, commit: Commit) {
  return commit.events.map((event): Event => {
    try {
      return read(event);
    } catch (error) {
      const { type, schema } = event;
      throw new UnreadableEvent(streamName(commit, commit.version), { type, schema }, { cause: error });
    }
  });
}

export class Stream<State, Event extends object, Refusal extends string | object = never> {
  private readonly cache = new Map<string, Loaded<State>>();
  /** One command at a time for each stream in this process, so that our own writers never conflict. */
  private readonly queues = new Map<string, Promise<unknown>>();

  constructor(
    private readonly definition: StreamKind<State, Event>,
    private readonly ports: StreamPorts<Refusal>,
  ) {}

  /** The present state; reads only the commits it has not seen. Throws UnreadableEvent, EventOrderError. */
  async load(id: Key): Promise<Loaded<State>> {
    const known = this.cache.get(this.nameOf(id)) ?? unborn;
    const tail = await this.ports.journal.read(this.streamOf(id), known.version);
    if (tail.length === 0) return known;
    const fresh = this.after(known, tail);
    this.remember(id, fresh);
    return fresh;
  }

  /** The state just after the commit of that version, whatever was written since. */
  async loadAt(id: Key, version: number): Promise<Loaded<State>> {
    const commits = await this.ports.journal.read(this.streamOf(id));
    return this.after(
      unborn,
      commits.filter((commit) => commit.version <= version),
    );
  }

  /**
   * Decides on the present state and writes what was decided, in one commit. Against another writer everything is
   * decided anew on the newer state, so `decide` may be called several times. Throws what `refuse` makes of a refusal,
   * and then nothing is written.
   */
  async run<A extends Accepted<Event, Consequence, State>>(
    id: Key,
    decide: (state: State | undefined, at: Instant) => Refused<Refusal> | A | Promise<Refused<Refusal> | A>,
  ): Promise<Ran<State, A>> {
    const name = this.nameOf(id);
    const before = this.queues.get(name) ?? Promise.resolve();
    const running = before.then(() => this.runNow(id, decide));
    const settled = running.catch(() => undefined);
    this.queues.set(name, settled);
    try {
      return await running;
    } finally {
      if (this.queues.get(name) === settled) this.queues.delete(name);
    }
  }

  private async runNow<A extends Accepted<Event, Consequence, State>>(
    id: Key,
    decide: (state: State | undefined, at: Instant) => Refused<Refusal> | A | Promise<Refused<Refusal> | A>,
  ): Promise<Ran<State, A>> {
    for (let attempt = 1; ; attempt += 1) {
      const current = await this.load(id);
      const at = timeAfter(current.at, this.ports.now());
      const decision = await decide(current.state, at);
      if (isRefused(decision)) throw this.ports.refuse(decision.refused);
      if (decision.events.length === 0) return { ...current, decision };
      try {
        return { ...(await this.append(id, current, decision, at)), decision };
      } catch (error) {
        if (!(error instanceof VersionConflict) || attempt === attempts) throw error;
      }
    }
  }

  private async append(
    id: Key,
    current: Loaded<State>,
    { events, pending, state: decided }: Accepted<Event, Consequence, State>,
    at: Instant,
  ): Promise<Loaded<State>> {
    const { write = (event: Event): object => event, evolve } = this.definition;
    const { version, hash } = await this.ports.journal.append(this.streamOf(id), {
      expectedVersion: current.version,
      previousHash: current.hash,
      at,
      events: events.map((event) => jsonObject(write(event))),
      pending,
    });
    const state =
      decided ?? events.reduce<State | undefined>((before, event) => evolve(before, event, version), current.state);
    const after = { state, version, hash, at };
    this.remember(id, after);
    return after;
  }

  private after(known: Loaded<State>, tail: readonly Commit[]): Loaded<State> {
    let { state, version, hash, at } = known;
    for (const commit of tail) {
      for (const event of eventsOf(this.definition, commit))
        state = this.definition.evolve(state, event, commit.version);
      ({ version, hash, at } = commit);
    }
    return { state, version, hash, ...defined({ at }) };
  }

  private remember(id: Key, loaded: Loaded<State>): void {
    const name = this.nameOf(id);
    this.cache.delete(name);
    this.cache.set(name, loaded);
    if (this.cache.size > (this.ports.cached ?? 5_000)) {
      const oldest = this.cache.keys().next().value;
      if (oldest !== undefined) this.cache.delete(oldest);
    }
  }

  private streamOf({ tenant, id }: Key) {
    return { tenant, kind: this.definition.kind, id };
  }
  private nameOf(id: Key): string {
    return streamKey(this.streamOf(id));
  }
}
