/** When this installation was last copied; remembered beside the data, so that somebody can notice that nobody does. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

export const lastBackupFile = 'last-backup.json';

const LastBackup = z.object({ id: z.string(), madeAt: z.iso.datetime() });
export type LastBackup = Readonly<z.infer<typeof LastBackup>>;

/** Undefined where none was made, or what stands there is none of ours. */
export async function lastBackup(dataFolder: string): Promise<LastBackup | undefined> {
  try {
    return LastBackup.parse(JSON.parse(await readFile(join(dataFolder, lastBackupFile), 'utf8')));
  } catch {
    return undefined;
  }
}

export async function rememberBackup(dataFolder: string, { id, madeAt }: LastBackup): Promise<void> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  await writeFile(join(dataFolder, lastBackupFile), `${JSON.stringify({ id, madeAt })}\n`, { mode: 0o600 });
}
