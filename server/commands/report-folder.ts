/** A report's folder appears as a whole: everything is written beside its place and renamed. */
import { existsSync, rmSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { text } from './options.ts';
import { UsageError } from './usage-error.ts';

export const outOption = text('DIR', 'option.out');

export type ReportFiles = Readonly<Record<string, string>>;

/** A file with its folder: every calibration has one of the same name. */
export const named = (path: string): string => join(basename(dirname(resolve(path))), basename(path));

/** Every report has one of these pages: only a folder that does, or an empty one, is replaced. */
const pages = ['report.html', 'simulation.html'];

/** Throws UsageError, before any work is done, for a folder that holds something else. */
export async function requireReportFolder(folder: string | undefined): Promise<void> {
  if (folder === undefined || !existsSync(folder)) return;
  const names = await readdir(folder).catch(() => ['']);
  if (names.length > 0 && !pages.some((page) => names.includes(page)))
    throw new UsageError('usage.folder-in-use', { folder });
}

/** `files` is made only where there is a folder to write to. */
export async function writeReport(folder: string | undefined, files: () => ReportFiles): Promise<void> {
  if (folder === undefined) return;
  const made = files();
  await replaceFolder(resolve(folder), made);
  console.log(`${folder}: ${Object.keys(made).join(', ')}`);
}

/**
 * Ctrl-C while it writes takes the unfinished folder away; before that there is nothing to take away.
 */
async function replaceFolder(place: string, files: ReportFiles): Promise<void> {
  const [part, old] = [join(dirname(place), `${basename(place)}.part`), join(dirname(place), `${basename(place)}.old`)];
  const interrupted = (): void => {
    rmSync(part, { recursive: true, force: true });
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  try {
    await rm(part, { recursive: true, force: true });
    await mkdir(part, { recursive: true });
    for (const [name, content] of Object.entries(files)) await writeFile(join(part, name), content);
    await rm(old, { recursive: true, force: true });
    if (existsSync(place)) await rename(place, old);
    await rename(part, place);
    await rm(old, { recursive: true, force: true });
  } finally {
    process.removeListener('SIGINT', interrupted);
  }
}
