/**
 * Checks checkpoints and every stream that they list against the journal. Findings are returned, all of them: whoever
 * asks decides.
 */
import { type JSONWebKeySet, compactVerify, createLocalJWKSet } from 'jose';
import { CorruptStorage, type Storage, type Stored, type StreamId, genesisHash, installationTenant } from '../port.ts';
import { everyDocument, everyStream } from '../pages.ts';
import { type Instant, toEpochMs } from '../document/instant.ts';
import { type RewrittenStream, isAsRewritten, readRewrittenStreams } from './rewritten.ts';
import { streamKey, streamName } from './stream-name.ts';
import {
  type Anchor,
  type Checkpoint,
  CheckpointContent,
  type Head,
  checkpointHash,
  checkpoints,
} from './checkpoint.ts';

export type FindingCode =
  /** A number is missing, or a checkpoint does not link to the one before. */
  | 'checkpoint-removed'
  /** The signature is not by a given key, or the content is not what was signed. */
  | 'checkpoint-forged'
  | 'stream-removed'
  | 'tail-removed'
  /** What a commit causes elsewhere is not what it was made with. Only the secret shows it. */
  | 'work-changed'
  /** A commit's bytes, link or hash are not those that were acknowledged. */
  | 'commit-edited'
  /** A commit says that it was made before the one that it follows. */
  | 'clock-backwards'
  /** A commit is in no checkpoint although one was due. */
  | 'checkpoint-late';

export interface Finding {
  readonly code: FindingCode;
  readonly where: string;
  readonly why: string;
}

export interface VerifyPorts {
  readonly storage: Storage;
  /** Public keys of all times. */
  readonly keys: JSONWebKeySet;
  /**
   * Checkpoints as they are known outside of the storage: show that the newest ones were removed. Of a hash only its
   * beginning may be known, as on a receipt.
   */
  readonly anchors?: readonly Anchor[];
  /** With it, commits that wait longer than `checkpointDueMs` for a checkpoint are a finding. */
  readonly at?: Instant;
  /**
   * Where to look for streams that no checkpoint lists although they are marked as listed (its checkpoint was removed).
   */
  readonly scopes?: readonly { readonly tenant: string; readonly kind: string }[];
}

/** A running installation has every commit in a checkpoint after this time, ms. */
export const checkpointDueMs = 60_000;

export interface Verified {
  readonly checkpoints: number;
  readonly streams: number;
  readonly newest?: Anchor;
  readonly findings: readonly Finding[];
}

interface Walk {
  readonly verify: (jws: string) => Promise<unknown>;
  readonly findings: Finding[];
  readonly listed: Map<string, { stream: StreamId; heads: Head[] }>;
  number: number;
  hash: string;
}

export async function verifyCheckpoints(ports: VerifyPorts): Promise<Verified> {
  const { storage, anchors = [] } = ports;
  const jwks = createLocalJWKSet(ports.keys);
  const walk: Walk = {
    verify: async (jws) =>
      JSON.parse(
        new TextDecoder().decode((await compactVerify(jws, jwks, { algorithms: ['EdDSA', 'ES256'] })).payload),
      ),
    findings: [],
    listed: new Map(),
    number: 0,
    hash: genesisHash,
  };
  await walkCheckpoints(storage, walk, anchors);
  const versions = new Map<string, ReadStream>();
  const rewritten = await readRewrittenOrNone(storage, walk.findings);
  for (const [name, { stream, heads }] of [...walk.listed])
    versions.set(name, await verifyStream(storage, { stream, heads, record: rewritten.get(name) }, walk.findings));
  await addUnlisted(ports, versions, walk.findings);
  await addChangedWork(storage, walk.findings);
  await verifyMarks(ports, versions, walk);
  for (const { number } of anchors)
    if (walk.number < number)
      walk.findings.push({
        code: 'checkpoint-removed',
        where: `checkpoint ${number}`,
        why: `was published, the storage ends at number ${walk.number}`,
      });
  return {
    checkpoints: walk.number,
    streams: versions.size,
    ...(walk.number === 0 ? {} : { newest: { number: walk.number, hash: walk.hash } }),
    findings: walk.findings,
  };
}

/** Where the installation's own stream is damaged, no record counts. */
async function readRewrittenOrNone(
  storage: Storage,
  findings: Finding[],
): Promise<ReadonlyMap<string, RewrittenStream>> {
  try {
    return await readRewrittenStreams(storage);
  } catch (error) {
    if (!(error instanceof CorruptStorage)) throw error;
    findings.push({ code: 'commit-edited', where: error.where, why: error.message });
    return new Map();
  }
}

/** Goes on from where the walk stands to the newest checkpoint. */
async function walkCheckpoints(storage: Storage, walk: Walk, anchors: readonly Anchor[]): Promise<void> {
  const collection = await storage.collection(checkpoints);
  const query = { index: 'number', equal: [], from: walk.number + 1, limit: 100 } as const;
  for await (const document of everyDocument(collection, installationTenant, query))
    await step(walk, document, anchors);
}

async function step(walk: Walk, { value }: Stored<Checkpoint>, anchors: readonly Anchor[]): Promise<void> {
  const where = `checkpoint ${value.number}`;
  const content = await signedContent(walk, value.jws);
  const hash = checkpointHash(value);
  if (content === undefined || content.number !== value.number) {
    walk.findings.push({
      code: 'checkpoint-forged',
      where,
      why: content === undefined ? 'is not signed by a known key' : `was signed as number ${content.number}`,
    });
  } else {
    const expected = walk.number + 1;
    if (value.number !== expected)
      walk.findings.push({
        code: 'checkpoint-removed',
        where: `checkpoint ${expected}`,
        why: `is missing before number ${value.number}`,
      });
    else if (content.previousHash !== walk.hash)
      walk.findings.push({ code: 'checkpoint-removed', where, why: 'does not link to the checkpoint before it' });
    for (const head of content.heads) list(walk, head);
  }
  if (anchors.some((known) => known.number === value.number && !hash.startsWith(known.hash)))
    walk.findings.push({ code: 'checkpoint-forged', where, why: 'is not the one that was published' });
  walk.number = value.number;
  walk.hash = hash;
}

async function signedContent(walk: Walk, jws: string): Promise<CheckpointContent | undefined> {
  try {
    return CheckpointContent.parse(await walk.verify(jws));
  } catch {
    return undefined;
  }
}

function list(walk: Walk, head: Head): void {
  const stream: StreamId = { tenant: head.tenant, kind: head.kind, id: head.id };
  const known = walk.listed.get(streamKey(stream)) ?? { stream, heads: [] };
  known.heads.push(head);
  walk.listed.set(streamKey(stream), known);
}

/** A stream as it stands: when each of its commits was made, in order. */
interface ReadStream {
  readonly stream: StreamId;
  readonly instants: readonly Instant[];
}

interface ListedStream {
  readonly stream: StreamId;
  /** What the checkpoints say of it. */
  readonly heads: readonly Head[];
  /** Where it was rewritten since. */
  readonly record?: RewrittenStream | undefined;
}

async function verifyStream(
  storage: Storage,
  { stream, heads, record }: ListedStream,
  findings: Finding[],
): Promise<ReadStream> {
  try {
    const commits = await storage.journal.read(stream);
    const missing = heads.filter((head) => head.version > commits.length);
    const newest = missing.at(-1);
    if (newest !== undefined)
      findings.push({
        code: commits.length === 0 ? 'stream-removed' : 'tail-removed',
        where: streamName(stream, newest.version),
        why: `was in a checkpoint, the stream ends at version ${commits.length}`,
      });
    const hashes = commits.map(({ hash }) => hash);
    for (const head of heads) {
      const hash = hashes[head.version - 1];
      if (hash !== undefined && hash !== head.hash && !isAsRewritten(record, hashes, head))
        findings.push({
          code: 'commit-edited',
          where: streamName(stream, head.version),
          why: 'does not have the hash in the checkpoint',
        });
    }
    commits.forEach(({ version, at }, n) => {
      const before = commits[n - 1];
      if (before !== undefined && toEpochMs(at) < toEpochMs(before.at))
        findings.push({
          code: 'clock-backwards',
          where: streamName(stream, version),
          why: `is of ${at}, before the commit that it follows (${before.at})`,
        });
    });
    return { stream, instants: commits.map(({ at }) => at) };
  } catch (error) {
    if (!(error instanceof CorruptStorage)) throw error;
    findings.push({ code: 'commit-edited', where: error.where, why: error.message });
    return { stream, instants: [] };
  }
}

async function addUnlisted(
  { storage, scopes = [] }: VerifyPorts,
  versions: Map<string, ReadStream>,
  findings: Finding[],
): Promise<void> {
  for (const { tenant, kind } of scopes) {
    for await (const id of everyStream(storage.journal, tenant, kind)) {
      const stream = { tenant, kind, id };
      if (!versions.has(streamKey(stream)))
        versions.set(streamKey(stream), await verifyStream(storage, { stream, heads: [] }, findings));
    }
  }
}

/** Of a commit that is damaged itself it says nothing more. */
async function addChangedWork({ journal }: Storage, findings: Finding[]): Promise<void> {
  for (const { consequences } of await journal.pending(1_000_000)) {
    if (!(consequences instanceof CorruptStorage)) continue;
    const { where, message } = consequences;
    if (findings.some((finding) => finding.where === where)) continue;
    findings.push({ code: 'work-changed', where, why: message });
  }
}

/**
 * A commit is either waiting for a checkpoint or in one. The marks are read before the checkpoints that may have come
 * meanwhile, and a mark goes only after its checkpoint is written: on a system at work this finds nothing false.
 */
async function verifyMarks(
  { storage, anchors = [], at }: VerifyPorts,
  versions: ReadonlyMap<string, ReadStream>,
  walk: Walk,
): Promise<void> {
  const waiting = new Set((await storage.journal.unlisted(1_000_000)).map(({ stream }) => streamKey(stream)));
  await walkCheckpoints(storage, walk, anchors);
  for (const [name, { stream, instants }] of versions) {
    const listed = Math.max(0, ...(walk.listed.get(name)?.heads ?? []).map((head) => head.version));
    const firstOpen = instants[listed];
    if (firstOpen === undefined) continue;
    const where = streamName(stream, instants.length);
    if (!waiting.has(name))
      walk.findings.push({
        code: 'checkpoint-removed',
        where,
        why: 'is marked as in a checkpoint, but no checkpoint lists it',
      });
    else if (at !== undefined && toEpochMs(at) - toEpochMs(firstOpen) > checkpointDueMs)
      walk.findings.push({
        code: 'checkpoint-late',
        where: streamName(stream, listed + 1),
        why: `is of ${firstOpen} and in no checkpoint yet`,
      });
  }
}
