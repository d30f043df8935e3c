/**
 * A file that is made once, whoever comes first: two processes that start on one folder at the same time agree on what
 * stands in it. Readable by its owner alone.
 */
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import type { Random } from '../storage/keys/wrapping.ts';

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** What the file holds; where there is none, what `make` returns, or what somebody else made at the same moment. */
export async function keptFile(file: string, make: () => string, random: Random): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  // Whole before it has its name: nobody reads half of it, and a link that is there already is not replaced.
  const draft = `${file}.${Buffer.from(random(8)).toString('hex')}`;
  try {
    await writeFile(draft, make(), { mode: 0o600, flag: 'wx' });
    await link(draft, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(file, 'utf8');
}
