/**
 * What was taken away of what is kept of a person, by the pseudonym: what is left says nothing of who it was. A stream
 * of its own, so that an auditor sees that it was done, when, and who answers for it.
 */
import { z } from 'zod';
import type { Immutable } from '../../storage/document/immutable.ts';
import { type Accepted, Stream, type StreamKind } from '../../storage/journal/stream.ts';
import type { Instant } from '../../storage/document/instant.ts';
import type { Journal, Key } from '../../storage/port.ts';

export const personKind = 'person';

/** Two accounts: an erasure cannot be undone, so no one person decides it. */
export interface ErasureSignatories {
  readonly by: string;
  readonly confirmedBy: string;
  /** Where nobody asked for it: the agency's periods of that version, which the two had set. */
  readonly periods?: number;
}

const text = z.string();
const at = z.iso.datetime();
const periods = z.int().positive();
/** Kept beside the chain, each under the id of a session or of an event. */
const Removable = z.enum(['recordings', 'certificates', 'pushes']);
export type Removable = z.infer<typeof Removable>;
const PersonEvent = z.union([
  z.strictObject({ type: z.literal('erased'), schema: z.literal(1), at }),
  z.strictObject({
    type: z.literal('erased'),
    schema: z.literal(2),
    at,
    by: text,
    confirmedBy: text,
    periods: periods.exactOptional(),
  }),
  z.strictObject({ type: z.literal('removed'), schema: z.literal(1), at, kept: Removable, of: text, periods }),
]);
type PersonEvent = Immutable<z.infer<typeof PersonEvent>>;

export interface TakenAway {
  readonly erasedAt?: Instant;
  /** `recordings SESSION` and so on. */
  readonly removed: ReadonlySet<string>;
}

const nothing: TakenAway = { removed: new Set() };
const placeOf = ({ kept, of }: { readonly kept: Removable; readonly of: string }): string => `${kept} ${of}`;

const personStream: StreamKind<TakenAway, PersonEvent> = {
  kind: personKind,
  read: (event) => PersonEvent.parse(event),
  evolve: (state = nothing, event) =>
    event.type === 'erased'
      ? { ...state, erasedAt: state.erasedAt ?? event.at }
      : { ...state, removed: new Set([...state.removed, placeOf(event)]) },
};

export class Erasures {
  private readonly stream: Stream<TakenAway, PersonEvent>;

  constructor(ports: { readonly journal: Journal; readonly now: () => Instant }) {
    this.stream = new Stream(personStream, {
      ...ports,
      refuse: () => new Error('nothing is refused here'),
    });
  }

  async isErased(person: Key): Promise<boolean> {
    return (await this.stream.load(person)).state?.erasedAt !== undefined;
  }

  async isRemoved(person: Key, kept: Removable, of: string): Promise<boolean> {
    return (await this.stream.load(person)).state?.removed.has(placeOf({ kept, of })) ?? false;
  }

  /** Idempotent: what was recorded first stays. */
  async erased(person: Key, signed: ErasureSignatories): Promise<void> {
    await this.record(person, (state, now) =>
      state.erasedAt === undefined ? { type: 'erased', schema: 2, at: now, ...signed } : undefined,
    );
  }

  /** Idempotent. */
  async removed(person: Key, kept: Removable, of: string, since: { readonly periods: number }): Promise<void> {
    await this.record(person, (state, now) =>
      state.removed.has(placeOf({ kept, of }))
        ? undefined
        : { type: 'removed', schema: 1, at: now, kept, of, periods: since.periods },
    );
  }

  private async record(person: Key, made: (state: TakenAway, now: Instant) => PersonEvent | undefined): Promise<void> {
    await this.stream.run(person, (state = nothing, now): Accepted<PersonEvent> => {
      const event = made(state, now);
      return { events: event === undefined ? [] : [event], pending: [] };
    });
  }
}
