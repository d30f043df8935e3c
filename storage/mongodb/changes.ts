/**
 * Tells listeners of changes: those of this process at once, those of other processes by a change stream for each
 * collection that has a listener.
 */
import type { ChangeStream, Db, Document } from 'mongodb';
import type { Key } from '../port.ts';
import { Watchers } from '../port.watch.ts';

export class Changes {
  private readonly watchers = new Watchers();
  private readonly streams = new Map<string, ChangeStream>();

  /** @param failed is told when a change stream ends for good (a server without an oplog); own writes are told still */
  constructor(
    private readonly db: Db,
    private readonly failed: (error: Error) => void,
  ) {}

  /** A write of this process may be told twice: by itself and by the stream. */
  watch(collection: string, tenant: string, changed: (key: Key) => void): () => void {
    const stop = this.watchers.add(collection, tenant, changed);
    if (!this.streams.has(collection)) this.open(collection);
    return () => {
      stop();
      if (this.watchers.count(collection) === 0) void this.end(collection);
    };
  }

  tell(collection: string, key: Key): void {
    this.watchers.tell(collection, key);
  }

  async close(): Promise<void> {
    await Promise.all([...this.streams.keys()].map((collection) => this.end(collection)));
  }

  private open(collection: string): void {
    const stream = this.db
      .collection(collection)
      .watch([{ $match: { operationType: { $in: ['insert', 'replace', 'update', 'delete'] } } }]);
    this.streams.set(collection, stream);
    stream.on('change', (change: Document) => {
      const key: Key | undefined = change['documentKey']?._id;
      if (key !== undefined) this.watchers.tell(collection, { tenant: key.tenant, id: key.id });
    });
    stream.on('error', (error) => {
      if (this.streams.get(collection) !== stream) return;
      this.streams.delete(collection);
      this.failed(error);
    });
  }

  private async end(collection: string): Promise<void> {
    const stream = this.streams.get(collection);
    this.streams.delete(collection);
    await stream?.close();
  }
}
