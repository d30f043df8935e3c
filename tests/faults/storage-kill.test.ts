/**
 * `kill -9` of processes that write to LMDB, two at a time on one folder: every acknowledged commit and document is
 * there after reopening, every chain verifies, pending work is kept with its commit, and the survivor is not held up by
 * the dead one's locks.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLmdb } from '../../storage/lmdb/open.ts';

const kills = process.env['MEETLAT_FULL'] === '1' ? 50 : 10;
const root = join(import.meta.dirname, '../..');

class Writer {
  readonly commits = new Map<string, readonly [version: number, hash: string][]>();
  readonly documents: string[] = [];
  acknowledged = 0;
  private rest = '';
  private readonly ended: Promise<unknown>;
  private readonly child: ChildProcess;

  constructor(
    folder: string,
    readonly name: string,
  ) {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(root, 'tests/faults/storage-writer.ts'), folder, name],
      { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    child.stdout.on('data', (data: Buffer) => {
      this.hear(data.toString());
    });
    // 'close' comes when all output was read, too.
    this.ended = new Promise((resolve) => child.once('close', resolve));
    this.child = child;
  }

  async until(acknowledged: number): Promise<void> {
    while (this.acknowledged < acknowledged) {
      if (this.child.exitCode !== null) throw new Error(`writer ${this.name} ended by itself`);
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  private hear(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      const [what, id = '', version, hash = ''] = line.split(' ');
      if (what === 'commit') this.commits.set(id, [...(this.commits.get(id) ?? []), [Number(version), hash]]);
      else this.documents.push(id);
      this.acknowledged += 1;
    }
  }
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meetlat-kill-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function verify(writers: readonly Writer[]): Promise<void> {
  const storage = await openLmdb({ directory: folder });
  const people = await storage.collection<{ readonly reference: string }, 'reference'>({
    name: 'people',
    indexes: { reference: { fields: ['reference'], unique: true } },
  });
  const pending = new Set(
    (await storage.journal.pending(1_000_000)).map(({ stream, version }) => `${stream.id} ${version}`),
  );
  for (const writer of writers) {
    for (const [id, acknowledged] of writer.commits) {
      const read = await storage.journal.read({ tenant: 'agency', kind: 'session', id });
      const hashes = new Map(read.map(({ version, hash }) => [version, hash]));
      expect(acknowledged.filter(([version, hash]) => hashes.get(version) !== hash)).toEqual([]);
      expect(read.filter(({ version }) => !pending.has(`${id} ${version}`))).toEqual([]);
    }
    for (const id of writer.documents) {
      const [found] = (await people.find('agency', { index: 'reference', equal: [`r ${id}`] })).documents;
      expect(found?.id).toBe(id);
      expect(await people.get({ tenant: 'agency', id: `${id} again` })).toBeUndefined();
    }
  }
  await storage.close();
}

it(`${kills} kills lose nothing that was acknowledged`, { timeout: 10 * 60_000 }, async () => {
  const writers: Writer[] = [];
  for (let killed = 0; killed < kills; killed += 2) {
    const pair = [new Writer(folder, `${killed}`), new Writer(folder, `${killed + 1}`)] as const;
    writers.push(...pair);
    await Promise.all(pair.map((writer) => writer.until(20)));
    await new Promise((resolve) => {
      setTimeout(resolve, Math.random() * 150);
    });
    await pair[0].kill();
    await pair[1].until(pair[1].acknowledged + 20);
    await new Promise((resolve) => {
      setTimeout(resolve, Math.random() * 50);
    });
    await pair[1].kill();
    await verify(pair);
  }
  await verify(writers);
  console.log(
    `LMDB: ${kills} kills, ${writers.reduce((sum, { acknowledged }) => sum + acknowledged, 0)} ` +
      'acknowledged writes, none lost',
  );
});
