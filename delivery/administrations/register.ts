/**
 * Registration: a person, a test, and everything the session pins: release, specification, engine, seed, items of the
 * last attempts.
 */
import { type Collection, type CollectionDefinition, DuplicateKey } from '../../storage/port.ts';
import type { Instant } from '../../storage/document/instant.ts';
import type { MakeId } from '../../storage/document/id.ts';
import type { Candidates, Person } from '../../people/candidates/candidate.ts';
import type { Language } from '../../item-bank/items/item.ts';
import type { SpecificationId } from '../../item-bank/specifications/specification.ts';
import { RegistrationRefused } from '../registrations/run.ts';
import type { RegisteredPersons } from '../sessions/personal.ts';
import type { SessionId, Sessions } from '../sessions/run.ts';
import type { Registration } from '../sessions/session.ts';

/** A line of the room's list: written before the session itself, so that none can exist unlisted. */
export interface ListedSession {
  readonly centre: string;
  readonly candidate: string;
  readonly test: SpecificationId;
  readonly registeredAt: Instant;
}
type SessionListIndex = 'centre' | 'candidate' | 'registeredAt';
/** The stored name is what earlier versions called it: with another, what they wrote would not be found. */
export const sessionList: CollectionDefinition<ListedSession, SessionListIndex> = {
  name: 'sittings',
  indexes: {
    registeredAt: { fields: ['registeredAt'] },
    centre: { fields: ['centre', 'registeredAt'] },
    candidate: { fields: ['candidate', 'registeredAt'] },
  },
  sealed: true,
};
export type SessionList = Collection<ListedSession, SessionListIndex>;

export interface RegistrationRequest {
  readonly tenant: string;
  readonly centre: string;
  readonly name: string;
  readonly birthDate: string;
  readonly reference: string;
  readonly contactLanguage: Language;
  readonly test: SpecificationId;
  readonly language: Language;
  readonly extraTimePercent: number;
  readonly synthetic: boolean;
}

/** What is in force now for a test; from the bank. */
export interface CurrentTest {
  readonly specification: number;
  readonly releases: Readonly<Record<string, string>>;
  readonly languages: readonly Language[];
  readonly synthetic: boolean;
}

export interface RegistrationPorts {
  readonly candidates: Candidates;
  readonly persons: RegisteredPersons;
  readonly sessionList: SessionList;
  readonly sessions: Sessions;
  readonly currentTest: (test: SpecificationId) => CurrentTest;
  readonly engine: string;
  readonly now: () => Instant;
  readonly makeId: MakeId;
  readonly random: (bytes: number) => Uint8Array;
}

/** Attempts whose items are not given again. */
const attemptsKept = 2;

export async function register(ports: RegistrationPorts, request: RegistrationRequest): Promise<SessionId> {
  const current = ports.currentTest(request.test);
  if (!current.languages.includes(request.language))
    throw new RegistrationRefused(
      'language-not-offered',
      `language: ${request.test} is not offered in ${request.language}`,
    );
  const candidate = await findOrAdd(ports, request);
  const id = { tenant: request.tenant, id: ports.makeId() };
  const registration: Registration = {
    candidate,
    ...(await ports.persons.seal(request.tenant, candidate, { ...personOf(request), resultKey: ports.makeId() })),
    test: request.test,
    specification: current.specification,
    releases: current.releases,
    engine: ports.engine,
    language: request.language,
    contactLanguage: request.contactLanguage,
    seed: Buffer.from(ports.random(16)).toString('hex'),
    centre: request.centre,
    reference: receiptReference(request.test, ports.makeId()),
    accommodations: { extraTimePercent: request.extraTimePercent, extraPlays: 0 },
    excludedItems: await itemsOfLastAttempts(ports, request.tenant, candidate, request.test),
    synthetic: request.synthetic || current.synthetic,
  };
  await ports.sessionList.insert(id, {
    centre: request.centre,
    candidate,
    test: request.test,
    registeredAt: ports.now(),
  });
  await ports.sessions.handle(id, { type: 'register', registration });
  return id;
}

/** The first word of the test's name and eight characters: short enough to read to somebody, e.g. NT2-7KQ2-93MX. */
function receiptReference(test: SpecificationId, id: string): string {
  const letters = id.toUpperCase();
  const [name = ''] = test.toUpperCase().split('-');
  return `${name}-${letters.slice(0, 4)}-${letters.slice(4, 8)}`;
}

const personOf = ({ name, birthDate, reference }: RegistrationRequest): Person => ({ name, birthDate, reference });

async function findOrAdd(ports: RegistrationPorts, request: RegistrationRequest): Promise<string> {
  const { tenant, reference, contactLanguage, synthetic } = request;
  const known = await ports.candidates.byReference(tenant, reference);
  if (known?.person !== undefined) {
    if (isSamePerson(known.person, request)) return known.id;
    throw new RegistrationRefused(
      'reference-of-another-person',
      'reference: belongs to a person with another name or date of birth',
    );
  }
  // Whoever was erased comes back as somebody new.
  if (known !== undefined) await ports.candidates.erase({ tenant, id: known.id }, ports.now());
  const id = ports.makeId();
  try {
    const facts = { contactLanguage, synthetic, registeredAt: ports.now() };
    await ports.candidates.add({ tenant, id }, personOf(request), facts);
    return id;
  } catch (error) {
    if (error instanceof DuplicateKey) return findOrAdd(ports, request);
    throw error;
  }
}

const isSamePerson = (known: Person, request: RegistrationRequest): boolean =>
  known.name === request.name && known.birthDate === request.birthDate;

async function itemsOfLastAttempts(
  ports: RegistrationPorts,
  tenant: string,
  candidate: string,
  test: SpecificationId,
): Promise<string[]> {
  const page = await ports.sessionList.find(tenant, {
    index: 'candidate',
    equal: [candidate],
    descending: true,
    limit: 20,
  });
  const items = new Set<string>();
  for (const { id } of page.documents.filter(({ value }) => value.test === test).slice(0, attemptsKept)) {
    const session = await ports.sessions.load({ tenant, id });
    for (const given of [...(session?.state.items ?? []), ...(session?.state.turns ?? [])]) items.add(given.item.id);
  }
  return [...items].sort();
}
