/**
 * A commit is one document: its pending work and the mark "in no checkpoint yet" are in it, so that one insert writes
 * all.
 */
import type { Collection as DriverCollection, Db, Filter } from 'mongodb';
import {
  type Append,
  type Commit,
  CorruptStorage,
  type CommitPlace,
  type EngineJournal,
  type FoundCommit,
  type RewrittenCommit,
  type StreamId,
  VersionConflict,
} from '../port.ts';
import { type StoredCommit, buildCommit, openChain, openCommit, pendingText } from '../journal/chain.ts';
import { streamName } from '../journal/stream-name.ts';
import { checkKey } from '../port.query.ts';
import { type MongoChanges, commitCollection } from './changes.ts';
import { reach, refusingIndex } from './failure.ts';
import type { Primary } from './primary.ts';

interface CommitDocument extends StreamId {
  readonly version: number;
  readonly at: string;
  readonly hash: string;
  readonly bytes: Buffer;
  readonly seal?: string;
  /** JSON of the consequences; gone when they were applied. */
  readonly pending?: string;
  /** True until a checkpoint lists the commit. */
  readonly unsealed?: boolean;
}

const inOrder = { tenant: 1, kind: 1, id: 1, version: 1 } as const;

export class MongoJournal implements EngineJournal {
  private constructor(
    private readonly commits: DriverCollection<CommitDocument>,
    private readonly primary: Primary,
    private readonly changes: MongoChanges,
  ) {}

  static async open(db: Db, primary: Primary, changes: MongoChanges): Promise<MongoJournal> {
    const commits = db.collection<CommitDocument>(commitCollection);
    await reach(() =>
      commits.createIndexes([
        { name: 'version', unique: true, key: inOrder },
        { name: 'first', key: { tenant: 1, kind: 1, id: 1 }, partialFilterExpression: { version: 1 } },
        { name: 'pending', key: inOrder, partialFilterExpression: { pending: { $exists: true } } },
        { name: 'unsealed', key: inOrder, partialFilterExpression: { unsealed: true } },
      ]),
    );
    return new MongoJournal(commits, primary, changes);
  }

  async append(stream: StreamId, append: Append): Promise<Commit> {
    checkKey(stream.kind, stream);
    const commit = buildCommit(stream, append);
    await this.checkBefore(stream, append);
    const { tenant, kind, id, version, at, hash, bytes, seal } = commit;
    const pending = pendingText(append);
    const inserted = await this.changes.appending(stream, version, () =>
      this.insert({
        tenant,
        kind,
        id,
        version,
        at,
        hash,
        bytes: Buffer.from(bytes),
        unsealed: true,
        ...(pending === '' ? {} : { pending }),
        ...(seal === undefined ? {} : { seal }),
      }),
    );
    if (inserted === undefined && !(await this.isOurs(commit)))
      throw new VersionConflict(stream, append.expectedVersion);
    return commit;
  }

  /** Undefined when a commit with that version is there already. */
  private async insert(document: CommitDocument): Promise<true | undefined> {
    try {
      await reach(() => this.commits.insertOne(document));
      return true;
    } catch (error) {
      if (refusingIndex(error) === undefined) throw error;
      return undefined;
    }
  }

  async read(stream: StreamId, after = 0): Promise<readonly Commit[]> {
    const found = await this.primary.read(() =>
      this.commits
        .find({ ...nameOf(stream), version: { $gte: Math.max(after, 1) } })
        .sort({ version: 1 })
        .toArray(),
    );
    const stored = found.map(storedOf);
    const first = stored[0];
    if (after === 0 || first === undefined) return openChain(stream, stored);
    if (first.version !== after) throw new CorruptStorage(streamName(stream, after), 'is missing');
    return openChain(stream, stored.slice(1), openCommit(stream, first));
  }

  async streams(tenant: string, kind: string, after?: string, limit = 1000): Promise<readonly string[]> {
    const found = await this.primary.read(() =>
      this.commits
        .find({ tenant, kind, version: 1, ...(after === undefined ? {} : { id: { $gt: after } }) })
        .project<{ id: string }>({ id: 1 })
        .sort({ id: 1 })
        .limit(limit)
        .toArray(),
    );
    return found.map(({ id }) => id);
  }

  async pendingCommits(limit: number): Promise<readonly FoundCommit[]> {
    const found = await this.primary.read(() =>
      this.commits
        .find({ pending: { $exists: true } })
        .sort(inOrder)
        .limit(limit)
        .toArray(),
    );
    return found.map(foundOf);
  }

  async everyCommit(after: CommitPlace | undefined, limit: number): Promise<readonly FoundCommit[]> {
    const found = await this.primary.read(() =>
      this.commits
        .find(after === undefined ? {} : behind(after))
        .sort(inOrder)
        .limit(limit)
        .toArray(),
    );
    return found.map(foundOf);
  }

  async putSeal({ stream, version }: CommitPlace, former: string | undefined, seal: string): Promise<void> {
    const there = { ...nameOf(stream), version, seal: former ?? { $exists: false } };
    await reach(() => this.commits.updateOne(there, { $set: { seal } }));
  }

  async commitsOf(stream: StreamId): Promise<readonly FoundCommit[]> {
    const found = await this.primary.read(() => this.commits.find(nameOf(stream)).sort({ version: 1 }).toArray());
    return found.map(foundOf);
  }

  /** One after the other: whoever comes after a kill goes on where it ended. */
  async rewrite(stream: StreamId, replacements: readonly RewrittenCommit[]): Promise<void> {
    for (const { former, commit } of replacements) {
      const { version, hash, seal } = commit;
      const isLast = commit === replacements.at(-1)?.commit;
      const change = {
        hash,
        bytes: Buffer.from(commit.bytes),
        ...(seal === undefined ? {} : { seal }),
        ...(isLast ? { unsealed: true } : {}),
      };
      await reach(() => this.commits.updateOne({ ...nameOf(stream), version, hash: former }, { $set: change }));
    }
  }

  async clearPending(stream: StreamId, version: number): Promise<void> {
    await reach(() => this.commits.updateOne({ ...nameOf(stream), version }, { $unset: { pending: true } }));
  }

  async unlisted(
    limit: number,
  ): Promise<readonly { readonly stream: StreamId; readonly version: number; readonly hash: string }[]> {
    const found = await this.primary.read(() =>
      this.commits
        .aggregate<{ _id: StreamId; version: number; hash: string }>([
          { $match: { unsealed: true } },
          { $sort: inOrder },
          {
            $group: {
              _id: { tenant: '$tenant', kind: '$kind', id: '$id' },
              version: { $last: '$version' },
              hash: { $last: '$hash' },
            },
          },
          { $sort: { '_id.tenant': 1, '_id.kind': 1, '_id.id': 1 } },
          { $limit: limit },
        ])
        .toArray(),
    );
    return found.map(({ _id, version, hash }) => ({ stream: nameOf(_id), version, hash }));
  }

  async markListed(heads: readonly { readonly stream: StreamId; readonly version: number }[]): Promise<void> {
    if (heads.length === 0) return;
    await reach(() =>
      this.commits.bulkWrite(
        heads.map(({ stream, version }) => ({
          updateMany: {
            filter: { ...nameOf(stream), unsealed: true, version: { $lte: version } },
            update: { $unset: { unsealed: true } },
          },
        })),
        { ordered: false },
      ),
    );
  }

  watch(appended: (stream: StreamId, version: number) => void): () => void {
    return this.changes.watchAppends(appended);
  }

  /**
   * Commits never change or go, so that looking before the insert is safe: only the version itself is raced for, and
   * the unique index decides.
   */
  private async checkBefore(stream: StreamId, { expectedVersion, previousHash }: Append): Promise<void> {
    if (expectedVersion === 0) return;
    const before = await this.primary.read(() =>
      this.commits.findOne({ ...nameOf(stream), version: expectedVersion }, { projection: { hash: 1 } }),
    );
    if (before === null) throw new VersionConflict(stream, expectedVersion);
    if (before.hash !== previousHash)
      throw new CorruptStorage(
        streamName(stream, expectedVersion),
        'is not the commit that the writer knew at this version',
      );
  }

  /**
   * A write that changes nothing, but waits like any other until a majority has what it saw: a commit found after
   * fail-over is then durable.
   */
  private async isOurs({ tenant, kind, id, version, hash }: Commit): Promise<boolean> {
    const { matchedCount } = await reach(() =>
      this.commits.updateOne({ tenant, kind, id, version, hash }, { $set: { hash } }),
    );
    return matchedCount === 1;
  }
}

const nameOf = ({ tenant, kind, id }: StreamId): StreamId => ({ tenant, kind, id });

const storedOf = ({ version, hash, bytes, seal }: CommitDocument): StoredCommit => ({
  version,
  hash,
  bytes: new Uint8Array(bytes),
  ...(seal === undefined ? {} : { seal }),
});

/** Places that come after this one, in the order of the index. */
function behind({ stream: { tenant, kind, id }, version }: CommitPlace): Filter<CommitDocument> {
  return {
    $or: [
      { tenant: { $gt: tenant } },
      { tenant, kind: { $gt: kind } },
      { tenant, kind, id: { $gt: id } },
      { tenant, kind, id, version: { $gt: version } },
    ],
  };
}

function foundOf(document: CommitDocument): FoundCommit {
  const place = { stream: nameOf(document), version: document.version };
  try {
    const commit = openCommit(place.stream, storedOf(document));
    return { ...place, kept: { commit, pending: document.pending ?? '' } };
  } catch (error) {
    if (error instanceof CorruptStorage) return { ...place, kept: error };
    throw error;
  }
}
