/** Copies a data folder while the server runs: the folder of a backup, and the keys apart from it. */
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '../../storage/document/instant.ts';
import type { KeptKeyEntry } from '../../storage/journal/backup-keys.ts';
import { type BackupKeys, type BackupManifest, filesBelow, manifestFile } from './manifest.ts';

/** The database and the secret have their own way; the rest is what a server makes anew, or works on just now. */
const notCopied = /^(database.*|secret.*|uploads|fresh-copy-.*|last-checkpoint\.json.*|last-backup\.json)$/;

export interface BackupPlan {
  readonly dataFolder: string;
  /** Copies the database into that folder; returns the keys, which are not in it. */
  readonly copyDatabase: (folder: string) => Promise<readonly KeptKeyEntry[]>;
  /** Must not exist. */
  readonly folder: string;
  /** Must not exist. */
  readonly keysFile: string;
  readonly id: string;
  readonly version: string;
  readonly madeAt: Instant;
}

export interface MadeBackup {
  readonly files: number;
  readonly bytes: number;
  readonly keys: number;
  readonly hasSecret: boolean;
}

/** The folder has its name only when it is whole; a kill leaves `FOLDER.part`, which the next one removes. */
export async function makeBackup({
  dataFolder,
  copyDatabase,
  folder,
  keysFile,
  ...head
}: BackupPlan): Promise<MadeBackup> {
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true, mode: 0o700 });
  const { id, version, madeAt } = head;
  // The database first: a recording's record then always has its file, which never changes once it is there.
  const keys = await copyDatabase(join(part, 'database'));
  for (const name of existsSync(dataFolder) ? await readdir(dataFolder) : [])
    if (!notCopied.test(name)) await cp(join(dataFolder, name), join(part, name), { recursive: true });
  const secretFile = join(dataFolder, 'secret');
  const secret = existsSync(secretFile) ? { secret: (await readFile(secretFile, 'utf8')).trim() } : {};
  const kept: BackupKeys = { format: 1, id, madeAt, ...secret, keys: [...keys] };
  await writeFile(keysFile, `${JSON.stringify(kept)}\n`, { mode: 0o600, flag: 'wx' });
  const files = await filesBelow(part);
  const manifest: BackupManifest = { format: 1, id, version, madeAt, files };
  await writeFile(join(part, manifestFile), `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o600 });
  await rename(part, folder);
  const all = Object.values(files);
  return {
    files: all.length,
    bytes: all.reduce((sum, file) => sum + file.bytes, 0),
    keys: keys.length,
    hasSecret: kept.secret !== undefined,
  };
}
