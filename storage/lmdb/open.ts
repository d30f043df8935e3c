/**
 * The embedded engine: nothing to install, one folder, safe for several processes on one machine, survives kill -9. Not
 * for network file systems.
 */
import { join } from 'node:path';
import type { Storage } from '../port.ts';
import { StoredBlobs } from '../blobs/stored-blobs.ts';
import { Watchers } from '../port.watch.ts';
import { LmdbChunks } from './blobs.ts';
import { LmdbCollection } from './collection.ts';
import { Database } from './database.ts';
import { LmdbJournal } from './journal.ts';

export interface LmdbStorage extends Storage {
  /**
   * Copies the database, compacted, into a folder while it is in use. Blob files never change once written: copy
   * `blobs/` after it.
   */
  backup(directory: string): Promise<void>;
}

/**
 * Opens the storage in a folder, which is made when it does not exist: `database/` and `blobs/` come in it.
 * `watch` sees the writes of this process only. Throws StorageUnavailable.
 */
export async function openLmdb({ directory }: { readonly directory: string }): Promise<LmdbStorage> {
  const database = Database.open(join(directory, 'database'));
  const chunks = new LmdbChunks(database, join(directory, 'blobs'));
  const watchers = new Watchers();
  return {
    engine: 'lmdb',
    collection: (definition) => Promise.resolve(new LmdbCollection(database, watchers, definition)),
    journal: new LmdbJournal(database),
    blobs: (dataKeyOf) => new StoredBlobs(chunks, dataKeyOf),
    ping: async () => {
      database.has(['d', 'ping', '', '']);
      await Promise.resolve();
    },
    backup: (target) => database.backup(target),
    close: () => database.close(),
  };
}
