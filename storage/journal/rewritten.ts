/**
 * Streams that were rewritten once, so that what they held in clear is gone. All hashes of such a stream change: the
 * former ones are kept in a record, and the record is bound by its hash in the installation's own stream, which signed
 * checkpoints list. So what an older checkpoint says of the stream can still be held against it.
 */
import { sha256 } from '../document/hash.ts';
import { type JsonObject, canonicalJson, jsonObject } from '../document/json.ts';
import type { Instant } from '../document/instant.ts';
import {
  type Collection,
  type CollectionDefinition,
  CorruptStorage,
  type Key,
  type Storage,
  type StreamId,
  VersionConflict,
  genesisHash,
  installationStream,
} from '../port.ts';
import { unlessRaced } from '../raced.ts';
import { buildCommit } from './chain.ts';
import type { CommitSeals } from './commit-seal.ts';
import { streamKey, streamName } from './stream-name.ts';

export interface RewrittenStream {
  readonly kind: string;
  readonly stream: string;
  /** Hash of each commit as it was, by version from 1. */
  readonly former: readonly string[];
  /** Hash that the last of them has now; the chain leads from it to all others. */
  readonly head: string;
  /** Events of the first commit as they are now. */
  readonly first: readonly JsonObject[];
}
export const rewrittenStreams: CollectionDefinition<RewrittenStream, never> = {
  name: 'rewritten-streams',
  indexes: {},
  sealed: true,
};

const recordKey = (stream: StreamId): Key => ({ tenant: stream.tenant, id: sha256(streamKey(stream)) });

const hashOfRecord = (tenant: string, { kind, stream, former, head, first }: RewrittenStream): string =>
  sha256(canonicalJson({ tenant, kind, stream, former, head, first }));

export interface RewritingPorts {
  readonly storage: Storage;
  readonly seals: CommitSeals;
}

/**
 * Changes the events of a stream's first commit, and with them every hash. Undefined from `change`: there is nothing to
 * change. Safe in several processes and again after a kill: the record is written first and says all that is done.
 * Returns whether the stream is a rewritten one. Throws CorruptStorage for a damaged stream, which stays as it is.
 */
export async function rewriteStream(
  ports: RewritingPorts,
  stream: StreamId,
  change: (events: readonly JsonObject[]) => Promise<readonly JsonObject[] | undefined>,
): Promise<boolean> {
  const records = await ports.storage.collection(rewrittenStreams);
  const key = recordKey(stream);
  let record = (await records.get(key))?.value;
  if (record === undefined) {
    const made = await recordOf(ports, stream, change);
    if (made === undefined) return false;
    await unlessRaced(records.insert(key, made));
    record = (await records.get(key))?.value ?? made;
  }
  await carryOut(ports, stream, record);
  return true;
}

async function recordOf(
  { storage }: RewritingPorts,
  stream: StreamId,
  change: (events: readonly JsonObject[]) => Promise<readonly JsonObject[] | undefined>,
): Promise<RewrittenStream | undefined> {
  const commits = await storage.journal.read(stream);
  const changed = commits[0] && (await change(commits[0].events));
  if (changed === undefined) return undefined;
  const first = changed.map(jsonObject);
  let head: string = genesisHash;
  for (const { version, at, events } of commits)
    head = buildCommit(stream, {
      expectedVersion: version - 1,
      previousHash: head,
      at,
      events: version === 1 ? first : events,
    }).hash;
  return { kind: stream.kind, stream: stream.id, former: commits.map(({ hash }) => hash), head, first };
}

/** Every commit is either as it was or as it will be, whoever was killed in between. */
async function carryOut(
  { storage: { engineJournal, journal }, seals }: RewritingPorts,
  stream: StreamId,
  record: RewrittenStream,
): Promise<void> {
  let previousHash: string = genesisHash;
  const replacements = [];
  for (const { version, kept } of await engineJournal.commitsOf(stream)) {
    const former = record.former[version - 1];
    if (former === undefined) break;
    if (kept instanceof CorruptStorage) throw kept;
    const { commit } = kept;
    if (commit.hash === former) {
      seals.checkCommit(commit);
      const events = version === 1 ? record.first : commit.events;
      const seal = (hash: string): string => seals.renew(commit, hash);
      const fresh = buildCommit(stream, { expectedVersion: version - 1, previousHash, at: commit.at, events, seal });
      replacements.push({ former, commit: fresh });
      previousHash = fresh.hash;
    } else previousHash = commit.hash;
  }
  const damaged = new CorruptStorage(streamName(stream), 'is neither as it was nor as it was rewritten');
  if (previousHash !== record.head) throw damaged;
  await engineJournal.rewrite(stream, replacements);
  if ((await journal.read(stream))[record.former.length - 1]?.hash !== record.head) throw damaged;
}

/** So many records are bound by one commit. */
const boundAtOnce = 500;
const eventType = 'streams-rewritten';

/** Binds every record that is not bound yet; returns how many there are. Call it when all streams are rewritten. */
export async function bindRewrittenStreams(storage: Storage, now: () => Instant): Promise<number> {
  for (;;) {
    const commits = await storage.journal.read(installationStream);
    const bound = boundBy(commits.flatMap(({ events }) => events));
    const all = [...(await recordsOf(storage)).values()].map(({ tenant, record }) => hashOfRecord(tenant, record));
    const records = all.filter((hash) => !bound.has(hash)).slice(0, boundAtOnce);
    if (records.length === 0) return all.length;
    try {
      await storage.journal.append(installationStream, {
        expectedVersion: commits.length,
        previousHash: commits.at(-1)?.hash ?? genesisHash,
        at: now(),
        events: [{ type: eventType, schema: 1, records }],
      });
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
    }
  }
}

const boundBy = (events: readonly JsonObject[]): ReadonlySet<string> =>
  new Set(
    events.flatMap(({ type, records }) =>
      type === eventType && Array.isArray(records) ? records.map((hash) => String(hash)) : [],
    ),
  );

async function recordsOf(storage: Storage) {
  const collection: Collection<RewrittenStream, never> = await storage.collection(rewrittenStreams);
  const found = new Map<string, { readonly tenant: string; readonly record: RewrittenStream }>();
  let after: Key | undefined;
  do {
    const batch = await collection.every(after);
    for (const { tenant, value } of batch)
      found.set(streamKey({ tenant, kind: value.kind, id: value.stream }), { tenant, record: value });
    after = batch.at(-1);
  } while (after !== undefined);
  return found;
}

/**
 * The records that the installation's stream binds, by the stream's key; no other counts. Reads without the secret,
 * too.
 */
export async function readRewrittenStreams(storage: Storage): Promise<ReadonlyMap<string, RewrittenStream>> {
  const bound = boundBy((await storage.journal.read(installationStream)).flatMap(({ events }) => events));
  const records = [...(await recordsOf(storage))];
  return new Map(
    records.flatMap(([name, { tenant, record }]) =>
      bound.has(hashOfRecord(tenant, record)) ? [[name, record] as const] : [],
    ),
  );
}

/** Whether a commit that an older checkpoint lists by its former hash stands rewritten as recorded. */
export const isAsRewritten = (
  record: RewrittenStream | undefined,
  hashes: readonly string[],
  listed: { readonly version: number; readonly hash: string },
): boolean =>
  record !== undefined &&
  record.former[listed.version - 1] === listed.hash &&
  hashes[record.former.length - 1] === record.head;
