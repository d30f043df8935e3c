/** A report's folder appears as a whole: everything is written beside its place and renamed. */
import { existsSync, rmSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from './usage-error.ts';

/** A file with its folder: every calibration has one of the same name. */
export const named = (path: string): string => join(basename(dirname(resolve(path))), basename(path));

/** Every report has it: only a folder that does, or an empty one, is replaced. */
const mark = 'report.html';

/** Throws UsageError before any work is done for a folder that holds something else. */
export async function requireReportFolder(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const names = await readdir(folder).catch(() => ['']);
  if (names.length > 0 && !names.includes(mark)) throw new UsageError('usage.folder-in-use', { folder });
}

/**
 * Writes the files and tells their names. Ctrl-C while it writes takes the unfinished folder away; before that there is
 * nothing to take away.
 */
export async function writeReport(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const place = resolve(folder);
  const [part, old] = [join(dirname(place), `${basename(place)}.part`), join(dirname(place), `${basename(place)}.old`)];
  const interrupted = (): void => {
    rmSync(part, { recursive: true, force: true });
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  try {
    await rm(part, { recursive: true, force: true });
    await mkdir(part, { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(join(part, name), text);
    await rm(old, { recursive: true, force: true });
    if (existsSync(place)) await rename(place, old);
    await rename(part, place);
    await rm(old, { recursive: true, force: true });
    console.log(`${folder}: ${Object.keys(files).join(', ')}`);
  } finally {
    process.removeListener('SIGINT', interrupted);
  }
}
