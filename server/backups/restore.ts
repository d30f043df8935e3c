/**
 * Puts a backup into a data folder or a database that is empty or not there. All is done and verified before anybody
 * can open it; the last step makes it so, and a kill at any moment leaves nothing, or all.
 */
import { cp, mkdir, readFile, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '../../storage/port.ts';
import { putKeys } from '../../storage/lmdb/backup.ts';
import { dropRestored, endRestore, isFreeToRestore, loadDatabase } from '../../storage/mongodb/backup.ts';
import { databaseOf } from '../../storage/mongodb/open.ts';
import { BackupKeys, foreignFiles, manifestFile, readManifest } from './manifest.ts';

export type RestoreRefusal =
  'not-empty' | 'no-backup' | 'no-keys' | 'mixture' | 'other-engine' | 'older-keys' | 'not-verified';
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

/** A backup with its keys, whole and of one make. Throws RestoreRefused. */
async function checkedBackup(engine: 'lmdb' | 'mongodb', folder: string, keysFile: string): Promise<BackupKeys> {
  const manifest = await unless('no-backup', readManifest(folder));
  const keys = BackupKeys.parse(JSON.parse(await unless('no-keys', readFile(keysFile, 'utf8'))));
  // Newer keys are how an erasure counts in older backups; older ones lack people.
  if (keys.id !== manifest.id && keys.madeAt < manifest.madeAt) throw new RestoreRefused('older-keys', keys.madeAt);
  const foreign = await foreignFiles(folder, manifest);
  if (foreign.length > 0) throw new RestoreRefused('mixture', foreign.join(', '));
  const made = 'database/data.mdb' in manifest.files ? 'lmdb' : 'mongodb';
  if (made !== engine) throw new RestoreRefused('other-engine', made);
  return keys;
}

/** Into a folder that is empty or not there. Throws RestoreRefused; then nothing was changed. */
export async function restoreBackup({ folder, keysFile, dataFolder, verify }: RestorePlan): Promise<void> {
  const present = await readdir(dataFolder).catch(() => []);
  if (present.length > 0) throw new RestoreRefused('not-empty', dataFolder);
  const keys = await checkedBackup('lmdb', folder, keysFile);
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

/**
 * Into a database that is empty, or that an interrupted restore left: nobody opens it before it is whole and verified.
 * Throws RestoreRefused.
 */
export async function restoreDatabase(
  uri: string,
  { folder, keysFile, dataFolder, verify }: RestorePlan,
): Promise<void> {
  if (!(await isFreeToRestore(uri))) throw new RestoreRefused('not-empty', databaseOf(uri));
  const { keys } = await checkedBackup('mongodb', folder, keysFile);
  await loadDatabase(uri, join(folder, 'database'), keys);
  const findings = await verify(dataFolder);
  if (findings.length > 0) {
    await dropRestored(uri);
    throw new RestoreRefused('not-verified', findings.join('; '));
  }
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder))
    if (name !== manifestFile && name !== 'database')
      await cp(join(folder, name), join(dataFolder, name), { recursive: true, force: false });
  await endRestore(uri);
}
