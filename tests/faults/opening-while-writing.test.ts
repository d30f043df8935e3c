/**
 * A process opens the LMDB folder while another writes to it. In the library the dangerous moment is microseconds long;
 * here it is made 50 ms long, by a C compiler where there is one.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { WriterProcess } from './writer-process.ts';

const root = join(import.meta.dirname, '../..');
const openings = process.env['MEETLAT_FULL'] === '1' ? 100 : 10;
const canSlowDown = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meetlat-opening-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.skipIf(!canSlowDown)('nothing that was acknowledged is lost, and the writer goes on', async () => {
  const slow = join(folder, 'slow-opening.so');
  execFileSync('cc', ['-shared', '-fPIC', '-o', slow, join(root, 'tests/faults/slow-opening.c'), '-ldl']);
  const writer = new WriterProcess(join(folder, 'data'), 'writer');
  await writer.until(1);
  const opener = spawn(
    process.execPath,
    ['--import', 'tsx', join(root, 'tests/faults/storage-opener.ts'), join(folder, 'data'), String(openings)],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, LD_PRELOAD: slow } },
  );
  expect(await new Promise((resolve) => opener.once('close', resolve))).toBe(0);
  expect(writer.end).toEqual([null, null]);
  await writer.kill();
  await expectKept(writer);
});

/** What the writer said was acknowledged is there. */
async function expectKept({ commits }: WriterProcess): Promise<void> {
  const storage = await openLmdb({ directory: join(folder, 'data') });
  expect(commits.size).toBeGreaterThan(0);
  for (const [id, acknowledged] of commits) {
    const kept = await storage.journal.read({ tenant: 'agency', kind: 'session', id });
    const hashes = acknowledged.map(([, hash]) => hash);
    expect(kept.slice(0, hashes.length).map(({ hash }) => hash)).toEqual(hashes);
  }
  await storage.close();
}
