/**
 * Tells listeners of changes: those of this process at once, those of other processes by a change stream for each
 * collection that has a listener. A stream that breaks is opened again where it was.
 */
import type { ChangeStream, ChangeStreamOptions, Db, Document, ResumeToken } from 'mongodb';
import type { Timers } from '../document/timers.ts';
import type { Key, StreamId } from '../port.ts';
import { Watchers } from '../port.watch.ts';

export interface ChangesPorts {
  readonly db: Db;
  /** Without timers a stream that broke is not opened again. */
  readonly timers: Pick<Timers, 'after'> | undefined;
  /** Told each time a change stream breaks; own writes are told still. */
  readonly failed: (error: Error) => void;
}

/** Of a server without change streams (no replica set) nothing more is asked than this, ms. */
const longestWaitMs = 60_000;
const firstWaitMs = 1_000;

export const commitCollection = 'journal.commits';

/** Documents say by their id which they are; of a commit the stream says no more than its name and version. */
const writes = [{ $match: { operationType: { $in: ['insert', 'replace', 'update', 'delete'] } } }];
const commits = [
  { $match: { operationType: 'insert' } },
  {
    $project: { 'fullDocument.tenant': 1, 'fullDocument.kind': 1, 'fullDocument.id': 1, 'fullDocument.version': 1 },
  },
];

export class MongoChanges {
  private readonly watchers = new Watchers();
  private readonly feeds = new Map<string, Feed>();
  /** Commits that this process is writing or wrote, and that the change stream has not shown yet. */
  private readonly own = new Set<string>();

  constructor(private readonly ports: ChangesPorts) {}

  /** A write of this process may be told twice: by itself and by the stream. */
  watch(collection: string, tenant: string, changed: (key: Key) => void): () => void {
    const stop = this.watchers.add(collection, tenant, changed);
    this.follow(collection, writes, (change) => {
      const key: Key | undefined = change['documentKey']?._id;
      if (key !== undefined) this.watchers.tell(collection, { tenant: key.tenant, id: key.id });
    });
    return () => {
      stop();
      if (this.watchers.count(collection) === 0) void this.end(collection);
    };
  }

  /** Each commit is told once. */
  watchAppends(appended: (stream: StreamId, version: number) => void): () => void {
    const stop = this.watchers.addAppend(appended);
    this.follow(commitCollection, commits, (change) => {
      const commit: (StreamId & { readonly version: number }) | undefined = change['fullDocument'];
      if (commit === undefined) return;
      const { tenant, kind, id, version } = commit;
      if (!this.own.delete(commitName(commit, version))) this.watchers.tellAppend({ tenant, kind, id }, version);
    });
    return () => {
      stop();
      if (this.watchers.appendCount > 0) return;
      this.own.clear();
      void this.end(commitCollection);
    };
  }

  tell(collection: string, key: Key): void {
    this.watchers.tell(collection, key);
  }

  /**
   * Runs an append and tells of its commit once, although the change stream may show it before the append is
   * acknowledged. What fails, or turns out to be the commit of another process, is left to the stream.
   */
  async appending<R>(stream: StreamId, version: number, append: () => Promise<R | undefined>): Promise<R | undefined> {
    const name = commitName(stream, version);
    if (this.feeds.has(commitCollection)) this.own.add(name);
    let written: R | undefined;
    try {
      written = await append();
      return written;
    } finally {
      const wasShown = this.feeds.has(commitCollection) && !this.own.has(name);
      if (written === undefined) this.own.delete(name);
      if (written !== undefined || wasShown) this.watchers.tellAppend(stream, version);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.feeds.keys()].map((collection) => this.end(collection)));
  }

  private follow(collection: string, pipeline: Document[], told: (change: Document) => void): void {
    if (!this.feeds.has(collection)) this.feeds.set(collection, new Feed(this.ports, collection, pipeline, told));
  }

  private async end(collection: string): Promise<void> {
    const feed = this.feeds.get(collection);
    this.feeds.delete(collection);
    await feed?.close();
  }
}

const commitName = ({ tenant, kind, id }: StreamId, version: number): string =>
  JSON.stringify([tenant, kind, id, version]);

/** One change stream, opened again with growing waits for as long as it is wanted. */
class Feed {
  private stream: ChangeStream;
  private waitMs = firstWaitMs;
  private cancelWait: (() => void) | undefined;
  private closed = false;

  constructor(
    private readonly ports: ChangesPorts,
    private readonly collection: string,
    private readonly pipeline: Document[],
    private readonly told: (change: Document) => void,
  ) {
    this.stream = this.open({});
  }

  async close(): Promise<void> {
    this.closed = true;
    this.cancelWait?.();
    await this.stream.close();
  }

  private open(options: ChangeStreamOptions): ChangeStream {
    const stream = this.ports.db.collection(this.collection).watch(this.pipeline, options);
    let reached: ResumeToken;
    stream.on('resumeTokenChanged', (token) => {
      reached = token;
      this.waitMs = firstWaitMs;
    });
    stream.on('change', (change: Document) => this.told(change));
    stream.on('error', (error) => {
      if (!this.closed) this.broken(error, reached);
    });
    return stream;
  }

  /** @param reached where it was; undefined when it had not begun, or the server no longer knows that place */
  private broken(error: Error, reached: ResumeToken): void {
    this.ports.failed(error);
    this.cancelWait = this.ports.timers?.after(this.waitMs, () => {
      this.stream = this.open(reached === undefined ? {} : { resumeAfter: reached });
    });
    this.waitMs = Math.min(longestWaitMs, 2 * this.waitMs);
  }
}
