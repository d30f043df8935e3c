/** Who answers for an act on results: accounts of the installation, each of which could log in now. */
import { accounts, tenantOf } from '../../people/staff/account.ts';
import type { Stores } from '../stores.ts';
import { UsageError } from './usage-error.ts';

export interface Signatories {
  readonly by: string;
  readonly confirmedBy?: string;
}

/** Throws UsageError for an account that is unknown or locked, and where the second one is the first. */
export async function signatories(
  { storage }: Pick<Stores, 'storage'>,
  by: string,
  confirmedBy: string | undefined,
): Promise<Signatories> {
  const all = await storage.collection(accounts);
  for (const account of [by, ...(confirmedBy === undefined ? [] : [confirmedBy])]) {
    const tenant = tenantOf(account);
    const stored = tenant === undefined ? undefined : await all.get({ tenant, id: account });
    if (stored === undefined || stored.value.lockedAt !== undefined)
      throw new UsageError('signatories.unknown', { account });
  }
  if (confirmedBy === by) throw new UsageError('signatories.same', { account: by });
  return confirmedBy === undefined ? { by } : { by, confirmedBy };
}
