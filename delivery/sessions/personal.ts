/**
 * What names the person of a session. The session's stream holds the person's pseudonym and this as ciphertext under
 * the person's key, so that the chain binds it and destroying the key erases it; nothing that decides ever needs it.
 */
import { sha256 } from '../../storage/document/hash.ts';
import type { PersonCipher } from '../../storage/keys/person-cipher.ts';
import { CorruptStorage } from '../../storage/port.ts';
import type { Person } from '../../people/candidates/candidate.ts';
import type { SessionTerms } from './session.ts';

/** As on the day of registration. */
export interface RegisteredPerson extends Person {
  /** Opens the result page. */
  readonly resultKey: string;
}

const purpose = 'registration';

/** By which a result is found; a key of 130 random bits cannot be found from it. */
export const resultKeyHash = (key: string): string => sha256(`result|${key}`);

type Registered = Pick<SessionTerms, 'candidate' | 'personal'>;

export class RegisteredPersons {
  constructor(private readonly cipher: Pick<PersonCipher, 'open' | 'seal' | 'watch'>) {}

  /** What a registration records of its person. Throws PersonErased. */
  async seal(
    tenant: string,
    candidate: string,
    registered: RegisteredPerson,
  ): Promise<Pick<SessionTerms, 'personal' | 'resultKeyHash'>> {
    const { name, birthDate, reference, resultKey } = registered;
    const text = JSON.stringify({ name, birthDate, reference, resultKey });
    return {
      personal: await this.cipher.seal({ tenant, person: candidate }, purpose, text),
      resultKeyHash: resultKeyHash(resultKey),
    };
  }

  /** Calls `changed` with the pseudonym of whoever is new or was erased, once `of` knows it. */
  watch(tenant: string, changed: (candidate: string) => void): () => void {
    return this.cipher.watch(tenant, changed);
  }

  /** Undefined once the person was erased. Throws CorruptStorage. */
  async of(tenant: string, { candidate, personal }: Registered): Promise<RegisteredPerson | undefined> {
    if (typeof personal !== 'string')
      throw new CorruptStorage(
        `registration of ${tenant}/${candidate}`,
        'is in clear: the server was not started since',
      );
    const text = await this.cipher.open({ tenant, person: candidate }, purpose, personal);
    if (text === undefined) return undefined;
    const registered: RegisteredPerson = JSON.parse(text);
    return registered;
  }
}
