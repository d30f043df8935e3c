/**
 * One LMDB database with composite keys; every value begins with the CRC-32 of the rest, because LMDB itself has no
 * checksums.
 * A transaction's body is synchronous and checks before it writes: the library does not roll back what a body wrote
 * before it threw.
 */
import { crc32 } from 'node:zlib';
import { mkdirSync } from 'node:fs';
import { type RootDatabase, open } from 'lmdb';
import { CorruptStorage, StorageError, StorageUnavailable } from '../port.ts';
import { WriteGate } from './write-gate.ts';

export type KeyPart = string | number | boolean;
/** The first part says what the entry is: see the list below. */
export type EntryKey = readonly [Space, ...KeyPart[]];
/**
 * d: document (collection, tenant, id) · i: index entry (collection, index, tenant, values…, id) · j: commit (tenant,
 * kind, id, version) · h: head of a stream (tenant, kind, id) · p: pending work (tenant, kind, id, version) · u: head
 * not in a checkpoint (tenant, kind, id) · c: chunk (tenant, person, id, n) · b: sealed blob (tenant, person, id) · w:
 * what was written lately (place in a ring)
 */
export type Space = 'd' | 'i' | 'j' | 'h' | 'p' | 'u' | 'c' | 'b' | 'w';

/** Sorts after every part: no UTF-8 text begins with this byte. */
const last = new Uint8Array([255]);

type RawKey = (KeyPart | Uint8Array)[];

export interface KeyRange {
  /** All entries whose key begins with these parts … */
  readonly prefix: EntryKey;
  /** … whose next part is at least / below this … */
  readonly from?: KeyPart | undefined;
  readonly below?: KeyPart | undefined;
  /** … and that come after this key in the order asked for. */
  readonly after?: EntryKey | undefined;
  readonly descending?: boolean | undefined;
  readonly limit?: number | undefined;
}

export class Database {
  private constructor(
    private readonly db: RootDatabase<Uint8Array, RawKey>,
    private readonly gate: WriteGate,
  ) {}

  static async open(directory: string): Promise<Database> {
    try {
      const gate = await WriteGate.of(directory);
      try {
        return new Database(await gate.within(() => Promise.resolve(openFile(directory))), gate);
      } catch (error) {
        await gate.close();
        throw error;
      }
    } catch (error) {
      throw new StorageUnavailable(
        `The database in ${directory} cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      );
    }
  }

  /** Throws CorruptStorage when the value does not have its checksum. */
  get(key: EntryKey): Uint8Array | undefined {
    const value = this.db.get([...key]);
    return value === undefined ? undefined : openValue(key, value);
  }

  has(key: EntryKey): boolean {
    return this.db.doesExist([...key]);
  }

  /** What is read from here on includes all that other processes have committed until now. */
  refresh(): void {
    this.db.resetReadTxn();
  }

  /** Only inside the body of `transact`. */
  put(key: EntryKey, value: Uint8Array | string): void {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    const framed = Buffer.allocUnsafe(bytes.length + 4);
    framed.writeUInt32BE(crc32(bytes), 0);
    framed.set(bytes, 4);
    void this.db.put([...key], framed);
  }

  /** Only inside the body of `transact`. */
  remove(key: EntryKey): void {
    void this.db.remove([...key]);
  }

  /** Keys of a range, in order. To be used up before the next await, so that all of it is one snapshot. */
  *keys(range: KeyRange): Generator<readonly KeyPart[]> {
    for (const key of this.db.getKeys(bounds(range))) yield key.map(part);
  }

  *entries(range: KeyRange): Generator<{ readonly key: readonly KeyPart[]; readonly value: Uint8Array }> {
    for (const { key, value } of this.db.getRange(bounds(range)))
      yield { key: key.map(part), value: openValue(range.prefix, value) };
  }

  /**
   * Runs the body in one write transaction and resolves when it is on the disk. Transactions asked for at the same time
   * share one sync.
   */
  async transact<R>(body: () => R): Promise<R> {
    try {
      return await this.gate.within(() => this.db.transaction(body));
    } catch (error) {
      if (error instanceof StorageError) throw error;
      throw new StorageUnavailable(
        `The database could not write: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      );
    }
  }

  /** Processes that have this database open, this one aside. */
  others(): readonly number[] {
    this.db.readerCheck();
    const pids = [...this.db.readerList().matchAll(/^\s*(\d+) /gm)].map(([, pid]) => Number(pid));
    return [...new Set(pids)].filter((pid) => pid !== process.pid);
  }

  /** Puts every entry that is asked for, as it stands, into another database. Nobody may write meanwhile. */
  async copyInto(target: Database, isCopied: (key: readonly unknown[]) => boolean = () => true): Promise<void> {
    let after: RawKey | undefined;
    do {
      const from = after === undefined ? {} : { start: after, exclusiveStart: true };
      const batch = [...this.db.getRange({ ...from, limit: 1000 })].map(({ key, value }) => ({
        key,
        value: Buffer.from(value),
      }));
      await target.transact(() => {
        for (const { key, value } of batch) if (isCopied(key)) void target.db.put(key, value);
      });
      after = batch.at(-1)?.key;
    } while (after !== undefined);
  }

  async backup(directory: string): Promise<void> {
    mkdirSync(directory, { recursive: true });
    await this.db.backup(directory, true);
  }

  async close(): Promise<void> {
    await this.gate.within(() => this.db.close());
    await this.gate.close();
  }
}

/** Without overlappingSync:false a transaction's promise would resolve before its pages are on the disk. */
const openFile = (path: string): RootDatabase<Uint8Array, RawKey> =>
  open<Uint8Array, RawKey>({ path, noSubdir: false, overlappingSync: false, encoding: 'binary', maxDbs: 1 });

function part(value: KeyPart | Uint8Array): KeyPart {
  if (value instanceof Uint8Array) throw new CorruptStorage('key', 'has a part that is neither text nor number');
  return value;
}

function bounds({ prefix, from, below, after, descending = false, limit }: KeyRange) {
  const low: RawKey = from === undefined ? [...prefix] : [...prefix, from];
  const high: RawKey = below === undefined ? [...prefix, last] : [...prefix, below];
  const start: RawKey = after === undefined ? (descending ? high : low) : [...after];
  return {
    start,
    end: descending ? low : high,
    reverse: descending,
    exclusiveStart: after !== undefined,
    ...(limit === undefined ? {} : { limit }),
  };
}

function openValue(key: EntryKey, framed: Uint8Array): Uint8Array {
  const bytes = framed.subarray(4);
  const stored = framed.length < 4 ? undefined : Buffer.from(framed.buffer, framed.byteOffset, 4).readUInt32BE(0);
  if (stored !== crc32(bytes))
    throw new CorruptStorage(key.slice(1).join('/'), 'the stored bytes do not have their checksum');
  return bytes;
}
