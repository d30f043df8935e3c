/**
 * How processes on one folder learn of each other's writes. Each write leaves its name in a ring beside the data, in
 * the same transaction; while somebody listens, a process looks ten times a second at the number of the newest name,
 * which is one read from memory. Works wherever LMDB does, unlike a watch on the file.
 */
import type { Timers } from '../document/timers.ts';
import type { Key, StreamId } from '../port.ts';
import { Watchers } from '../port.watch.ts';
import type { Database } from './database.ts';

/** What was written: a document of a collection, or a commit of a stream. */
type Change =
  { readonly collection: string; readonly key: Key } | { readonly stream: StreamId; readonly version: number };

/**
 * Names kept. A process that looks away while more than this many writes pass misses the oldest of them: whoever needs
 * every change looks at the whole from time to time, too.
 */
const ringSize = 20_000;
const lookEveryMs = 100;
const newestKey = ['w', 'newest'] as const;

export class LmdbChanges {
  private readonly watchers = new Watchers();
  /** Numbers of our own writes that were not met in the ring yet: they are told by the write itself. */
  private readonly own = new Set<number>();
  private seen = 0;
  private stopLooking: (() => void) | undefined;

  /** Without timers only the writes of this process are told. */
  constructor(
    private readonly database: Database,
    private readonly timers: Pick<Timers, 'every'> | undefined,
  ) {}

  /** Only inside the body of a transaction: other processes learn of this change. */
  note(change: Change): void {
    const number = this.newest() + 1;
    this.database.put(newestKey, String(number));
    this.database.put(['w', number % ringSize], JSON.stringify({ number, ...change }));
    if (this.stopLooking !== undefined) this.own.add(number);
  }

  /** After the transaction: listeners of this process learn of it at once. */
  tell(change: Change): void {
    if ('collection' in change) this.watchers.tell(change.collection, change.key);
    else this.watchers.tellAppend(change.stream, change.version);
  }

  watch(collection: string, tenant: string, changed: (key: Key) => void): () => void {
    return this.listening(this.watchers.add(collection, tenant, changed));
  }

  watchAppends(appended: (stream: StreamId, version: number) => void): () => void {
    return this.listening(this.watchers.addAppend(appended));
  }

  close(): void {
    this.stopLooking?.();
    this.stopLooking = undefined;
    this.own.clear();
  }

  private listening(stop: () => void): () => void {
    if (this.stopLooking === undefined && this.timers !== undefined) {
      this.database.refresh();
      this.seen = this.newest();
      this.stopLooking = this.timers.every(lookEveryMs, () => this.look());
    }
    return () => {
      stop();
      if (!this.watchers.isWatched) this.close();
    };
  }

  private look(): void {
    this.database.refresh();
    const newest = this.newest();
    const first = Math.max(this.seen, newest - ringSize) + 1;
    this.seen = newest;
    for (let number = first; number <= newest; number += 1) if (!this.own.delete(number)) this.tellNumber(number);
  }

  private tellNumber(number: number): void {
    const value = this.database.get(['w', number % ringSize]);
    if (value === undefined) return;
    const change: Change & { readonly number: number } = JSON.parse(textOf(value));
    if (change.number === number) this.tell(change);
  }

  private newest(): number {
    const value = this.database.get(newestKey);
    return value === undefined ? 0 : Number(textOf(value));
  }
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
