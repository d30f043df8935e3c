/**
 * Runs commands on registrations. All of one person for one test are one stream: two processes that register somebody
 * for the same day meet at its version, and the second decides anew on what the first wrote.
 */
import type { TypedTexts } from '../../people/candidates/typed-text.ts';
import type { Collection, CollectionDefinition, Journal } from '../../storage/port.ts';
import { everyStream } from '../../storage/pages.ts';
import { unlessRaced } from '../../storage/raced.ts';
import type { Day } from '../../storage/document/day.ts';
import { defined } from '../../storage/document/defined.ts';
import { sha256 } from '../../storage/document/hash.ts';
import type { Instant } from '../../storage/document/instant.ts';
import { canonicalJson } from '../../storage/document/json.ts';
import type { UnlessDamaged } from '../../storage/journal/damage.ts';
import { Stream, type StreamKind } from '../../storage/journal/stream.ts';
import { type RegistrationCommand, type RegistrationRefusal, decideRegistration } from './decide.ts';
import type { EarlierSession } from './earlier.ts';
import {
  type Booking,
  type PlannedDay,
  type RegistrationEvent,
  type RegistrationState,
  type RegistrationsOfPerson,
  evolveRegistrations,
  readRegistrationEvent,
} from './registration.ts';

export const registrationKind = 'registration';

/** Projection: who is expected where on which day. Can be rebuilt from the streams; the state itself is read there. */
export interface ExpectedPerson {
  readonly person: string;
  readonly test: string;
  readonly day: Day;
  readonly centre: string;
  readonly status: 'scheduled' | 'cancelled' | 'absent' | 'admitted';
  /** Version of the stream that it shows: an older one never overwrites a newer. */
  readonly version: number;
}
export const expectedPersons: CollectionDefinition<ExpectedPerson, 'day'> = {
  name: 'registrations',
  indexes: { day: { fields: ['centre', 'day'] } },
  sealed: true,
  replaceable: true,
};
export type ExpectedPersons = Collection<ExpectedPerson, 'day'>;

/** `id` is that of the stream, a dot, and the registration's number in it. */
export interface RegistrationId {
  readonly tenant: string;
  readonly id: string;
}

export class RegistrationRefused extends Error {
  constructor(
    readonly code:
      | RegistrationRefusal
      | 'language-not-offered'
      | 'reference-of-another-person'
      | 'birth-date-impossible'
      | 'person-erased'
      | EarlierSession['refusal'],
    why = `refused: ${code}`,
    /** The session that is in the way. */
    readonly earlier?: EarlierSession,
  ) {
    super(why);
    this.name = 'RegistrationRefused';
  }
}

export const registrationStream: StreamKind<RegistrationsOfPerson, RegistrationEvent> = {
  kind: registrationKind,
  read: readRegistrationEvent,
  evolve: evolveRegistrations,
};

type Command<T extends RegistrationCommand['type']> = Extract<RegistrationCommand, { readonly type: T }>;

export interface RegistrationsPorts {
  readonly journal: Journal;
  readonly expected: ExpectedPersons;
  readonly now: () => Instant;
  /** Absent where nobody of the staff acts. */
  readonly typed?: Pick<TypedTexts, 'sealReason'>;
}

/** Registrations of one page. */
const pageSize = 100;

const streamOf = ({ tenant, id }: RegistrationId) => ({ tenant, id: id.slice(0, id.lastIndexOf('.')) });
/** A pseudonym of person and test, the same at every process. */
const streamIdOf = ({ person, test }: Pick<Booking, 'person' | 'test'>): string =>
  sha256(canonicalJson(['registrations', person, test])).slice(0, 32);

export class Registrations {
  private readonly stream: Stream<RegistrationsOfPerson, RegistrationEvent, RegistrationRefusal>;

  constructor(private readonly ports: RegistrationsPorts) {
    this.stream = new Stream(registrationStream, { ...ports, refuse: (refusal) => new RegistrationRefused(refusal) });
  }

  async load(id: RegistrationId): Promise<RegistrationState | undefined> {
    return (await this.stream.load(streamOf(id))).state?.get(id.id);
  }

  /** Registers and schedules in one commit. Throws RegistrationRefused, `day-taken` for a second one on that day. */
  async register(tenant: string, made: Omit<Command<'register'>, 'type'>): Promise<RegistrationId> {
    const stream = { tenant, id: streamIdOf(made.booking) };
    const idIn = (present: RegistrationsOfPerson | undefined): string => `${stream.id}.${(present?.size ?? 0) + 1}`;
    let registration = idIn(undefined);
    await this.stream.run(stream, (present, now) => {
      registration = idIn(present);
      return decideRegistration(present, { type: 'register', ...made }, { registration, now });
    });
    const id = { tenant, id: registration };
    await this.project(id);
    return id;
  }

  /** Accounts that did something with a registration of the person for the test, the cancelled ones too. */
  async staffOf(tenant: string, of: Pick<Booking, 'person' | 'test'>): Promise<ReadonlySet<string>> {
    return new Set([...(await this.of(tenant, of)).values()].flatMap(({ staff }) => staff));
  }

  /** Every registration of the person for the test, whatever became of it, by its id. */
  async of(tenant: string, of: Pick<Booking, 'person' | 'test'>): Promise<RegistrationsOfPerson> {
    return (await this.stream.load({ tenant, id: streamIdOf(of) })).state ?? new Map<string, never>();
  }

  /**
   * Throws RegistrationRefused, and what `check` throws of the registrations that are decided on: what it found stands
   * when the decision is written.
   */
  async handle(
    id: RegistrationId,
    command: Command<'schedule' | 'cancel' | 'mark-absent' | 'admit'>,
    check: (present: RegistrationsOfPerson | undefined) => Promise<void> = () => Promise.resolve(),
  ): Promise<RegistrationState> {
    const person = 'reason' in command ? (await this.load(id))?.booking.person : undefined;
    const kept = (await this.ports.typed?.sealReason(id.tenant, person, command)) ?? command;
    const { state } = await this.stream.run(streamOf(id), async (present, now) => {
      const decision = decideRegistration(present, kept, { registration: id.id, now });
      if (decision.refused === undefined && decision.events.length > 0) await check(present);
      return decision;
    });
    await this.project(id);
    const after = state?.get(id.id);
    if (after === undefined) throw new RegistrationRefused('unknown-registration');
    return after;
  }

  /**
   * A page of the registrations for a day at a centre, whatever became of them. Throws InvalidQuery where `after` is
   * not the `next` of a page before.
   */
  async expectedOn(
    tenant: string,
    { centre, day }: PlannedDay,
    after: string | undefined,
  ): Promise<{ readonly ids: readonly string[]; readonly next?: string }> {
    const query = { index: 'day', equal: [centre, day], limit: pageSize, ...defined({ after }) } as const;
    const { documents, next } = await this.ports.expected.find(tenant, query);
    return { ids: documents.map(({ id }) => id), ...defined({ next }) };
  }

  /** Calls `changed` after each change, of this process or of others. Ends by the returned call. */
  watch(tenant: string, changed: (id: RegistrationId) => void): () => void {
    return this.ports.expected.watch(tenant, changed);
  }

  /** Idempotent; the worker calls it for every commit, so that a kill after the commit leaves nothing unseen. */
  async project(id: RegistrationId): Promise<void> {
    const { state, version } = await this.stream.load(streamOf(id));
    const registration = state?.get(id.id);
    if (registration === undefined || registration.status === 'registered') return;
    const { status, plan, booking } = registration;
    if (plan !== undefined)
      await this.show(id, { ...plan, status, person: booking.person, test: booking.test, version });
  }

  /** Makes the projection of a tenant anew from the streams; returns how many registrations there are. */
  async rebuild(tenant: string, unlessDamaged: UnlessDamaged): Promise<number> {
    let count = 0;
    for await (const id of everyStream(this.ports.journal, tenant, registrationKind)) {
      const loaded = await unlessDamaged({ tenant, kind: registrationKind, id }, () =>
        this.stream.load({ tenant, id }),
      );
      for (const registration of loaded?.state?.keys() ?? []) {
        await this.project({ tenant, id: registration });
        count += 1;
      }
    }
    return count;
  }

  /** Somebody who writes at the same time knows as much or more, and the commit's consequence comes after both. */
  private async show(id: RegistrationId, value: ExpectedPerson): Promise<void> {
    const { expected } = this.ports;
    const stored = await expected.get(id);
    if (stored === undefined) await unlessRaced(expected.insert(id, value));
    else if (stored.value.version < value.version) await unlessRaced(expected.replace(stored, stored.revision, value));
  }
}
