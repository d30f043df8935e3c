/** Where operations wait until they are acknowledged: IndexedDB, so that a reload or a crash loses none. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { protocolVersion } from '../../../server/http/wire.ts';
import type { SentOperation } from './operation.ts';
import { inPresentShape } from './shapes.ts';

export interface OutboxStore {
  /** Everything kept for a session, in the order of its numbers. */
  load(session: string): Promise<SentOperation[]>;
  /** Keeps an operation; one with the same opId is replaced. */
  put(session: string, operation: SentOperation): Promise<void>;
  remove(session: string, opIds: readonly string[]): Promise<void>;
}

interface Schema extends DBSchema {
  operations: {
    key: [string, string];
    value: {
      readonly session: string;
      readonly opId: string;
      readonly operation: SentOperation;
      /** Version of the wire that the operation was made in; 1 where none stands. */
      readonly protocol?: number;
    };
    indexes: { session: string };
  };
}

export function indexedDbStore(name = 'meetlat-outbox'): OutboxStore {
  let opened: Promise<IDBPDatabase<Schema>> | undefined;
  const database = (): Promise<IDBPDatabase<Schema>> => {
    opened ??= openDB<Schema>(name, 1, {
      upgrade(db) {
        db.createObjectStore('operations', { keyPath: ['session', 'opId'] }).createIndex('session', 'session');
      },
      // The browser has thrown it away: what comes next is kept in a new one.
      terminated() {
        opened = undefined;
      },
    }).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    async load(session) {
      const records = await (await database()).getAllFromIndex('operations', 'session', session);
      return records
        .map(({ operation, protocol = 1 }) => inPresentShape(operation, protocol))
        .sort((a, b) => a.seq - b.seq);
    },
    async put(session, operation) {
      await (
        await database()
      ).put('operations', { session, opId: operation.opId, operation, protocol: protocolVersion });
    },
    async remove(session, opIds) {
      const transaction = (await database()).transaction('operations', 'readwrite');
      await Promise.all([...opIds.map((opId) => transaction.store.delete([session, opId])), transaction.done]);
    },
  };
}

/** Lost with the page: for tests, and for nothing else. */
export function memoryStore(): OutboxStore {
  const kept = new Map<string, Map<string, SentOperation>>();
  const of = (session: string): Map<string, SentOperation> => {
    const known = kept.get(session) ?? new Map<string, SentOperation>();
    kept.set(session, known);
    return known;
  };
  return {
    load: (session) => Promise.resolve([...of(session).values()].sort((a, b) => a.seq - b.seq)),
    put: (session, operation) => {
      of(session).set(operation.opId, operation);
      return Promise.resolve();
    },
    remove: (session, opIds) => {
      for (const opId of opIds) of(session).delete(opId);
      return Promise.resolve();
    },
  };
}
