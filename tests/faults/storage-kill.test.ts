/**
 * `kill -9` of processes that write to LMDB, two at a time on one folder: every acknowledged commit and document is
 * there after reopening, every chain verifies, pending work is kept with its commit, and the survivor is not held up by
 * the dead one's locks.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLmdb } from '../../storage/lmdb/open.ts';
import { WriterProcess } from './writer-process.ts';

const kills = process.env['MEETLAT_FULL'] === '1' ? 50 : 10;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meetlat-kill-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function verify(writers: readonly WriterProcess[]): Promise<void> {
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
  const writers: WriterProcess[] = [];
  for (let killed = 0; killed < kills; killed += 2) {
    const pair = [new WriterProcess(folder, `${killed}`), new WriterProcess(folder, `${killed + 1}`)] as const;
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
