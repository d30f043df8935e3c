/** The one suite that both engines pass. */
import { afterAll, beforeAll, describe } from 'vitest';
import type { Timers } from './document/timers.ts';
import type { Key, Storage, StreamId, UploadId } from './port.ts';
import type { TellOfDocument } from './readable.ts';
import { blobSuite } from './port.blobs.suite.ts';
import { checkpointSuite } from './port.checkpoint.suite.ts';
import { collectionSuite } from './port.collection.suite.ts';
import { journalSuite } from './port.journal.suite.ts';
import { pendingSuite } from './port.pending.suite.ts';
import { rewriteSuite } from './port.rewrite.suite.ts';
import { rotationSuite } from './port.rotation.suite.ts';
import { sealSuite } from './port.seal.suite.ts';

/** An empty storage, and ways past the port that an attacker or a bad disk has. */
/** What whoever can write to the database can do past the port. */
export interface Tampering {
  readonly editCommit: (stream: StreamId, version: number, edit: (bytes: Uint8Array) => Uint8Array) => Promise<void>;
  /** Replaces bytes and hash, as somebody would who can compute hashes. */
  readonly forgeCommit: (stream: StreamId, version: number, bytes: Uint8Array, hash: string) => Promise<void>;
  readonly removeCommits: (stream: StreamId, from: number) => Promise<void>;
  /** Replaces the pending work of a commit. */
  readonly setPending: (stream: StreamId, version: number, text: string) => Promise<void>;
  /** Puts something there that is no document. */
  readonly spoilDocument: (collection: string, key: Key) => Promise<void>;
  readonly editChunk: (upload: UploadId, n: number) => Promise<void>;
}

export interface OpenedStorage {
  readonly storage: Storage;
  /** Opens the same data once more, as another process would. */
  readonly again: (refused?: TellOfDocument) => Promise<Storage>;
  readonly tamper: Tampering;
  readonly end: () => Promise<void>;
}

/** The platform's own: watching takes real time. */
export const suiteTimers: Timers = {
  every: (ms, run) => {
    const timer = setInterval(run, ms);
    return () => clearInterval(timer);
  },
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** What the parts of the suite get: the storage, and a new tenant for each test. */
export interface Bench {
  readonly opened: () => OpenedStorage;
  readonly storage: () => Storage;
  /** One more, empty. */
  readonly another: () => Promise<OpenedStorage>;
  readonly tenant: () => string;
}

export function storageSuite(name: string, open: () => Promise<OpenedStorage>): void {
  describe(`storage on ${name}`, () => {
    let opened: OpenedStorage | undefined;
    let tenants = 0;
    const current = (): OpenedStorage => {
      if (opened === undefined) throw new Error('The storage is not open');
      return opened;
    };
    const bench: Bench = {
      opened: current,
      storage: () => current().storage,
      another: open,
      tenant: () => {
        tenants += 1;
        return `agency-${tenants}`;
      },
    };
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      await opened?.end();
    });

    collectionSuite(bench);
    journalSuite(bench);
    pendingSuite(bench);
    checkpointSuite(bench);
    sealSuite(bench);
    rewriteSuite(bench);
    rotationSuite(bench);
    blobSuite(bench);
  });
}
