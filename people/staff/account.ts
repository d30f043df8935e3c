/** Staff accounts. A name is `someone@agency`: the part after the @ names the tenant. */
import type { Instant } from '../../storage/document/instant.ts';
import type { Collection, CollectionDefinition, Stored } from '../../storage/port.ts';
import type { Passwords } from './passwords.ts';

export const roles = ['invigilator', 'examiner', 'designer', 'office'] as const;
export type Role = (typeof roles)[number];

export interface Account {
  readonly name: string;
  readonly passwordHash: string;
  /** Somebody else made the password and may know it: nothing is done with the account before another is chosen. */
  readonly isPasswordGiven?: true;
  readonly roles: readonly Role[];
  readonly centre: string;
  readonly demonstration: boolean;
  /** Pseudonyms of persons whom it knows from elsewhere, as their teacher: it rates none of them. */
  readonly knownPersons?: readonly string[];
  /** Set while the account may not be used. */
  readonly lockedAt?: Instant;
}

export const accounts: CollectionDefinition<Account, never> = { name: 'accounts', indexes: {}, sealed: true };
export type Accounts = Collection<Account, never>;

export const tenantOf = (account: string): string | undefined => /^[^@\s]{1,60}@([a-z0-9-]{1,40})$/.exec(account)?.[1];

export interface Login {
  readonly account: string;
  readonly password: string;
  /** This account logged in on the device before: people who guess elsewhere do not hold it up. */
  readonly isKnownDevice: boolean;
}

/**
 * Takes as long for an unknown or locked account as for a wrong password, so that nobody learns which accounts exist.
 * Throws TooManyPasswords.
 */
export async function authenticate(
  all: Accounts,
  passwords: Passwords,
  { account, password, isKnownDevice }: Login,
): Promise<Stored<Account> | undefined> {
  const tenant = tenantOf(account);
  const stored = tenant === undefined ? undefined : await all.get({ tenant, id: account });
  if (stored === undefined) {
    await passwords.hash(password, isKnownDevice);
    return undefined;
  }
  const isRight = await passwords.verify(stored.value.passwordHash, password, isKnownDevice);
  return isRight && stored.value.lockedAt === undefined ? stored : undefined;
}
