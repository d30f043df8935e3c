/**
 * What is overwritten or removed may stay in the file: in pages that are free, and in the gaps of those in use. Where
 * that must not be, the database is copied entry by entry into a new file, which then takes the place of the old one.
 * It is asked for by a file beside the database and made when nobody else has it open.
 */
import { existsSync } from 'node:fs';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Database } from './database.ts';

const dueFile = (directory: string): string => join(directory, 'fresh-copy-due');

export const isFreshCopyDue = (directory: string): boolean => existsSync(dueFile(directory));

/** From now on the next start makes one. */
export async function askForFreshCopy(directory: string): Promise<void> {
  await writeFile(dueFile(directory), '', { mode: 0o600 });
  await sync(directory);
}

/**
 * Makes the copy where one was asked for; call it while this process has the database closed. A kill leaves the old
 * file or the new one, and both are whole. `in-use`: another process has it open, and it stays asked for.
 */
export async function makeFreshCopy(directory: string): Promise<'made' | 'in-use' | 'not-asked'> {
  if (!isFreshCopyDue(directory)) return 'not-asked';
  const [present, fresh] = [join(directory, 'database'), join(directory, 'database.fresh')];
  await rm(fresh, { recursive: true, force: true });
  if (!(await copied(present, fresh))) return 'in-use';
  await sync(join(fresh, 'data.mdb'));
  await rename(join(fresh, 'data.mdb'), join(present, 'data.mdb'));
  await sync(present);
  await rm(fresh, { recursive: true });
  await rm(dueFile(directory));
  return 'made';
}

/** False where another process has it open, before or after. */
async function copied(present: string, fresh: string): Promise<boolean> {
  const [from, to] = [Database.open(present), Database.open(fresh)];
  try {
    if (from.others().length > 0) return false;
    await from.copyInto(to);
    return from.others().length === 0;
  } finally {
    await Promise.all([from.close(), to.close()]);
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
