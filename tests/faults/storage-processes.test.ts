/**
 * Processes that write the same things in one LMDB folder: each unique value and each version goes to one of them, and
 * nothing is lost.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { openLmdb } from '../../storage/lmdb/open.ts';

const root = join(import.meta.dirname, '../..');
const count = process.env['MEETLAT_FULL'] === '1' ? 500 : 100;
const processes = ['a', 'b', 'c'];

it(`${processes.length} processes race for ${count} unique values and one stream`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meetlat-race-'));
  const outputs = await Promise.all(
    processes.map((name) =>
      promisify(execFile)(
        process.execPath,
        ['--import', 'tsx', join(root, 'tests/faults/storage-racer.ts'), folder, name, String(count)],
        { cwd: root },
      ),
    ),
  );
  const wins = outputs.map(({ stdout }): number => JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}').won);
  expect(wins.reduce((sum, won) => sum + won, 0)).toBe(count);
  const storage = await openLmdb({ directory: folder });
  const read = await storage.journal.read({ tenant: 'agency', kind: 'session', id: 'shared' });
  const events = read.flatMap((commit) => commit.events);
  for (const name of processes)
    expect(events.filter((event) => event['name'] === name).map((event) => event['n'])).toEqual(
      Array.from({ length: count }, (_, n) => n),
    );
  await storage.close();
  await rm(folder, { recursive: true, force: true });
});
