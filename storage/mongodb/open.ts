/**
 * The engine for several machines: a replica set or a sharded cluster with the tenant as shard key. Single-document
 * atomicity only.
 */
import { MongoClient } from 'mongodb';
import { StoredBlobs } from '../blobs/stored-blobs.ts';
import type { Timers } from '../document/timers.ts';
import { SealingJournal } from '../journal/commit-seal.ts';
import type { Storage } from '../port.ts';
import { MongoChunks } from './blobs.ts';
import { MongoChanges } from './changes.ts';
import type { TellOfDocument } from '../readable.ts';
import { MongoCollection } from './collection.ts';
import { reach } from './failure.ts';
import { MongoJournal } from './journal.ts';
import { Primary } from './primary.ts';
import { refuseHalfRestored } from './restoring.ts';

export interface MongoPorts {
  readonly uri: string;
  /** Default: the one that the address names, otherwise `meetlat`. */
  readonly database?: string;
  /** Open a change stream again that broke. */
  readonly timers?: Pick<Timers, 'after'>;
  /** Told when the changes of other processes cannot be watched for a while. */
  readonly watchFailed?: (error: Error) => void;
  /** Told of a document that cannot be read where many are; without it that is thrown. */
  readonly refused?: TellOfDocument;
  /** True for the restore itself, which looks at what it wrote. */
  readonly isRestore?: boolean;
}

/** Throws StorageUnavailable when no primary answers. */
export async function openMongo({
  uri,
  database,
  timers,
  watchFailed = () => undefined,
  refused,
  isRestore = false,
}: MongoPorts): Promise<Storage> {
  const client = new MongoClient(uri, {
    // An acknowledged write is on the disk of a majority; a read sees only what no fail-over can take back.
    writeConcern: { w: 'majority', journal: true },
    readConcern: { level: 'majority' },
    readPreference: 'primary',
    retryWrites: true,
    retryReads: true,
    promoteBuffers: true,
  });
  const db = client.db(database ?? databaseOf(uri));
  const primary = new Primary(client, db);
  const changes = new MongoChanges({ db, timers, failed: watchFailed });
  try {
    await reach(() => client.connect());
    if (!isRestore) await reach(() => refuseHalfRestored(db));
    const [engineJournal, chunks] = [
      await MongoJournal.open(db, primary, changes),
      await MongoChunks.open(db, primary),
    ];
    return {
      engine: 'mongodb',
      journal: new SealingJournal(engineJournal),
      engineJournal,
      collection: (definition) => MongoCollection.open(db, { primary, changes, refused }, definition),
      blobs: (dataKeyOf) => new StoredBlobs(chunks, dataKeyOf),
      ping: async () => {
        await reach(() => db.command({ ping: 1 }));
      },
      close: async () => {
        await changes.close();
        await client.close();
      },
    };
  } catch (error) {
    await client.close();
    throw error;
  }
}

export const databaseOf = (uri: string): string => /^mongodb(?:\+srv)?:\/\/[^/]+\/([^/?]+)/.exec(uri)?.[1] ?? 'meetlat';
