/**
 * Signed checkpoints: each lists the head of every stream that changed since the one before, and links to it by hash.
 * The chain of a
 * stream shows an edit; the checkpoints show that a whole stream or its tail was removed, or rewritten with new hashes.
 */
import { z } from 'zod';
import { sha256 } from '../document/native-hash.ts';
import type { Instant } from '../document/instant.ts';
import { canonicalBytes } from '../document/json.ts';
import {
  type Collection,
  type CollectionDefinition,
  DuplicateKey,
  type Storage,
  genesisHash,
  installationTenant,
} from '../port.ts';

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
};

export const checkpointHash = (checkpoint: Pick<Checkpoint, 'jws'>): string => sha256(checkpoint.jws);

/** One checkpoint lists at most so many heads (about 1.5 MB); more changes make more checkpoints. */
const mostHeads = 5000;

export interface CheckpointPorts {
  readonly storage: Storage;
  /** Makes the compact JWS of a payload. */
  readonly sign: (payload: Uint8Array) => Promise<string>;
  readonly at: Instant;
}

/** Writes as many checkpoints as the changes need: none when nothing changed. Safe to run in several processes. */
export async function writeCheckpoint({ storage, sign, at }: CheckpointPorts): Promise<readonly Checkpoint[]> {
  const collection = await storage.collection(checkpoints);
  const written: Checkpoint[] = [];
  for (;;) {
    const changed = await storage.journal.unlisted(mostHeads);
    if (changed.length === 0) return written;
    const heads = changed.map(({ stream, version, hash }): Head => ({ ...stream, version, hash }));
    const next = await writeOne(collection, sign, at, heads);
    // Another process wrote this number first. Its heads are marked, or soon listed once more; both do no harm.
    if (next === undefined) continue;
    written.push(next);
    await storage.journal.markListed(changed);
  }
}

async function writeOne(
  collection: Checkpoints,
  sign: CheckpointPorts['sign'],
  at: Instant,
  heads: readonly Head[],
): Promise<Checkpoint | undefined> {
  const latest = (await collection.find(installationTenant, { index: 'number', equal: [], descending: true, limit: 1 }))
    .documents[0]?.value;
  const number = (latest?.number ?? 0) + 1;
  const jws = await sign(
    canonicalBytes({ number, at, previousHash: latest === undefined ? genesisHash : checkpointHash(latest), heads }),
  );
  try {
    return (await collection.insert({ tenant: installationTenant, id: `checkpoint-${number}` }, { number, at, jws }))
      .value;
  } catch (error) {
    if (error instanceof DuplicateKey) return undefined;
    throw error;
  }
}
