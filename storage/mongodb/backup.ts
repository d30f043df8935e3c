/**
 * A copy of the database as it stands at one moment, while it is in use, and back: a file of BSON documents for each
 * collection, as mongodump writes them. The persons' data keys are left out of it and returned, to be kept apart.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BSON, type Db, MongoClient } from 'mongodb';
import type { KeptKeyEntry } from '../journal/backup-keys.ts';
import { dataKeysName } from '../keys/data-keys.ts';
import { reach } from './failure.ts';
import { databaseOf } from './open.ts';
import { restoringName } from './restoring.ts';

/** What the engine writes anew; not part of what is kept. */
const passing = new Set(['journal.term', restoringName]);
const extension = '.bson';

async function inDatabase<T>(uri: string, work: (db: Db, client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(uri, { writeConcern: { w: 'majority', journal: true }, promoteBuffers: true });
  try {
    await reach(() => client.connect());
    return await reach(() => work(client.db(databaseOf(uri)), client));
  } finally {
    await client.close();
  }
}

/**
 * All of it from one snapshot. MongoDB keeps a snapshot for five minutes (minSnapshotHistoryWindowInSeconds): a larger
 * database needs a longer window, or ends here with its error. @param folder must not exist
 */
export async function dumpDatabase(uri: string, folder: string): Promise<readonly KeptKeyEntry[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return inDatabase(uri, (db, client) =>
    client.withSession({ snapshot: true }, async (session) => {
      const keys: KeptKeyEntry[] = [];
      for (const { name } of await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray()) {
        if (passing.has(name)) continue;
        const file = createWriteStream(join(folder, `${name}${extension}`), { mode: 0o600, flags: 'wx', flush: true });
        for await (const document of db.collection(name).find({}, { session })) {
          const bytes = BSON.serialize(document);
          if (name === dataKeysName)
            keys.push({
              tenant: String(document['tenant']),
              person: String(document['id']),
              entry: Buffer.from(bytes).toString('base64'),
            });
          else if (!file.write(bytes)) await once(file, 'drain');
        }
        file.end();
        await once(file, 'close');
      }
      return keys;
    }),
  );
}

/** Documents of a file, one after another: each begins with its length. */
async function* documentsOf(path: string): AsyncGenerator<BSON.Document> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(4);
    while ((await file.read(head, 0, 4)).bytesRead === 4) {
      const bytes = Buffer.alloc(head.readInt32LE(0));
      head.copy(bytes);
      await file.read(bytes, 4, bytes.length - 4);
      yield BSON.deserialize(bytes, { promoteBuffers: true });
    }
  } finally {
    await file.close();
  }
}

/** False where the database holds anything but what a restore that was interrupted left behind. */
export const isFreeToRestore = (uri: string): Promise<boolean> =>
  inDatabase(uri, async (db) => {
    const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
    return names.length === 0 || names.includes(restoringName);
  });

/** From now on nobody opens the database, until `endRestore`. Safe to repeat: it begins anew. */
export const loadDatabase = (uri: string, folder: string, keys: readonly KeptKeyEntry[]): Promise<void> =>
  inDatabase(uri, async (db) => {
    await db.collection(restoringName).updateOne({}, { $set: { restoring: true } }, { upsert: true });
    for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray())
      if (name !== restoringName) await db.collection(name).drop();
    for (const name of await readdir(folder))
      for await (const document of documentsOf(join(folder, name)))
        await db.collection(name.slice(0, -extension.length)).insertOne(document);
    for (const { entry } of keys)
      await db.collection(dataKeysName).insertOne(BSON.deserialize(Buffer.from(entry, 'base64')));
  });

export const endRestore = (uri: string): Promise<void> =>
  inDatabase(uri, async (db) => {
    await db.collection(restoringName).drop();
  });

export const dropRestored = (uri: string): Promise<void> =>
  inDatabase(uri, async (db) => {
    await db.dropDatabase();
  });
