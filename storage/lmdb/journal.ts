/**
 * Commits, the head of each stream, pending work and heads not in a checkpoint: one append writes all four in one
 * transaction.
 */
import {
  type Append,
  type Commit,
  CorruptStorage,
  type CommitPlace,
  type EngineJournal,
  type FoundCommit,
  type KeptCommit,
  type RewrittenCommit,
  type StreamId,
  VersionConflict,
  genesisHash,
} from '../port.ts';
import { type StoredCommit, buildCommit, openChain, openCommit, pendingText } from '../journal/chain.ts';
import { streamName } from '../journal/stream-name.ts';
import { checkKey } from '../port.query.ts';
import type { LmdbChanges } from './changes.ts';
import type { Database, EntryKey, KeyPart } from './database.ts';

const hashBytes = 32;

export class LmdbJournal implements EngineJournal {
  constructor(
    private readonly database: Database,
    private readonly changes: LmdbChanges,
  ) {}

  async append(stream: StreamId, append: Append): Promise<Commit> {
    checkKey(stream.kind, stream);
    const commit = buildCommit(stream, append);
    const pending = pendingText(append);
    const { version } = commit;
    const change = { stream: { tenant: stream.tenant, kind: stream.kind, id: stream.id }, version };
    const written = await this.database.transact(() => {
      if (this.isThere(stream, append, commit)) return false;
      const name = nameOf(stream);
      this.database.put(['j', ...name, commit.version], joined(commit));
      this.database.put(['h', ...name], head(commit.version, commit.hash));
      this.database.put(['u', ...name], head(commit.version, commit.hash));
      if (pending !== '') this.database.put(['p', ...name, commit.version], pending);
      this.changes.note(change);
      return true;
    });
    if (written) this.changes.tell(change);
    return commit;
  }

  /** True when this very commit is stored already (a retry). Throws VersionConflict and CorruptStorage. */
  private isThere(stream: StreamId, append: Append, commit: Commit): boolean {
    const current = this.head(stream);
    if (current.version === append.expectedVersion) {
      if (current.hash !== append.previousHash)
        throw new CorruptStorage(
          streamName(stream, current.version),
          'is not the commit that the writer knew at this version',
        );
      return false;
    }
    if (current.version >= commit.version && this.stored(stream, commit.version)?.hash === commit.hash) return true;
    throw new VersionConflict(stream, append.expectedVersion);
  }

  async read(stream: StreamId, after = 0): Promise<readonly Commit[]> {
    const current = this.head(stream);
    if (after >= current.version) return [];
    const before = after === 0 ? undefined : this.stored(stream, after);
    if (after > 0 && before === undefined) throw new CorruptStorage(streamName(stream, after), 'is missing');
    const stored: StoredCommit[] = [];
    const prefix: EntryKey = ['j', ...nameOf(stream)];
    for (const { key, value } of this.database.entries({ prefix, from: after + 1 }))
      stored.push(split(Number(key.at(-1)), value));
    const commits = openChain(stream, stored, before);
    if (commits.at(-1)?.hash !== current.hash)
      throw new CorruptStorage(streamName(stream, current.version), 'the end of the stream is not the recorded one');
    return commits;
  }

  async streams(tenant: string, kind: string, after?: string, limit = 1000): Promise<readonly string[]> {
    const prefix: EntryKey = ['h', tenant, kind];
    return [...this.database.keys({ prefix, after: after === undefined ? undefined : [...prefix, after], limit })].map(
      (key) => String(key.at(-1)),
    );
  }

  async pendingCommits(limit: number): Promise<readonly FoundCommit[]> {
    return [...this.database.entries({ prefix: ['p'], limit })].map(({ key, value }) => {
      const [stream, version] = [streamOf(key), Number(key[4])];
      return { stream, version, kept: this.kept(stream, version, text(value)) };
    });
  }

  async everyCommit(after: CommitPlace | undefined, limit: number): Promise<readonly FoundCommit[]> {
    const start: EntryKey | undefined = after && ['j', ...nameOf(after.stream), after.version];
    return [...this.database.keys({ prefix: ['j'], after: start, limit })].map((key) => {
      const [stream, version] = [streamOf(key), Number(key[4])];
      const pending = this.database.get(['p', ...nameOf(stream), version]);
      return { stream, version, kept: this.kept(stream, version, pending === undefined ? '' : text(pending)) };
    });
  }

  async putSeal({ stream, version }: CommitPlace, former: string | undefined, seal: string): Promise<void> {
    await this.database.transact(() => {
      const commit = this.stored(stream, version);
      if (commit !== undefined && commit.seal === former)
        this.database.put(['j', ...nameOf(stream), version], joined({ ...commit, seal }));
    });
  }

  async commitsOf(stream: StreamId): Promise<readonly FoundCommit[]> {
    return [...this.database.keys({ prefix: ['j', ...nameOf(stream)] })].map((key) => {
      const version = Number(key.at(-1));
      return { stream, version, kept: this.kept(stream, version, '') };
    });
  }

  async rewrite(stream: StreamId, replacements: readonly RewrittenCommit[]): Promise<void> {
    const name = nameOf(stream);
    await this.database.transact(() => {
      const current = this.head(stream);
      for (const { former, commit } of replacements) {
        if (this.stored(stream, commit.version)?.hash !== former) continue;
        this.database.put(['j', ...name, commit.version], joined(commit));
        if (current.hash !== former) continue;
        this.database.put(['h', ...name], head(commit.version, commit.hash));
        this.database.put(['u', ...name], head(commit.version, commit.hash));
      }
    });
  }

  async clearPending(stream: StreamId, version: number): Promise<void> {
    await this.database.transact(() => {
      this.database.remove(['p', ...nameOf(stream), version]);
    });
  }

  async unlisted(
    limit: number,
  ): Promise<readonly { readonly stream: StreamId; readonly version: number; readonly hash: string }[]> {
    return [...this.database.entries({ prefix: ['u'], limit })].map(({ key, value }) => ({
      stream: streamOf(key),
      ...readHead(value),
    }));
  }

  async markListed(heads: readonly { readonly stream: StreamId; readonly version: number }[]): Promise<void> {
    await this.database.transact(() => {
      for (const { stream, version } of heads) {
        const value = this.database.get(['u', ...nameOf(stream)]);
        if (value !== undefined && readHead(value).version <= version) this.database.remove(['u', ...nameOf(stream)]);
      }
    });
  }

  watch(appended: (stream: StreamId, version: number) => void): () => void {
    return this.changes.watchAppends(appended);
  }

  private kept(stream: StreamId, version: number, pending: string): KeptCommit | CorruptStorage {
    try {
      const commit = this.stored(stream, version);
      return commit === undefined
        ? new CorruptStorage(streamName(stream, version), 'has pending work and is missing')
        : { commit, pending };
    } catch (error) {
      if (error instanceof CorruptStorage) return error;
      throw error;
    }
  }

  private head(stream: StreamId): { readonly version: number; readonly hash: string } {
    const value = this.database.get(['h', ...nameOf(stream)]);
    return value === undefined ? { version: 0, hash: genesisHash } : readHead(value);
  }

  private stored(stream: StreamId, version: number): Commit | undefined {
    const value = this.database.get(['j', ...nameOf(stream), version]);
    return value === undefined ? undefined : openCommit(stream, split(version, value));
  }
}

const nameOf = ({ tenant, kind, id }: StreamId): readonly [string, string, string] => [tenant, kind, id];

/** Of a key [space, tenant, kind, id, …]. */
const streamOf = (key: readonly KeyPart[]): StreamId => ({
  tenant: String(key[1]),
  kind: String(key[2]),
  id: String(key[3]),
});

const text = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');

/**
 * A stored commit: its hash, its bytes, and where it has a seal the seal and this last byte. Commits from before there
 * were seals end with the `}` of their JSON.
 */
const sealMark = 0x01;
const sealBytes = 64;

function joined({ hash, bytes, seal }: StoredCommit): Buffer {
  const parts = [Buffer.from(hash, 'hex'), bytes];
  return Buffer.concat(seal === undefined ? parts : [...parts, Buffer.from(seal, 'hex'), Buffer.of(sealMark)]);
}

function split(version: number, value: Uint8Array): StoredCommit {
  const hash = Buffer.from(value.subarray(0, hashBytes)).toString('hex');
  if (value.at(-1) !== sealMark) return { version, hash, bytes: new Uint8Array(value.subarray(hashBytes)) };
  const end = value.length - 1 - sealBytes;
  return {
    version,
    hash,
    bytes: new Uint8Array(value.subarray(hashBytes, end)),
    seal: Buffer.from(value.subarray(end, -1)).toString('hex'),
  };
}

const head = (version: number, hash: string): string => `${version} ${hash}`;

function readHead(value: Uint8Array): { readonly version: number; readonly hash: string } {
  const [version = '', hash = ''] = text(value).split(' ');
  return { version: Number(version), hash };
}
