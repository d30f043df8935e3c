/** The chain of a stream: commit n holds the hash of commit n − 1, so that an edit anywhere shows from there on. */
import { sha256 } from '../document/native-hash.ts';
import { defined } from '../document/defined.ts';
import { canonicalBytes, type JsonObject } from '../document/json.ts';
import { type Append, type Commit, CorruptStorage, type StreamId, genesisHash } from '../port.ts';
import { streamName } from './stream-name.ts';

/** What an engine keeps of a commit. */
export interface StoredCommit {
  readonly version: number;
  readonly hash: string;
  readonly bytes: Uint8Array;
  readonly seal?: string;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The commit that an append makes: canonical bytes and their hash. Throws TypeError when an event is no JSON. */
export function buildCommit(stream: StreamId, append: Append): Commit {
  const { tenant, kind, id } = stream;
  const { at, previousHash, events, nonce } = append;
  const version = append.expectedVersion + 1;
  const bytes = canonicalBytes({ tenant, kind, id, version, at, previousHash, events, ...defined({ nonce }) });
  const hash = sha256(bytes);
  const pending = pendingText(append);
  return {
    tenant,
    kind,
    id,
    version,
    at,
    previousHash,
    hash,
    bytes,
    events: parseBytes(stream, version, bytes).events,
    ...(append.seal === undefined ? {} : { seal: append.seal(hash, pending) }),
  };
}

/** The JSON of an append's consequences as it is stored and sealed; '' when there are none. */
export const pendingText = ({ pending }: Append): string => (pending?.length ? JSON.stringify(pending) : '');

function parseBytes(
  stream: StreamId,
  version: number,
  bytes: Uint8Array,
): { at: string; previousHash: string; events: readonly JsonObject[] } {
  const where = streamName(stream, version);
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new CorruptStorage(where, 'the bytes are no JSON');
  }
  if (!isObject(content)) throw new CorruptStorage(where, 'the bytes are no JSON object');
  const { at, previousHash, events } = content;
  if (
    content['tenant'] !== stream.tenant ||
    content['kind'] !== stream.kind ||
    content['id'] !== stream.id ||
    content['version'] !== version
  ) {
    throw new CorruptStorage(where, 'the commit belongs to another place');
  }
  if (typeof at !== 'string' || typeof previousHash !== 'string' || !Array.isArray(events) || !events.every(isObject))
    throw new CorruptStorage(where, 'a member of the commit is missing');
  return { at, previousHash, events };
}

/** One stored commit, checked against its own hash. Throws CorruptStorage naming stream and version. */
export function openCommit(stream: StreamId, stored: StoredCommit): Commit {
  const { version, hash, bytes, seal } = stored;
  if (sha256(bytes) !== hash)
    throw new CorruptStorage(streamName(stream, version), 'the bytes do not have the stored hash');
  const { tenant, kind, id } = stream;
  return {
    tenant,
    kind,
    id,
    version,
    hash,
    bytes,
    ...parseBytes(stream, version, bytes),
    ...(seal === undefined ? {} : { seal }),
  };
}

/**
 * Checks commits that follow `before` (version 0 and 64 zeros for a whole stream). Throws CorruptStorage naming the
 * first version that is missing, edited, or does not name the hash of the one before it.
 */
export function openChain(
  stream: StreamId,
  stored: readonly StoredCommit[],
  before: { readonly version: number; readonly hash: string } = { version: 0, hash: genesisHash },
): readonly Commit[] {
  let { version, hash } = before;
  return stored.map((one) => {
    version += 1;
    if (one.version !== version) throw new CorruptStorage(streamName(stream, version), 'is missing');
    const commit = openCommit(stream, one);
    if (commit.previousHash !== hash)
      throw new CorruptStorage(streamName(stream, version), 'does not continue the commit before it');
    hash = commit.hash;
    return commit;
  });
}
