/** That a person will take a test on a day: the person is found or added, and the day is theirs. */
import { type Day, dayOf } from '../../storage/document/day.ts';
import { defined } from '../../storage/document/defined.ts';
import type { MakeId } from '../../storage/document/id.ts';
import type { Instant } from '../../storage/document/instant.ts';
import { DuplicateKey } from '../../storage/port.ts';
import type { Candidates, Person } from '../../people/candidates/candidate.ts';
import { isSameName } from '../../people/candidates/written.ts';
import type { Conduct } from '../proctoring/conduct.ts';
import type { Language } from '../../item-bank/items/item.ts';
import type { PersonalExposure, SpecificationId } from '../../item-bank/specifications/specification.ts';
import { type RegistrationId, RegistrationRefused, type Registrations } from './run.ts';

export interface RegistrationRequest extends Person {
  readonly tenant: string;
  readonly centre: string;
  /** Absent: today. */
  readonly day?: Day | undefined;
  /** Who of the staff asks for it. */
  readonly by: string;
  readonly contactLanguage: Language;
  readonly test: SpecificationId;
  readonly language: Language;
  readonly extraTimePercent: number;
  readonly conduct?: Conduct | undefined;
  readonly synthetic: boolean;
}

/** What is in force now for a test; from the bank. */
export interface CurrentTest {
  readonly specification: number;
  readonly releases: Readonly<Record<string, string>>;
  readonly languages: readonly Language[];
  readonly synthetic: boolean;
  readonly personalExposure: PersonalExposure;
  /** Of each bank, the items that are given for a score or on trial. */
  readonly items: readonly (readonly string[])[];
}

export interface RegisteringPorts {
  readonly candidates: Candidates;
  readonly registrations: Registrations;
  readonly currentTest: (test: SpecificationId) => CurrentTest;
  readonly now: () => Instant;
  readonly makeId: MakeId;
}

/** Throws RegistrationRefused, and what `currentTest` throws for a test that is not published. */
export async function register(ports: RegisteringPorts, request: RegistrationRequest): Promise<RegistrationId> {
  const { tenant, centre, day, by, test, language, contactLanguage, extraTimePercent, synthetic, conduct } = request;
  offeredTest(ports, test, language);
  if (!isPossibleBirthDate(request.birthDate, dayOf(ports.now())))
    throw new RegistrationRefused('birth-date-impossible', 'birthDate: nobody alive was born then');
  const person = await findOrAdd(ports, request);
  return ports.registrations.register(tenant, {
    by,
    booking: { person, test, language, contactLanguage, extraTimePercent, synthetic, ...defined({ conduct }) },
    plan: { day: day ?? dayOf(ports.now()), centre },
  });
}

/** Throws RegistrationRefused where the test is not offered in that language, or not any more. */
export function offeredTest(
  { currentTest }: Pick<RegisteringPorts, 'currentTest'>,
  test: SpecificationId,
  language: Language,
): CurrentTest {
  const current = currentTest(test);
  if (!current.languages.includes(language))
    throw new RegistrationRefused('language-not-offered', `language: ${test} is not offered in ${language}`);
  return current;
}

const personOf = ({ name, birthDate, reference }: RegistrationRequest): Person => ({ name, birthDate, reference });

async function findOrAdd(ports: RegisteringPorts, request: RegistrationRequest): Promise<string> {
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

/** Older than anybody is. */
const oldestYears = 120;
const isPossibleBirthDate = (born: Day, today: Day): boolean =>
  born <= today && Number(born.slice(0, 4)) >= Number(today.slice(0, 4)) - oldestYears;

const isSamePerson = (known: Person, request: RegistrationRequest): boolean =>
  isSameName(known.name, request.name) && known.birthDate === request.birthDate;
