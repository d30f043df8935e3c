/**
 * A process opens the LMDB folder while another writes to it. In the library the dangerous moment is microseconds long;
 * here it is made 50 ms long, by a C compiler where there is one.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLmdb } from '../../storage/lmdb/open.ts';

const root = join(import.meta.dirname, '../..');
const openings = process.env['MEETLAT_FULL'] === '1' ? 100 : 10;
const canSlowDown = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meetlat-opening-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (script: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess =>
  spawn(process.execPath, ['--import', 'tsx', join(root, 'tests/faults', script), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });

it.skipIf(!canSlowDown)('nothing that was acknowledged is lost, and the writer goes on', async () => {
  const slow = join(folder, 'slow-opening.so');
  execFileSync('cc', ['-shared', '-fPIC', '-o', slow, join(root, 'tests/faults/slow-opening.c'), '-ldl']);
  const writer = run('storage-writer.ts', [join(folder, 'data'), 'writer']);
  const said: string[] = [];
  writer.stdout?.on('data', (data: Buffer) => said.push(data.toString()));
  await new Promise((resolve) => writer.stdout?.once('data', resolve));
  const opener = run('storage-opener.ts', [join(folder, 'data'), String(openings)], { LD_PRELOAD: slow });
  expect(await new Promise((resolve) => opener.once('close', resolve))).toBe(0);
  expect([writer.exitCode, writer.signalCode]).toEqual([null, null]);
  const ended = new Promise((resolve) => writer.once('close', resolve));
  writer.kill('SIGKILL');
  await ended;
  await expectKept(said.join('').split('\n').slice(0, -1));
});

/** Each line that the writer said stands for something that is there. */
async function expectKept(lines: readonly string[]): Promise<void> {
  const storage = await openLmdb({ directory: join(folder, 'data') });
  const streams = new Map<string, string[]>();
  for (const [what = '', id = '', , hash = ''] of lines.map((line) => line.split(' ')))
    if (what === 'commit') streams.set(id, [...(streams.get(id) ?? []), hash]);
  expect(streams.size).toBeGreaterThan(0);
  for (const [id, hashes] of streams) {
    const commits = await storage.journal.read({ tenant: 'agency', kind: 'session', id });
    expect(commits.slice(0, hashes.length).map(({ hash }) => hash)).toEqual(hashes);
  }
  await storage.close();
}
