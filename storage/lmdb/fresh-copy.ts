/**
 * What is overwritten or removed may stay in the file: in pages that are free, and in the gaps of those in use. Where
 * that must not be, the database is copied entry by entry into a new file, which then takes the place of the old one.
 * It is asked for by a file beside the database and made when nobody else has it open.
 */
import { existsSync, readFileSync, renameSync, unlinkSync } from 'node:fs';
import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Database } from './database.ts';

const dueFile = (directory: string): string => join(directory, 'fresh-copy-due');
/** Holds the number of the process that makes one. */
const byFile = (directory: string): string => join(directory, 'fresh-copy-by');

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
  const fresh = join(directory, 'database.fresh');
  await rm(fresh, { recursive: true, force: true });
  // From here on nobody opens the database; whoever has it open already is seen.
  await writeFile(byFile(directory), String(process.pid), { mode: 0o600 });
  try {
    if (!(await replacedBy(fresh, join(directory, 'database')))) return 'in-use';
    await rm(dueFile(directory));
    return 'made';
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(byFile(directory), { force: true });
  }
}

/** False where another process has it open, before or after. */
async function replacedBy(fresh: string, present: string): Promise<boolean> {
  const from = await Database.open(present);
  let isReplaced = false;
  try {
    if (from.others().length > 0) return false;
    const to = await Database.open(fresh);
    await from.copyInto(to);
    await to.close();
    await sync(join(fresh, 'data.mdb'));
    isReplaced = from.others().length === 0;
    // At once after looking, and with the lock file, which belongs to the old one.
    if (isReplaced) {
      renameSync(join(fresh, 'data.mdb'), join(present, 'data.mdb'));
      unlinkSync(join(present, 'lock.mdb'));
    }
  } finally {
    await from.close();
  }
  if (isReplaced) await sync(present);
  return isReplaced;
}

/** The process that makes a copy now, unless it is this one or was killed. */
export function copyingProcess(directory: string): number | undefined {
  if (!existsSync(byFile(directory))) return undefined;
  const pid = Number(readFileSync(byFile(directory), 'utf8'));
  if (pid === process.pid || !Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? pid : undefined;
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
