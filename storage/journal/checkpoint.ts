/**
 * Signed checkpoints: each lists the head of every stream that changed since the one before, and links to it by hash.
 * The chain of a stream shows an edit; the checkpoints show that a whole stream or its tail was removed, or rewritten
 * with new hashes.
 */
import { base64url } from 'jose';
import { z } from 'zod';
import { sha256 } from '../document/native-hash.ts';
import type { Instant } from '../document/instant.ts';
import { canonicalBytes } from '../document/json.ts';
import {
  type Collection,
  type CollectionDefinition,
  CorruptStorage,
  DuplicateKey,
  type Storage,
  StorageError,
  genesisHash,
  installationTenant,
} from '../port.ts';
import { everyDocument } from '../pages.ts';

export interface Head {
  readonly tenant: string;
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  readonly hash: string;
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);
/** What is signed. `previousHash` is the SHA-256 of the compact JWS of the checkpoint before; 64 zeros in number 1. */
export const CheckpointContent = z.object({
  number: z.int().min(1),
  at: z.string(),
  previousHash: hash,
  heads: z.array(z.object({ tenant: z.string(), kind: z.string(), id: z.string(), version: z.int().min(1), hash })),
});
export type CheckpointContent = z.infer<typeof CheckpointContent>;

export interface Checkpoint {
  readonly number: number;
  readonly at: Instant;
  /** Compact JWS of the content. */ readonly jws: string;
}
export type Checkpoints = Collection<Checkpoint, 'number'>;
export const checkpoints: CollectionDefinition<Checkpoint, 'number'> = {
  name: 'checkpoints',
  indexes: { number: { fields: ['number'], unique: true } },
  sealed: true,
};

export const checkpointHash = (checkpoint: Pick<Checkpoint, 'jws'>): string => sha256(checkpoint.jws);

/** One checkpoint lists at most so many heads (about 1.5 MB); more changes make more checkpoints. */
const mostHeads = 5000;

/** Number and hash of a checkpoint as somebody outside of the storage knows it. */
export const Anchor = z.strictObject({ number: z.int().min(1), hash });
export type Anchor = Readonly<z.infer<typeof Anchor>>;

/** What is remembered of the newest checkpoint outside of the database, over restarts. */
export interface CheckpointMemory {
  recall(): Promise<Anchor | undefined>;
  remember(anchor: Anchor): Promise<void>;
}

/** The database no longer holds the checkpoints that this installation wrote. */
export class CheckpointsReplaced extends StorageError {
  constructor(known: Anchor, why: string) {
    super('checkpoints-replaced', `checkpoint ${known.number} (${known.hash}) was written here, but ${why}`);
  }
}

export interface CheckpointPorts {
  readonly storage: Storage;
  /** Makes the compact JWS of a payload. */
  readonly sign: (payload: Uint8Array) => Promise<string>;
  readonly at: Instant;
  readonly memory: CheckpointMemory;
}

/**
 * Writes as many checkpoints as the changes need: none when nothing changed. Safe to run in several processes. Throws
 * CheckpointsReplaced, and then writes none.
 */
export async function writeCheckpoint({ storage, sign, at, memory }: CheckpointPorts): Promise<readonly Checkpoint[]> {
  const collection = await storage.collection(checkpoints);
  const written: Checkpoint[] = [];
  let lost = 0;
  for (;;) {
    const before = await newestFollowing(collection, await memory.recall());
    if (before !== undefined) await memory.remember(before);
    const changed = await storage.journal.unlisted(mostHeads);
    if (changed.length === 0) return written;
    const heads = changed.map(({ stream, version, hash }): Head => ({ ...stream, version, hash }));
    const next = await writeOne(collection, sign, at, heads, before);
    // Another process wrote this number first. Its heads are marked, or soon listed once more; both do no harm.
    if (next === undefined) {
      const number = (before?.number ?? 0) + 1;
      if (lost === number)
        throw new CorruptStorage(`checkpoints ${installationTenant}/checkpoint-${number}`, 'was not written here');
      lost = number;
      continue;
    }
    written.push(next);
    await memory.remember({ number: next.number, hash: checkpointHash(next) });
    await storage.journal.markListed(changed);
  }
}

export const newestFirst = { index: 'number', equal: [], descending: true, limit: 1 } as const;

export async function newestCheckpoint(collection: Checkpoints): Promise<Anchor | undefined> {
  const newest = (await collection.find(installationTenant, newestFirst)).documents[0]?.value;
  return newest && { number: newest.number, hash: checkpointHash(newest) };
}

/**
 * The newest checkpoint, which the one that is known must be or lead to: numbers neither begin anew nor go on from
 * another one. Throws CheckpointsReplaced.
 */
export async function newestFollowing(collection: Checkpoints, known: Anchor | undefined): Promise<Anchor | undefined> {
  const newest = await newestCheckpoint(collection);
  if (known === undefined) return newest;
  if (newest === undefined || newest.number < known.number)
    throw new CheckpointsReplaced(known, `the storage ends at number ${newest?.number ?? 0}`);
  let after = known;
  const from = { index: 'number', equal: [], from: known.number } as const;
  for await (const { value } of everyDocument(collection, installationTenant, from)) {
    const hash = checkpointHash(value);
    if (value.number === known.number && hash !== known.hash)
      throw new CheckpointsReplaced(known, 'the storage holds another one under this number');
    if (value.number !== known.number && contentOf(value)?.previousHash !== after.hash)
      throw new CheckpointsReplaced(known, `number ${value.number} does not lead back to it`);
    after = { number: value.number, hash };
  }
  return after;
}

/** What it says, whoever signed it; undefined where it says nothing of the kind. */
export function contentOf({ jws }: Checkpoint): CheckpointContent | undefined {
  const text = new TextDecoder().decode(base64url.decode(jws.split('.')[1] ?? ''));
  return CheckpointContent.safeParse(JSON.parse(text)).data;
}

async function writeOne(
  collection: Checkpoints,
  sign: CheckpointPorts['sign'],
  at: Instant,
  heads: readonly Head[],
  before: Anchor | undefined,
): Promise<Checkpoint | undefined> {
  const number = (before?.number ?? 0) + 1;
  const jws = await sign(canonicalBytes({ number, at, previousHash: before?.hash ?? genesisHash, heads }));
  try {
    return (await collection.insert({ tenant: installationTenant, id: `checkpoint-${number}` }, { number, at, jws }))
      .value;
  } catch (error) {
    if (error instanceof DuplicateKey) return undefined;
    throw error;
  }
}
