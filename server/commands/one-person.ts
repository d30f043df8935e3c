/** Which person a command is about: by the pseudonym, or by the reference in the trajectory system. */
import { tenants } from '../../people/agencies/agency.ts';
import type { Key } from '../../storage/port.ts';
import type { Rooms } from '../rooms.ts';
import type { OpenStores } from '../stores.ts';
import { text } from './options.ts';
import { UsageError } from './usage-error.ts';

export interface AskedPerson {
  readonly person: string | undefined;
  readonly reference: string | undefined;
  readonly agency: string | undefined;
}

export const personOptions = {
  reference: text('REFERENCE', 'person.reference'),
  agency: text('AGENCY', 'person.agency'),
} as const;

/** Throws UsageError for nobody, and for a reference that several agencies have. */
export async function onePerson(
  { candidates }: Pick<Rooms, 'candidates'>,
  { agencies }: Pick<OpenStores, 'agencies'>,
  { person, reference, agency }: AskedPerson,
): Promise<Key> {
  if ((person === undefined) === (reference === undefined)) throw new UsageError('person.who');
  const found: Key[] = [];
  for (const tenant of (await tenants(agencies)).filter((one) => agency === undefined || one === agency)) {
    if (person !== undefined && (await candidates.isKnown({ tenant, id: person }))) found.push({ tenant, id: person });
    const known = reference === undefined ? undefined : await candidates.byReference(tenant, reference);
    if (known !== undefined) found.push({ tenant, id: known.id });
  }
  const [one, another] = found;
  if (one === undefined) throw new UsageError('person.nobody');
  if (another !== undefined)
    throw new UsageError('person.several', { agencies: found.map((key) => key.tenant).join(', ') });
  return one;
}
