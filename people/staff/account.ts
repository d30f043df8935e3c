/** Staff accounts. A name is `someone@agency`: the part after the @ names the tenant. */
import { hash, verify } from '@node-rs/argon2';
import type { Collection, CollectionDefinition } from '../../storage/port.ts';

export type Role = 'invigilator' | 'examiner' | 'designer' | 'office';

export interface Account {
  readonly name: string;
  readonly passwordHash: string;
  readonly roles: readonly Role[];
  readonly centre: string;
  readonly demonstration: boolean;
}

export const accounts: CollectionDefinition<Account, never> = { name: 'accounts', indexes: {} };
export type Accounts = Collection<Account, never>;

/** OWASP's argon2id setting: 19 MiB, two passes. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const hashPassword = (password: string): Promise<string> => hash(password, cost);

export const tenantOf = (account: string): string | undefined => /^[^@\s]{1,60}@([a-z0-9-]{1,40})$/.exec(account)?.[1];

/** Takes as long for an unknown account as for a wrong password, so that nobody learns which accounts exist. */
export async function authenticate(
  all: Accounts,
  account: string,
  password: string,
): Promise<{ readonly tenant: string; readonly account: Account } | undefined> {
  const tenant = tenantOf(account);
  const stored = tenant === undefined ? undefined : await all.get({ tenant, id: account });
  if (tenant === undefined || stored === undefined) {
    await hash(password, cost);
    return undefined;
  }
  return (await verify(stored.value.passwordHash, password)) ? { tenant, account: stored.value } : undefined;
}
