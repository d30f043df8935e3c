import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Storage } from '../port.ts';
import { type OpenedStorage, storageSuite, suiteTimers } from '../port.suite.ts';
import { type TestMongo, hasMongo, startMongo, withoutMongo } from '../../tests/mongo.ts';
import { openMongo } from './open.ts';

let mongo: TestMongo | undefined;

async function opened(): Promise<OpenedStorage> {
  if (mongo === undefined) throw new Error('MongoDB is not started');
  const { uri } = mongo;
  const database = `meetlat-suite-${randomBytes(6).toString('hex')}`;
  const storages: Storage[] = [];
  const again = async (): Promise<Storage> => {
    const storage = await openMongo({ uri, database, timers: suiteTimers });
    storages.push(storage);
    return storage;
  };
  const storage = await again();
  const client = await MongoClient.connect(uri, { promoteBuffers: true });
  const db = client.db(database);
  const commits = db.collection('journal.commits');
  return {
    storage,
    again,
    tamper: {
      editCommit: async (stream, version, edit) => {
        const stored = await commits.findOne<{ bytes: Buffer }>({ ...stream, version });
        if (stored === null) throw new Error('no such commit');
        await commits.updateOne({ ...stream, version }, { $set: { bytes: Buffer.from(edit(stored.bytes)) } });
      },
      forgeCommit: async (stream, version, bytes, hash) => {
        await commits.updateOne({ ...stream, version }, { $set: { bytes: Buffer.from(bytes), hash } });
      },
      setPending: async (stream, version, text) => {
        await commits.updateOne({ ...stream, version }, { $set: { pending: text } });
      },
      removeCommits: async (stream, from) => {
        await commits.deleteMany({ ...stream, version: { $gte: from } });
      },
      editChunk: async (upload, n) => {
        const chunks = db.collection('blobs.chunks');
        const stored = await chunks.findOne<{ sealed: Buffer }>({ ...upload, n });
        if (stored === null) throw new Error('no such chunk');
        stored.sealed.writeUInt8(stored.sealed.readUInt8(3) ^ 1, 3);
        await chunks.updateOne({ ...upload, n }, { $set: { sealed: stored.sealed } });
      },
    },
    end: async () => {
      await db.dropDatabase();
      await client.close();
      await Promise.all(storages.map((one) => one.close()));
    },
  };
}

if (!hasMongo()) {
  console.log(withoutMongo);
  describe.skip(withoutMongo, () => {
    it('needs a server', () => undefined);
  });
} else {
  describe('with a genuine server', () => {
    beforeAll(async () => {
      mongo = await startMongo();
    });
    afterAll(async () => {
      await mongo?.stop();
    });

    storageSuite('MongoDB', opened);

    it('says that a server does not answer', async () => {
      await expect(openMongo({ uri: 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200' })).rejects.toMatchObject({
        code: 'storage-unavailable',
      });
    });

    it('has the tenant first in every unique index', async () => {
      const { storage, end } = await opened();
      await storage.collection<{ reference: string }, 'reference'>({
        name: 'people',
        indexes: { reference: { fields: ['reference'], unique: true } },
      });
      const client = await MongoClient.connect(mongo?.uri ?? '');
      const { databases } = await client
        .db()
        .admin()
        .listDatabases({ nameOnly: true, filter: { name: /^meetlat-suite-/ } });
      for (const { name } of databases)
        for (const { name: collection } of await client.db(name).listCollections().toArray()) {
          for (const index of await client.db(name).collection(collection).indexes())
            if (index.unique === true) expect(Object.keys(index.key)[0]).toBe('tenant');
        }
      await client.close();
      await end();
    });
  });
}
