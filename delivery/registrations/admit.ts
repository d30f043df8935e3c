/**
 * Admission: the person is at the door on the day. The session is made then, and pins what is in force that day:
 * specification, releases, engine, seed, items of the last attempts.
 */
import { dayOf, daysBetween } from '../../storage/document/day.ts';
import { defined } from '../../storage/document/defined.ts';
import { unlessDamaged } from '../../storage/journal/damage.ts';
import { unlessRaced } from '../../storage/raced.ts';
import type { SpecificationId } from '../../item-bank/specifications/specification.ts';
import type { RegisteredPersons } from '../sessions/personal.ts';
import { type SessionId, SessionRefused, type Sessions } from '../sessions/run.ts';
import type { SessionTerms } from '../sessions/session.ts';
import type { SessionList } from '../sessions/session-list.ts';
import { earlierInTheWay, sessionsOf } from './earlier.ts';
import { exposureOf } from './exposure.ts';
import { type CurrentTest, type RegisteringPorts, offeredTest } from './register.ts';
import type { Booking, RegistrationState } from './registration.ts';
import { type RegistrationId, RegistrationRefused } from './run.ts';

export interface AdmissionPorts extends RegisteringPorts {
  readonly persons: Pick<RegisteredPersons, 'seal'>;
  readonly sessionList: Pick<SessionList, 'insert' | 'find'>;
  readonly sessions: Pick<Sessions, 'load' | 'handle'>;
  readonly engine: string;
  readonly random: (bytes: number) => Uint8Array;
  /** Told where a person has seen so much of a bank that nothing new of it is given. */
  readonly capped?: (of: CappedExposure) => void;
}

/** Of one bank of the test, at the admission to that session. */
export interface CappedExposure {
  readonly tenant: string;
  readonly session: string;
  readonly test: SpecificationId;
  readonly seen: number;
  readonly of: number;
}

type Admitted = Extract<RegistrationState, { readonly status: 'admitted' }>;

/** Idempotent: whoever was admitted keeps the session of then. Throws RegistrationRefused. */
export async function admit(ports: AdmissionPorts, id: RegistrationId, by: string): Promise<SessionId> {
  const before = await ports.registrations.load(id);
  if (before !== undefined && before.status !== 'admitted') {
    offeredTest(ports, before.booking.test, before.booking.language);
    if ((await personOf(ports, id.tenant, before)) === undefined) throw new RegistrationRefused('person-erased');
  }
  const command = { type: 'admit', by, session: ports.makeId() } as const;
  const admitted = await ports.registrations.handle(id, command, async (present) => {
    const booking = present?.get(id.id)?.booking;
    const earlier = booking && (await earlierInTheWay(ports, { tenant: id.tenant, ...booking }, present, by));
    if (earlier !== undefined) throw new RegistrationRefused(earlier.refusal, undefined, earlier);
  });
  if (admitted.status !== 'admitted') throw new Error(`admitted, and ${admitted.status} after it`);
  return makeSession(ports, id.tenant, admitted);
}

/**
 * What a commit of a registration leaves to be done, by whoever comes first: the invigilator's request, or the worker
 * where the process was killed in between. Doing it twice changes nothing.
 */
export async function followRegistration(ports: AdmissionPorts, id: RegistrationId): Promise<void> {
  await ports.registrations.project(id);
  const state = await ports.registrations.load(id);
  if (state?.status === 'admitted') await makeSession(ports, id.tenant, state);
}

const personOf = ({ candidates }: AdmissionPorts, tenant: string, { booking }: RegistrationState) =>
  candidates.person({ tenant, id: booking.person });

async function makeSession(ports: AdmissionPorts, tenant: string, admitted: Admitted): Promise<SessionId> {
  const id = { tenant, id: admitted.session };
  if ((await ports.sessions.load(id)) !== undefined) return id;
  const terms = await pinned(ports, id, admitted);
  if (terms === undefined) return id;
  const { candidate, centre, test } = terms;
  // Listed before it is made, so that none can exist unlisted.
  await unlessRaced(ports.sessionList.insert(id, { candidate, centre, test, registeredAt: ports.now() }));
  try {
    await ports.sessions.handle(id, { type: 'register', terms });
  } catch (error) {
    if (!(error instanceof SessionRefused && error.code === 'already-registered')) throw error;
  }
  return id;
}

/** Undefined where the person was erased since. */
async function pinned(ports: AdmissionPorts, id: SessionId, admitted: Admitted): Promise<SessionTerms | undefined> {
  const { booking, plan } = admitted;
  const { test, language, contactLanguage, extraTimePercent, conduct } = booking;
  const person = await personOf(ports, id.tenant, admitted);
  if (person === undefined) return undefined;
  const current = offeredTest(ports, test, language);
  return {
    candidate: booking.person,
    ...(await ports.persons.seal(id.tenant, booking.person, { ...person, resultKey: ports.makeId() })),
    test,
    specification: current.specification,
    releases: current.releases,
    engine: ports.engine,
    language,
    contactLanguage,
    seed: Buffer.from(ports.random(16)).toString('hex'),
    centre: plan.centre,
    reference: receiptReference(test, ports.makeId()),
    accommodations: { extraTimePercent, extraPlays: 0 },
    excludedItems: await excludedItems(ports, id, booking, current),
    synthetic: booking.synthetic || current.synthetic,
    ...defined({ conduct }),
  };
}

/** The first word of the test's name and eight characters: short enough to read to somebody, e.g. NT2-7KQ2-93MX. */
function receiptReference(test: SpecificationId, id: string): string {
  const letters = id.toUpperCase();
  const [name = ''] = test.toUpperCase().split('-');
  return `${name}-${letters.slice(0, 4)}-${letters.slice(4, 8)}`;
}

/** Items that are not given, since the person saw them, or has seen enough of the bank. */
async function excludedItems(
  ports: AdmissionPorts,
  { tenant, id }: SessionId,
  { person, test }: Booking,
  { items, personalExposure: { mostSeen, withinDays } }: CurrentTest,
): Promise<string[]> {
  const shown: string[][] = [];
  const today = dayOf(ports.now());
  for await (const earlier of sessionsOf(ports, { tenant, person, test })) {
    if (daysBetween(earlier.day, today) > withinDays) break;
    // Whoever is at the door is let in although an earlier session of theirs was changed past the program.
    const session = await unlessDamaged(ports.sessions.load(earlier.id), () => undefined);
    const given = [...(session?.state.items ?? []), ...(session?.state.turns ?? [])].map(({ item }) => item.id);
    if (given.length > 0) shown.push(given);
  }
  const banks = items.map((bank) => exposureOf(bank, shown, mostSeen));
  for (const { isCapped, seen, of } of banks) if (isCapped) ports.capped?.({ tenant, session: id, test, seen, of });
  return [...new Set(banks.flatMap(({ excluded }) => excluded))].sort();
}
