/** What a backup holds: every file with its hash, so that a file of another backup, or a damaged one, shows. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

export const manifestFile = 'backup.json';

const BackupManifest = z.strictObject({
  format: z.literal(1),
  /** Random; the keys that were written with it have the same. */
  id: z.string(),
  /** Of the program that made it. */
  version: z.string(),
  madeAt: z.iso.datetime(),
  files: z.record(z.string(), z.strictObject({ bytes: z.int(), sha256: z.string() })),
});
export type BackupManifest = z.infer<typeof BackupManifest>;

export const BackupKeys = z.strictObject({
  format: z.literal(1),
  id: z.string(),
  madeAt: z.iso.datetime(),
  /** Where the program made the secret itself; one that was given by the environment is kept elsewhere. */
  secret: z.string().optional(),
  keys: z.array(z.strictObject({ tenant: z.string(), person: z.string(), entry: z.base64() })),
});
export type BackupKeys = z.infer<typeof BackupKeys>;

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(file)) hash.update(bytes);
  return hash.digest('hex');
}

/** Every file below a folder, by its path with slashes; the manifest itself aside. */
export async function filesBelow(folder: string): Promise<BackupManifest['files']> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: BackupManifest['files'] = {};
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1).replaceAll('\\', '/');
    if (!entry.isFile() || name === manifestFile) continue;
    files[name] = { bytes: (await stat(path)).size, sha256: await hashOf(path) };
  }
  return files;
}

/** Throws where the file is none of ours. */
export const readManifest = async (folder: string): Promise<BackupManifest> =>
  BackupManifest.parse(JSON.parse(await readFile(join(folder, manifestFile), 'utf8')));

/** Files that lack, are too many, or have other bytes than the backup says. */
export async function foreignFiles(folder: string, { files }: BackupManifest): Promise<readonly string[]> {
  const present = await filesBelow(folder);
  const names = new Set([...Object.keys(files), ...Object.keys(present)]);
  return [...names].filter((name) => present[name]?.sha256 !== files[name]?.sha256).sort();
}
