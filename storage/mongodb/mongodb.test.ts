import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defined } from '../document/defined.ts';
import type { Storage } from '../port.ts';
import { type OpenedStorage, storageSuite, suiteTimers } from '../port.suite.ts';
import { type TestMongo, hasMongo, startMongo, withoutMongo } from '../../tests/mongo.ts';
import { openMongo } from './open.ts';
import { tamperingMongo } from './tampering.suite.ts';

let mongo: TestMongo | undefined;

async function opened(): Promise<OpenedStorage> {
  if (mongo === undefined) throw new Error('MongoDB is not started');
  const { uri } = mongo;
  const database = `meetlat-suite-${randomBytes(6).toString('hex')}`;
  const storages: Storage[] = [];
  const again: OpenedStorage['again'] = async (refused) => {
    const storage = await openMongo({ uri, database, timers: suiteTimers, ...defined({ refused }) });
    storages.push(storage);
    return storage;
  };
  const storage = await again();
  const client = await MongoClient.connect(uri, { promoteBuffers: true });
  const db = client.db(database);
  return {
    storage,
    again,
    tamper: tamperingMongo(db),
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
