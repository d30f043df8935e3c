import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defined } from '../document/defined.ts';
import { type Storage, type StreamId, genesisHash } from '../port.ts';
import { write } from '../port.journal.suite.ts';
import { type OpenedStorage, storageSuite, suiteTimers } from '../port.suite.ts';
import { Database } from './database.ts';
import { openLmdb } from './open.ts';
import { tamperingLmdb } from './tampering.suite.ts';

const nameOf = ({ tenant, kind, id }: StreamId): [string, string, string] => [tenant, kind, id];

async function opened(): Promise<OpenedStorage> {
  const directory = await mkdtemp(join(tmpdir(), 'meetlat-lmdb-'));
  const storages: Storage[] = [];
  const again: OpenedStorage['again'] = async (refused) => {
    const storage = await openLmdb({ directory, timers: suiteTimers, ...defined({ refused }) });
    storages.push(storage);
    return storage;
  };
  const storage = await again();
  const database = await Database.open(join(directory, 'database'));
  return {
    storage,
    again,
    tamper: tamperingLmdb(directory, database),
    end: async () => {
      await database.close();
      await Promise.all(storages.map((one) => one.close()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

storageSuite('LMDB', opened);

describe('LMDB', () => {
  const stream = { tenant: 'agency', kind: 'session', id: 's1' };

  async function inFolder<R>(use: (directory: string) => Promise<R>): Promise<R> {
    const directory = await mkdtemp(join(tmpdir(), 'meetlat-lmdb-'));
    try {
      return await use(directory);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  it('has everything after closing and opening', () =>
    inFolder(async (directory) => {
      const before = await openLmdb({ directory });
      const commits = await write(before.journal, stream, 3);
      await before.close();
      const after = await openLmdb({ directory });
      expect(await after.journal.read(stream)).toEqual(commits);
      await after.ping();
      await after.close();
    }));

  it('names a value whose bytes were damaged on the disk', () =>
    inFolder(async (directory) => {
      const storage = await openLmdb({ directory });
      const collection = await storage.collection<{ name: string }, never>({ name: 'people', indexes: {} });
      await collection.insert({ tenant: 'agency', id: 'p1' }, { name: 'a name to be found in the file' });
      await storage.close();
      const file = join(directory, 'database', 'data.mdb');
      const bytes = await readFile(file);
      bytes.fill('x', bytes.lastIndexOf('to be found'), bytes.lastIndexOf('to be found') + 4);
      await writeFile(file, bytes);
      const damaged = await openLmdb({ directory });
      await expect(
        (await damaged.collection<{ name: string }, never>({ name: 'people', indexes: {} })).get({
          tenant: 'agency',
          id: 'p1',
        }),
      ).rejects.toMatchObject({ code: 'corrupt-storage', where: 'people/agency/p1' });
      await damaged.close();
    }));

  it('names a tail that is missing', () =>
    inFolder(async (directory) => {
      const storage = await openLmdb({ directory });
      await write(storage.journal, stream, 3);
      const database = await Database.open(join(directory, 'database'));
      await database.transact(() => {
        database.remove(['j', ...nameOf(stream), 3]);
      });
      await expect(storage.journal.read(stream)).rejects.toMatchObject({
        code: 'corrupt-storage',
        where: 'session agency/s1, version 3',
      });
      await database.close();
      await storage.close();
    }));

  it('backs up while in use', () =>
    inFolder(async (directory) => {
      const storage = await openLmdb({ directory: join(directory, 'live') });
      const commits = await write(storage.journal, stream, 3);
      await storage.backup(join(directory, 'copy', 'database'));
      await storage.journal.append(
        { ...stream, id: 's2' },
        { expectedVersion: 0, previousHash: genesisHash, at: '2026-11-23T09:00:00.000Z', events: [{}] },
      );
      const copy = await openLmdb({ directory: join(directory, 'copy') });
      expect(await copy.journal.read(stream)).toEqual(commits);
      expect(await copy.journal.streams('agency', 'session')).toEqual(['s1']);
      await copy.close();
      await storage.close();
    }));

  it('says in one line that a folder cannot be used', () =>
    inFolder(async (directory) => {
      await writeFile(join(directory, 'taken'), 'a file');
      await expect(openLmdb({ directory: join(directory, 'taken') })).rejects.toMatchObject({
        code: 'storage-unavailable',
      });
    }));
});
