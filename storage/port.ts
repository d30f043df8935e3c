/**
 * The storage port. Nothing above this file knows which engine runs; `port.suite.ts` is what both engines must pass.
 * The tenant (agency) is part of every key: there is no call that reads across tenants but the journal's worker calls.
 */
import type { Instant } from './document/instant.ts';
import type { JsonObject } from './document/json.ts';

export interface Key {
  readonly tenant: string;
  readonly id: string;
}

export interface Stored<T> extends Key {
  /** 1 at insert, plus one at every replace. */
  readonly revision: number;
  readonly value: T;
}

/**
 * An index is declared with the collection; `find` accepts declared indexes only. Fields are top-level members holding
 * string, number or boolean.
 */
export interface IndexDefinition<T> {
  readonly fields: readonly (keyof T & string)[];
  /** Unique inside a tenant. Documents that lack one of the fields are not in the index. */
  readonly unique?: boolean;
}

export interface CollectionDefinition<T, I extends string = string> {
  readonly name: string;
  readonly indexes: Readonly<Record<I, IndexDefinition<T>>>;
  /**
   * True for documents that decide something (who somebody is, what they may do): each is bound to the secret, so that
   * none can be made or changed by whoever only holds the database. See keys/sealed-collection.ts.
   */
  readonly sealed?: boolean;
  /**
   * True for sealed documents that say only what follows from the journal, or holds for a moment: a forged one counts
   * as missing, and is written over when it is made anew.
   */
  readonly replaceable?: boolean;
}

export type IndexValue = string | number | boolean;

export interface Query<I extends string> {
  readonly index: I;
  /** Values of the index's first fields, in their order; the range and the order apply to the next field. */
  readonly equal: readonly IndexValue[];
  /** Inclusive lower and exclusive upper bound of the field after `equal`. */
  readonly from?: IndexValue;
  readonly below?: IndexValue;
  readonly descending?: boolean;
  /** At most this many; 1..1000, default 100. */
  readonly limit?: number;
  /** The `next` of the page before. */
  readonly after?: string;
}

export interface Page<T> {
  readonly documents: readonly Stored<T>[];
  readonly next?: string;
}

export interface Collection<T, I extends string = string> {
  /** Throws DuplicateKey when the id or a unique index value exists; nothing is written then. */
  insert(key: Key, value: T): Promise<Stored<T>>;
  get(key: Key): Promise<Stored<T> | undefined>;
  /**
   * Compare-and-set. Throws RevisionConflict when the stored revision is another (or the document is gone),
   * DuplicateKey on a unique index.
   */
  replace(key: Key, revision: number, value: T): Promise<Stored<T>>;
  /** Compare-and-remove. Throws RevisionConflict. */
  remove(key: Key, revision: number): Promise<void>;
  find(tenant: string, query: Query<I>): Promise<Page<T>>;
  /**
   * Documents of all tenants in the order of tenant and id, after the given one; at most `limit` (default 1000). For
   * migrations and what a command lists.
   */
  every(after?: Key, limit?: number): Promise<readonly Stored<T>[]>;
  /**
   * Calls `changed` after each committed write: at once for those of this process, within a second for those of others;
   * a write may be told twice, and a process that was out of reach for long may miss some. Ends by the returned call.
   */
  watch(tenant: string, changed: (key: Key) => void): () => void;
}

/** `kind` is registration, session, rating, result or bank. */
export interface StreamId extends Key {
  readonly kind: string;
}

/**
 * Work that a commit causes elsewhere. Applied at least once, idempotently, then cleared. Storage knows no kind: each
 * room declares its own.
 */
export interface Consequence<K extends string = string, D extends JsonObject = JsonObject> {
  readonly kind: K;
  readonly data: D;
}
/** The data of a consequence of which the stream says everything. */
export type NoData = Readonly<Record<string, never>>;

/**
 * One append is one commit. `bytes` is the canonical JSON of `{tenant, kind, id, version, at, previousHash, events}`,
 * and `nonce` where the append has one, exactly as hashed; `hash` is SHA-256 of `bytes` in hex. The first commit of a
 * stream has version 1 and previousHash of 64 zeros.
 */
export interface Commit extends StreamId {
  readonly version: number;
  readonly at: Instant;
  readonly previousHash: string;
  readonly hash: string;
  readonly bytes: Uint8Array;
  /** Parsed from `bytes`. */
  readonly events: readonly JsonObject[];
  /** What `Append.seal` returned when the commit was made; see journal/commit-seal.ts. */
  readonly seal?: string;
}

export interface PendingWork {
  readonly stream: StreamId;
  readonly version: number;
  /** CorruptStorage where the stored work is not what the commit was made with: it must not be applied. */
  readonly consequences: readonly Consequence[] | CorruptStorage;
}

export interface Append {
  /** The version the stream has now: 0 for a new one. */
  readonly expectedVersion: number;
  /** Hash of the commit at expectedVersion; 64 zeros for a new stream. */
  readonly previousHash: string;
  readonly at: Instant;
  readonly events: readonly JsonObject[];
  readonly pending?: readonly Consequence[];
  /** Tells it from the same append of another writer in one millisecond: else both are told that they made it. */
  readonly nonce?: string;
  /**
   * Binds the commit and its pending work (their JSON as stored, '' without any) to whoever holds the secret. The
   * engine keeps what it returns beside the bytes.
   */
  readonly seal?: (hash: string, pending: string) => string;
}

/** What an engine keeps of a commit, unchecked but for its own hash, with the JSON of work that is still pending. */
export interface KeptCommit {
  readonly commit: Commit;
  readonly pending: string;
}

export interface Journal {
  /**
   * Resolves only when the commit is durable (survives kill -9; on MongoDB majority and journaled).
   * Throws VersionConflict when the stream is not at expectedVersion; when the stored commit at that version has our
   * hash, it is success (a retry).
   */
  append(stream: StreamId, append: Append): Promise<Commit>;
  /**
   * Commits with version > after, in order. Throws CorruptStorage naming stream and version when a commit's bytes do
   * not have its hash, or a version is missing.
   */
  read(stream: StreamId, after?: number): Promise<readonly Commit[]>;
  /** Ids of the streams of a kind, ordered, at most `limit` (default 1000), after the given id. */
  streams(tenant: string, kind: string, after?: string, limit?: number): Promise<readonly string[]>;
  /** Commits of all tenants whose consequences are not cleared, oldest first within a stream. */
  pending(limit: number): Promise<readonly PendingWork[]>;
  clearPending(stream: StreamId, version: number): Promise<void>;
  /**
   * Commits that no checkpoint lists yet (head of each such stream), and the mark that clears them. For
   * storage/journal/checkpoint.ts only.
   */
  unlisted(
    limit: number,
  ): Promise<readonly { readonly stream: StreamId; readonly version: number; readonly hash: string }[]>;
  markListed(heads: readonly { readonly stream: StreamId; readonly version: number }[]): Promise<void>;
  /**
   * Calls `appended` after every append: at once for those of this process, within a second for those of others, once
   * for each. A process that was out of reach for long may miss some: look at the whole from time to time, too.
   */
  watch(appended: (stream: StreamId, version: number) => void): () => void;
}

export interface CommitPlace {
  readonly stream: StreamId;
  readonly version: number;
}

/** What stands at a place: a commit, or what is wrong with it. */
export interface FoundCommit extends CommitPlace {
  readonly kept: KeptCommit | CorruptStorage;
}

export interface RewrittenCommit {
  /** Hash of the commit that stands there. */
  readonly former: string;
  readonly commit: Commit;
}

/**
 * An engine's half of the journal: it keeps seals and checks none. journal/commit-seal.ts makes the Journal from it.
 */
export interface EngineJournal extends Omit<Journal, 'pending'> {
  /** Commits of all tenants with work that is not cleared, oldest first within a stream. */
  pendingCommits(limit: number): Promise<readonly FoundCommit[]>;
  /** Commits of all tenants after the given place. For sealing what has no seal, or one of a former secret, alone. */
  everyCommit(after: CommitPlace | undefined, limit: number): Promise<readonly FoundCommit[]>;
  /** Puts a seal in the place of the former one (undefined: where there is none); changes nothing else. */
  putSeal(place: CommitPlace, former: string | undefined, seal: string): Promise<void>;
  /** All commits of a stream in order, each checked against its own hash alone. For journal/rewritten.ts only. */
  commitsOf(stream: StreamId): Promise<readonly FoundCommit[]>;
  /**
   * Puts commits, in order, in the place of those that have the former hash; what is not there any more is left. The
   * head is in no checkpoint then. Pending work stays. For journal/rewritten.ts only.
   */
  rewrite(stream: StreamId, replacements: readonly RewrittenCommit[]): Promise<void>;
}

/** One upload: the bytes that together become a blob. `person` owns the key that encrypts it. */
export interface UploadId extends Key {
  readonly person: string;
}

export interface Manifest {
  readonly upload: UploadId;
  /** SHA-256 of every chunk's plain bytes, in order 0..n-1. */
  readonly chunks: readonly string[];
  readonly contentType: string;
}

export interface BlobInfo extends UploadId {
  readonly bytes: number;
  readonly chunks: number;
  readonly sha256: string;
  readonly contentType: string;
}

export interface Blobs {
  /**
   * Idempotent, in any order. Throws ChunkMismatch when the bytes do not have the hash, or when chunk n was stored with
   * another. Refuses a sealed upload with another chunk.
   */
  putChunk(upload: UploadId, n: number, bytes: Uint8Array, sha256: string): Promise<void>;
  /** The chunks stored so far, by their numbers, with the length of each. */
  chunks(upload: UploadId): Promise<readonly { readonly n: number; readonly bytes: number }[]>;
  /**
   * Idempotent. Throws BlobIncomplete naming the missing chunks; the whole content is read back and checked before it
   * resolves.
   */
  seal(manifest: Manifest): Promise<BlobInfo>;
  info(upload: UploadId): Promise<BlobInfo | undefined>;
  /**
   * Plain bytes of a sealed blob. Undefined when it does not exist; throws KeyDestroyed after erasure and
   * CorruptStorage when the bytes fail authentication.
   */
  read(upload: UploadId): Promise<Uint8Array | undefined>;
  /**
   * The bytes from `start` to `end`, both included, piece by piece: each is read and opened when it is asked for, so
   * that nobody's slow reading is kept in memory. Nothing where it does not exist; throws as `read` does.
   */
  readRange(upload: UploadId, start: number, end: number): AsyncIterable<Uint8Array>;
  /** Of one person, sealed or not. */
  uploads(tenant: string, person: string): Promise<readonly UploadId[]>;
  /** Removes the chunks, sealed or not: it is as if nothing was ever uploaded. Idempotent. */
  remove(upload: UploadId): Promise<void>;
}

/** The data key of a person: 32 bytes. Undefined when it was destroyed (erasure) and `create` is false. */
export type DataKeyOf = (tenant: string, person: string, create: boolean) => Promise<Uint8Array | undefined>;

export interface Storage {
  readonly engine: 'lmdb' | 'mongodb';
  /** Opens a collection and its indexes; the same name always with the same definition. */
  collection<T extends object, I extends string>(definition: CollectionDefinition<T, I>): Promise<Collection<T, I>>;
  readonly journal: Journal;
  /** What the journal stands on; for the seal of commits only. */
  readonly engineJournal: EngineJournal;
  /** Blobs need the data keys, which are themselves kept in a collection: the caller ties the two. */
  blobs(dataKeyOf: DataKeyOf): Blobs;
  /** Resolves when the engine answers; rejects when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Documents of the installation itself (keys, leases, checkpoints) live under this tenant. */
export const installationTenant = 'installation';
/** What happened to the installation itself. */
export const installationStream: StreamId = { tenant: installationTenant, kind: 'installation', id: 'storage' };

export const genesisHash = '0'.repeat(64);

/** Base of the errors that storage throws on purpose; `code` is stable. */
export class StorageError extends Error {
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}
export class DuplicateKey extends StorageError {
  constructor(
    readonly collection: string,
    readonly key: Key,
    readonly index?: string,
  ) {
    super(
      'duplicate-key',
      `${collection}: ${index === undefined ? `id ${key.id}` : `index ${index}`} exists already in ${key.tenant}`,
    );
  }
}
export class RevisionConflict extends StorageError {
  constructor(
    readonly collection: string,
    readonly key: Key,
    readonly expected: number,
  ) {
    super('revision-conflict', `${collection}: ${key.tenant}/${key.id} is not at revision ${expected}`);
  }
}
export class VersionConflict extends StorageError {
  constructor(
    readonly stream: StreamId,
    readonly expected: number,
  ) {
    super('version-conflict', `${stream.kind} ${stream.tenant}/${stream.id} is not at version ${expected}`);
  }
}
export class CorruptStorage extends StorageError {
  constructor(
    readonly where: string,
    why: string,
  ) {
    super('corrupt-storage', `${where}: ${why}`);
  }
}
export class ChunkMismatch extends StorageError {
  constructor(
    readonly upload: UploadId,
    readonly chunk: number,
    why: string,
  ) {
    super('chunk-mismatch', `upload ${upload.id}, chunk ${chunk}: ${why}`);
  }
}
export class BlobIncomplete extends StorageError {
  constructor(
    readonly upload: UploadId,
    readonly missing: readonly number[],
  ) {
    super('blob-incomplete', `upload ${upload.id} lacks chunks ${missing.join(', ')}`);
  }
}
export class KeyDestroyed extends StorageError {
  constructor(readonly upload: UploadId) {
    super('key-destroyed', `upload ${upload.id}: the key of its person was destroyed`);
  }
}
export class StorageUnavailable extends StorageError {
  constructor(message: string, options?: ErrorOptions) {
    super('storage-unavailable', message, options);
  }
}
