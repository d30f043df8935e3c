import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CollectionDefinition } from '../port.ts';
import { askForFreshCopy, isFreshCopyDue, makeFreshCopy } from './fresh-copy.ts';
import { openLmdb } from './open.ts';

const notes: CollectionDefinition<{ readonly text: string }, 'text'> = {
  name: 'notes',
  indexes: { text: { fields: ['text'] } },
};
const former = 'what was there before';
let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meetlat-fresh-'));
  const storage = await openLmdb({ directory });
  const all = await storage.collection(notes);
  const key = (n: number) => ({ tenant: 't', id: `n${n}` });
  const numbers = Array.from({ length: 2_500 }, (_, n) => n);
  await Promise.all(numbers.map((n) => all.insert(key(n), { text: `${former} ${n}` })));
  await Promise.all(
    numbers.map((n) => (n % 2 === 0 ? all.replace(key(n), 1, { text: `now ${n}` }) : all.remove(key(n), 1))),
  );
  await storage.close();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const bytes = () => readFile(join(directory, 'database', 'data.mdb'));
async function texts(): Promise<readonly string[]> {
  const storage = await openLmdb({ directory });
  try {
    return (await (await storage.collection(notes)).every(undefined, 10_000)).map(({ value }) => value.text);
  } finally {
    await storage.close();
  }
}

describe('a fresh copy', () => {
  it('holds what was there, and no byte of what was overwritten or removed', async () => {
    const before = await texts();
    expect(before).toHaveLength(1_250);
    expect((await bytes()).includes(former)).toBe(true);
    expect(await makeFreshCopy(directory)).toBe('not-asked');
    await askForFreshCopy(directory);
    expect(await makeFreshCopy(directory)).toBe('made');
    expect((await bytes()).includes(former)).toBe(false);
    expect(await texts()).toEqual(before);
    expect(await makeFreshCopy(directory)).toBe('not-asked');
    expect((await readdir(directory)).sort()).toEqual(['database']);
  });

  it('is made anew where one was cut off', async () => {
    const before = await texts();
    await askForFreshCopy(directory);
    await mkdir(join(directory, 'database.fresh'));
    await writeFile(join(directory, 'database.fresh', 'data.mdb'), 'half a file');
    expect(await makeFreshCopy(directory)).toBe('made');
    expect(await texts()).toEqual(before);
  });

  it('is not opened by others while it is made; who was killed at it keeps nobody out', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
    await writeFile(join(directory, 'fresh-copy-by'), String(other.pid));
    await expect(openLmdb({ directory })).rejects.toMatchObject({ code: 'storage-unavailable' });
    const gone = new Promise((resolve) => other.once('exit', resolve));
    other.kill('SIGKILL');
    await gone;
    expect(await texts()).toHaveLength(1_250);
  });

  it('waits for the next start while another process has the database open', async () => {
    await askForFreshCopy(directory);
    const program = `
      const { open } = await import(${JSON.stringify(import.meta.resolve('lmdb'))});
      const database = open({ path: ${JSON.stringify(join(directory, 'database'))}, noSubdir: false, maxDbs: 1 });
      database.doesExist('x');
      console.log('open');
      setInterval(() => database.doesExist('x'), 1000);`;
    const other = spawn(process.execPath, ['--input-type=module', '-e', program]);
    await new Promise((resolve) => other.stdout.once('data', resolve));
    try {
      expect(await makeFreshCopy(directory)).toBe('in-use');
      expect(isFreshCopyDue(directory)).toBe(true);
      expect((await bytes()).includes(former)).toBe(true);
    } finally {
      const gone = new Promise((resolve) => other.once('exit', resolve));
      other.kill('SIGKILL');
      await gone;
    }
    expect(await makeFreshCopy(directory)).toBe('made');
  });
});
