/**
 * People who take tests. The id of a document is the person's pseudonym and the owner of their data key; what names
 * them lies in it as ciphertext under that key, and the reference as a keyed hash, by which they are found again.
 */
import { createHmac } from 'node:crypto';
import { defined } from '../../storage/document/defined.ts';
import type { Instant } from '../../storage/document/instant.ts';
import { canonicalBytes } from '../../storage/document/json.ts';
import type { PersonCipher } from '../../storage/keys/person-cipher.ts';
import type { Wrapping } from '../../storage/keys/wrapping.ts';
import type { Collection, CollectionDefinition, Key, Storage, Stored } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';
import { referenceIdentity } from './written.ts';

/** What names a person. */
export interface Person {
  readonly name: string;
  /** YYYY-MM-DD */
  readonly birthDate: string;
  /** The person's reference in the trajectory system; one person has one. */
  readonly reference: string;
}

/** What may be known of a candidate without the key. */
export interface CandidateFacts {
  readonly contactLanguage: string;
  readonly synthetic: boolean;
  readonly registeredAt: Instant;
}
export interface Candidate extends CandidateFacts {
  /** HMAC of the reference under a key of the installation. Absent once erased, like `personal`. */
  readonly referenceHash?: string;
  /** A Person as JSON, under the person's key. */
  readonly personal?: string;
  readonly erasedAt?: Instant;
}
type CandidateIndex = 'referenceHash';
export const candidates: CollectionDefinition<Candidate, CandidateIndex> = {
  name: 'candidates',
  indexes: { referenceHash: { fields: ['referenceHash'], unique: true } },
  sealed: true,
};

/** Somebody who was registered before; without a `person` they were erased since. */
export interface KnownCandidate {
  readonly id: string;
  readonly person?: Person;
}

const purpose = 'candidate';

export class Candidates {
  constructor(
    private readonly collection: Collection<Candidate, CandidateIndex>,
    private readonly cipher: Pick<PersonCipher, 'open' | 'seal'>,
    /** From Wrapping.derive('references'). */
    private readonly key: Uint8Array,
  ) {}

  static async open(ports: {
    readonly storage: Storage;
    readonly wrapping: Pick<Wrapping, 'derive'>;
    readonly cipher: PersonCipher;
  }): Promise<Candidates> {
    const collection = await ports.storage.collection(candidates);
    return new Candidates(collection, ports.cipher, ports.wrapping.derive('references'));
  }

  /** Whoever was registered before references had one form is found by the text of then. */
  async byReference(tenant: string, reference: string): Promise<KnownCandidate | undefined> {
    for (const text of new Set([referenceIdentity(reference), reference])) {
      const equal = [this.referenceHash(tenant, text)];
      const [found] = (await this.collection.find(tenant, { index: 'referenceHash', equal, limit: 1 })).documents;
      if (found !== undefined) return { id: found.id, ...defined({ person: await this.opened(found) }) };
    }
    return undefined;
  }

  /** Also of somebody who was erased. */
  async isKnown(key: Key): Promise<boolean> {
    return (await this.collection.get(key)) !== undefined;
  }

  /** Undefined when there is no such candidate, or not any more. */
  async person(key: Key): Promise<Person | undefined> {
    const stored = await this.collection.get(key);
    return stored && this.opened(stored);
  }

  /** Throws DuplicateKey when the reference has a candidate already. */
  async add(key: Key, person: Person, facts: CandidateFacts): Promise<void> {
    const referenceHash = this.referenceHash(key.tenant, referenceIdentity(person.reference));
    await this.collection.insert(key, { ...(await this.sealed(key, person, facts)), referenceHash });
  }

  /**
   * The hash by which the next secret finds whoever is found now, by the same text. None where the person's key is
   * destroyed: the name and reference are gone.
   */
  async renewedHash(next: Candidates, stored: Key & { readonly value: Pick<Candidate, 'referenceHash' | 'personal'> }) {
    const { tenant, id, value } = stored;
    if (value.referenceHash === undefined || value.personal === undefined) return {};
    const text = await this.cipher.open({ tenant, person: id }, purpose, value.personal);
    if (text === undefined) return {};
    const { reference }: Person = JSON.parse(text);
    const identity = referenceIdentity(reference);
    const isByIdentity = this.referenceHash(tenant, identity) === value.referenceHash;
    return { referenceHash: next.referenceHash(tenant, isByIdentity ? identity : reference) };
  }

  /** The document as it is kept, found by the reference as it stands there. Throws PersonErased. */
  async sealed({ tenant, id }: Key, person: Person, facts: CandidateFacts): Promise<Candidate> {
    const { name, birthDate, reference } = person;
    const { contactLanguage, synthetic, registeredAt } = facts;
    const personal = await this.cipher.seal(
      { tenant, person: id },
      purpose,
      JSON.stringify({ name, birthDate, reference }),
    );
    const referenceHash = this.referenceHash(tenant, reference);
    return { contactLanguage, synthetic, registeredAt, referenceHash, personal };
  }

  /** Leaves nothing that names the person, so that the reference is free again. Idempotent; false when unknown. */
  async erase(key: Key, at: Instant): Promise<boolean> {
    for (;;) {
      const stored = await this.collection.get(key);
      if (stored === undefined) return false;
      if (stored.value.personal === undefined && stored.value.referenceHash === undefined) return true;
      const { personal: _personal, referenceHash: _referenceHash, ...facts } = stored.value;
      const erased = this.collection.replace(key, stored.revision, { ...facts, erasedAt: at });
      if ((await unlessRaced(erased)) !== undefined) return true;
    }
  }

  private async opened({ tenant, id, value }: Stored<Candidate>): Promise<Person | undefined> {
    if (value.personal === undefined) return undefined;
    const text = await this.cipher.open({ tenant, person: id }, purpose, value.personal);
    if (text === undefined) return undefined;
    const person: Person = JSON.parse(text);
    return person;
  }

  private referenceHash(tenant: string, reference: string): string {
    return createHmac('sha256', this.key)
      .update(canonicalBytes([tenant, reference]))
      .digest('base64url');
  }
}
