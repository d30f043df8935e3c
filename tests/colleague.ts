/** A further account of the demonstration's agency, with a password of its own; an invigilator's unless told. */
import { type Role, accounts } from '../people/staff/account.ts';
import { hashPassword } from '../people/staff/passwords.ts';
import { openStores } from '../server/open-stores.ts';
import { readConfiguration } from '../server/configuration.ts';
import type { Account, ServerProcess } from './server-process.ts';

export async function addInvigilator(
  { folder }: ServerProcess,
  account: string,
  centre: string,
  roles: readonly Role[] = ['invigilator'],
): Promise<Account> {
  const password = 'a password of this test';
  const { storage } = await openStores(readConfiguration({ MEETLAT_DATA: folder }, folder));
  const all = await storage.collection(accounts);
  const value = { name: account, passwordHash: hashPassword(password), centre, demonstration: true };
  await all.insert({ tenant: 'demo', id: account }, { ...value, roles });
  await storage.close();
  return { account, password };
}
