/**
 * Puts a backup into a data folder that is empty or not there. All is done and verified beside it; the last step gives
 * it its name, so that a kill at any moment leaves nothing, or all.
 */
import { cp, readFile, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '../../storage/port.ts';
import { putKeys } from '../../storage/lmdb/backup.ts';
import { BackupKeys, foreignFiles, manifestFile, readManifest } from './manifest.ts';

export type RestoreRefusal = 'not-empty' | 'no-backup' | 'no-keys' | 'mixture' | 'older-keys' | 'not-verified';
export class RestoreRefused extends StorageError {
  constructor(
    readonly refusal: RestoreRefusal,
    readonly why = '',
  ) {
    super(`restore-${refusal}`, `${refusal} ${why}`.trim());
  }
}

export interface RestorePlan {
  readonly folder: string;
  readonly keysFile: string;
  readonly dataFolder: string;
  /** What is wrong with the data in that folder; nothing where every chain verifies. */
  readonly verify: (dataFolder: string) => Promise<readonly string[]>;
}

const unless = <T>(refusal: RestoreRefusal, read: Promise<T>): Promise<T> =>
  read.catch((error: unknown) => {
    throw new RestoreRefused(refusal, error instanceof Error ? error.message : String(error));
  });

/** Throws RestoreRefused; then nothing was changed. */
export async function restoreBackup({ folder, keysFile, dataFolder, verify }: RestorePlan): Promise<void> {
  const present = await readdir(dataFolder).catch(() => []);
  if (present.length > 0) throw new RestoreRefused('not-empty', dataFolder);
  const manifest = await unless('no-backup', readManifest(folder));
  const keys = BackupKeys.parse(JSON.parse(await unless('no-keys', readFile(keysFile, 'utf8'))));
  // Newer keys are how an erasure counts in older backups; older ones lack people.
  if (keys.id !== manifest.id && keys.madeAt < manifest.madeAt) throw new RestoreRefused('older-keys', keys.madeAt);
  const foreign = await foreignFiles(folder, manifest);
  if (foreign.length > 0) throw new RestoreRefused('mixture', foreign.join(', '));
  const part = `${dataFolder}.restoring`;
  await rm(part, { recursive: true, force: true });
  await cp(folder, part, { recursive: true });
  await rm(join(part, manifestFile));
  if (keys.secret !== undefined) await writeFile(join(part, 'secret'), `${keys.secret}\n`, { mode: 0o600 });
  await putKeys(join(part, 'database'), keys.keys);
  const findings = await verify(part);
  if (findings.length > 0) {
    await rm(part, { recursive: true, force: true });
    throw new RestoreRefused('not-verified', findings.join('; '));
  }
  await rmdir(dataFolder).catch(() => undefined);
  await rename(part, dataFolder);
}
