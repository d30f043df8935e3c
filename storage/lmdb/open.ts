/**
 * The embedded engine: nothing to install, one folder, safe for several processes on one machine, survives kill -9. Not
 * for network file systems.
 */
import { join } from 'node:path';
import type { Timers } from '../document/timers.ts';
import { type Storage, StorageUnavailable } from '../port.ts';
import { StoredBlobs } from '../blobs/stored-blobs.ts';
import { SealingJournal } from '../journal/commit-seal.ts';
import type { TellOfDocument } from '../readable.ts';
import { LmdbChunks } from './blobs.ts';
import { LmdbChanges } from './changes.ts';
import { LmdbCollection } from './collection.ts';
import { Database } from './database.ts';
import { copyingProcess } from './fresh-copy.ts';
import { LmdbJournal } from './journal.ts';

export interface LmdbStorage extends Storage {
  /**
   * Copies the database, compacted, into a folder while it is in use. Blob files never change once written: copy
   * `blobs/` after it.
   */
  backup(directory: string): Promise<void>;
}

export interface LmdbPorts {
  readonly directory: string;
  /** Look for what other processes on the folder write, while somebody watches. */
  readonly timers?: Pick<Timers, 'every'>;
  /** Told of a document that cannot be read where many are; without it that is thrown. */
  readonly refused?: TellOfDocument;
}

/**
 * Opens the storage in a folder, which is made when it does not exist: `database/` and `blobs/` come in it.
 * Without timers `watch` sees the writes of this process only. Throws StorageUnavailable.
 */
export async function openLmdb({ directory, timers, refused }: LmdbPorts): Promise<LmdbStorage> {
  const copying = copyingProcess(directory);
  if (copying !== undefined)
    throw new StorageUnavailable(`Process ${copying} copies the database in ${directory} afresh; try again after it`);
  const database = await Database.open(join(directory, 'database'));
  const chunks = new LmdbChunks(database, join(directory, 'blobs'));
  const changes = new LmdbChanges(database, timers);
  const engineJournal = new LmdbJournal(database, changes);
  return {
    engine: 'lmdb',
    collection: (definition) => Promise.resolve(new LmdbCollection(database, changes, definition, refused)),
    journal: new SealingJournal(engineJournal),
    engineJournal,
    blobs: (dataKeyOf) => new StoredBlobs(chunks, dataKeyOf),
    ping: async () => {
      database.has(['d', 'ping', '', '']);
      await Promise.resolve();
    },
    backup: (target) => database.backup(target),
    close: () => {
      changes.close();
      return database.close();
    },
  };
}
