/**
 * A copy of the database as it stands at one moment, while it is in use, and back. It is made entry by entry: what was
 * overwritten or erased before is in no byte of it. The persons' data keys are left out of it and returned, to be kept
 * apart: whoever holds the copy alone can read nobody's name, and an erasure counts in every copy whose keys are gone.
 */
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeptKeyEntry } from '../journal/backup-keys.ts';
import { dataKeysName } from '../keys/data-keys.ts';
import { Database, type EntryKey } from './database.ts';

const isDataKey = (key: readonly unknown[]): boolean => key[0] === 'd' && key[1] === dataKeysName;

/** @param target folder of the new database; must not exist. Beside it a passing copy needs as much room again. */
export async function copyDatabase(source: string, target: string): Promise<readonly KeptKeyEntry[]> {
  const passing = `${target}.passing`;
  await rm(passing, { recursive: true, force: true });
  const present = await Database.open(source);
  try {
    await present.backup(passing);
  } finally {
    await present.close();
  }
  const [from, to] = [await Database.open(passing), await Database.open(target)];
  try {
    await from.copyInto(to, (key) => !isDataKey(key));
    return [...from.entries({ prefix: ['d', dataKeysName] })].map(({ key, value }) => ({
      tenant: String(key[2]),
      person: String(key[3]),
      entry: Buffer.from(value).toString('base64'),
    }));
  } finally {
    await Promise.all([from.close(), to.close()]);
    await rm(passing, { recursive: true, force: true });
    await rm(join(target, 'lock.mdb'), { force: true });
    await rm(join(target, 'gate'), { recursive: true, force: true });
    await chmod(join(target, 'data.mdb'), 0o600);
  }
}

/** Puts the keys into a copy that has none. */
export async function putKeys(directory: string, keys: readonly KeptKeyEntry[]): Promise<void> {
  const database = await Database.open(directory);
  try {
    await database.transact(() => {
      for (const { tenant, person, entry } of keys) {
        const key: EntryKey = ['d', dataKeysName, tenant, person];
        database.put(key, Buffer.from(entry, 'base64'));
      }
    });
  } finally {
    await database.close();
  }
}
