/**
 * The seal of a commit: an HMAC under a key that the database does not hold, over the commit's hash and the work it
 * causes elsewhere. Whoever can write to the database and lacks the secret cannot make a commit that the program reads,
 * nor work that it does.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { sha256 } from '../document/hash.ts';
import {
  type Append,
  type Commit,
  type Consequence,
  CorruptStorage,
  type EngineJournal,
  type Journal,
  type KeptCommit,
  type PendingWork,
  type StreamId,
} from '../port.ts';
import { streamName } from './stream-name.ts';

/** SHA-256 of the pending work, then the HMAC over the commit's hash and it; both in hexadecimal. */
const sealForm = /^([0-9a-f]{64})([0-9a-f]{64})$/;

export class CommitSeals {
  /** @param key 32 bytes, from Wrapping.derive('journal') */
  constructor(private readonly key: Uint8Array) {}

  /** @param pending JSON of the commit's consequences as it is stored; '' when there are none */
  readonly make = (hash: string, pending: string): string => {
    const work = sha256(pending);
    return work + this.hmac(hash, work);
  };

  /**
   * Throws CorruptStorage when the commit was not made under the key. The commit's hash was checked by whoever read it.
   */
  checkCommit(commit: Commit): void {
    this.workOf(commit);
  }

  /** The seal of a commit under another hash, with the same work. Throws CorruptStorage as `checkCommit`. */
  renew(commit: Commit, hash: string): string {
    const work = this.workOf(commit);
    return work + this.hmac(hash, work);
  }

  /** The seal of the same commit with the same work, under another key. Throws CorruptStorage as `checkCommit`. */
  under(other: CommitSeals, commit: Commit): string {
    const work = this.workOf(commit);
    return work + other.hmac(commit.hash, work);
  }

  isGenuine(commit: Commit): boolean {
    try {
      this.checkCommit(commit);
      return true;
    } catch (error) {
      if (error instanceof CorruptStorage) return false;
      throw error;
    }
  }

  /** Throws CorruptStorage when the work is not what the commit was made with, too. */
  checkPending({ commit, pending }: KeptCommit): void {
    if (this.workOf(commit) !== sha256(pending))
      throw new CorruptStorage(streamName(commit, commit.version), 'its pending work was changed');
  }

  private workOf(commit: Commit): string {
    const [, work, mac] = sealForm.exec(commit.seal ?? '') ?? [];
    if (work === undefined || mac === undefined)
      throw new CorruptStorage(streamName(commit, commit.version), 'the commit has no seal of this installation');
    if (!timingSafeEqual(Buffer.from(mac, 'hex'), Buffer.from(this.hmac(commit.hash, work), 'hex')))
      throw new CorruptStorage(streamName(commit, commit.version), 'the commit was not made with the secret');
    return work;
  }

  private hmac(hash: string, work: string): string {
    return createHmac('sha256', this.key).update(`${hash} ${work}`).digest('hex');
  }
}

/** 64 bits: two writers of one commit in one millisecond never draw the same. */
const nonceBytes = 8;

/** What only the program has: the secret, and randomness. */
export interface CommitSealing {
  readonly seals: CommitSeals;
  readonly random: (bytes: number) => Uint8Array;
}

/**
 * The journal over an engine's half. With seals, every commit is made with one, and none is read and no work done
 * without; an auditor who has no secret reads without.
 */
export class SealingJournal implements Journal {
  constructor(
    private readonly engine: EngineJournal,
    private readonly ports?: CommitSealing,
  ) {}

  append(stream: StreamId, append: Append): Promise<Commit> {
    if (this.ports === undefined) return this.engine.append(stream, append);
    const { seals, random } = this.ports;
    const nonce = Buffer.from(random(nonceBytes)).toString('base64url');
    return this.engine.append(stream, { ...append, nonce, seal: seals.make });
  }

  async read(stream: StreamId, after?: number): Promise<readonly Commit[]> {
    const commits = await this.engine.read(stream, after);
    if (this.ports !== undefined) for (const commit of commits) this.ports.seals.checkCommit(commit);
    return commits;
  }

  async pending(limit: number): Promise<readonly PendingWork[]> {
    return (await this.engine.pendingCommits(limit)).map(({ stream, version, kept }) => ({
      stream,
      version,
      consequences: kept instanceof CorruptStorage ? kept : this.consequencesOf(kept),
    }));
  }

  streams(tenant: string, kind: string, after?: string, limit?: number): Promise<readonly string[]> {
    return this.engine.streams(tenant, kind, after, limit);
  }

  clearPending(stream: StreamId, version: number): Promise<void> {
    return this.engine.clearPending(stream, version);
  }

  unlisted(limit: number): ReturnType<Journal['unlisted']> {
    return this.engine.unlisted(limit);
  }

  markListed(heads: Parameters<Journal['markListed']>[0]): Promise<void> {
    return this.engine.markListed(heads);
  }

  watch(appended: (stream: StreamId, version: number) => void): () => void {
    return this.engine.watch(appended);
  }

  private consequencesOf(kept: KeptCommit): readonly Consequence[] | CorruptStorage {
    try {
      this.ports?.seals.checkPending(kept);
      const consequences: readonly Consequence[] = JSON.parse(kept.pending);
      return consequences;
    } catch (error) {
      if (error instanceof CorruptStorage) return error;
      throw error;
    }
  }
}
