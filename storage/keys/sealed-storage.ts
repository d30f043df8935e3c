/**
 * The storage that the program works with: commits and the documents that decide something are bound to the secret.
 * Storage of before there were seals is sealed once, recorded in the installation's own stream; from then on the
 * wrapping record says under the secret that all is sealed, so that nobody can ask for that once more.
 */
import type { Instant } from '../document/instant.ts';
import { CommitSeals, SealingJournal } from '../journal/commit-seal.ts';
import type { Anchor } from '../journal/checkpoint.ts';
import {
  type CollectionDefinition,
  type CommitPlace,
  CorruptStorage,
  type FoundCommit,
  type Key,
  type Storage,
  VersionConflict,
  genesisHash,
  installationStream,
} from '../port.ts';
import type { TellOfDocument } from '../readable.ts';
import { unlessRaced } from '../raced.ts';
import { DocumentSeals, type Sealed, SealedCollection } from './sealed-collection.ts';
import type { Wrapping } from './wrapping.ts';

/** @param tell of a forged document that is passed over; without it the first one is thrown */
export function sealStorage(storage: Storage, wrapping: Wrapping, tell?: TellOfDocument): Storage {
  const documents = new DocumentSeals(wrapping.derive('documents'));
  return {
    ...storage,
    journal: new SealingJournal(storage.engineJournal, {
      seals: new CommitSeals(wrapping.derive('journal')),
      random: wrapping.random,
    }),
    async collection<T extends object, I extends string>(definition: CollectionDefinition<T, I>) {
      if (definition.sealed !== true) return storage.collection(definition);
      return new SealedCollection(await storage.collection<T & Sealed, I>(definition), definition, documents, tell);
    },
  };
}

/** A definition, whatever its documents hold. */
export interface AnyDefinition {
  readonly name: string;
  readonly indexes: Readonly<Record<string, { readonly fields: readonly string[]; readonly unique?: boolean }>>;
}

/** Every document that should carry a seal of this installation and carries none, and how many were looked at. */
export async function forgedDocuments(
  storage: Storage,
  wrapping: Wrapping,
  sealed: readonly AnyDefinition[],
): Promise<{ readonly documents: number; readonly forged: readonly string[] }> {
  const seals = new DocumentSeals(wrapping.derive('documents'));
  const forged: string[] = [];
  let documents = 0;
  for (const { name, indexes } of sealed) {
    // Without `sealed` they are read as they lie there.
    const collection = await storage.collection<Record<string, unknown> & Sealed, string>({ name, indexes });
    let after: Key | undefined;
    do {
      const batch = await collection.every(after);
      documents += batch.length;
      forged.push(
        ...batch.filter((stored) => !seals.isGenuine(name, stored)).map(({ tenant, id }) => `${name} ${tenant}/${id}`),
      );
      after = batch.at(-1);
    } while (after !== undefined);
  }
  return { documents, forged };
}

export interface SealingPorts {
  /** As the engine opens it. */
  readonly storage: Storage;
  readonly wrapping: Wrapping;
  readonly now: () => Instant;
  /** Every collection whose documents are sealed, whatever they hold. */
  readonly sealed: readonly AnyDefinition[];
  /** What the checkpoints say of the journal as it is: findings are recorded, since sealing cannot make them good. */
  readonly verify: () => Promise<{ readonly newest?: Anchor; readonly findings: readonly unknown[] }>;
}

/** Seals what was written before there were seals. Safe to run in several processes, and again after a kill. */
export async function sealOldData(ports: SealingPorts): Promise<void> {
  const { storage, wrapping, now, verify } = ports;
  if (wrapping.isStorageSealed) return;
  const { newest, findings } = await verify();
  const commits = await sealCommits(storage, new CommitSeals(wrapping.derive('journal')));
  const documents = await sealDocuments(ports, new DocumentSeals(wrapping.derive('documents')));
  const event = { type: 'storage-sealed', schema: 1, commits, documents, findings: findings.length };
  try {
    await sealStorage(storage, wrapping).journal.append(installationStream, {
      expectedVersion: 0,
      previousHash: genesisHash,
      at: now(),
      events: [newest === undefined ? event : { ...event, checkpoint: newest.number, checkpointHash: newest.hash }],
    });
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error;
  }
  await wrapping.storageIsSealed();
}

/**
 * Seals the documents of collections that carry seals only since a later version; how many. Safe in several processes,
 * and again after a kill.
 */
export const sealLater = (storage: Storage, wrapping: Wrapping, sealed: readonly AnyDefinition[]): Promise<number> =>
  sealDocuments({ storage, sealed }, new DocumentSeals(wrapping.derive('documents')));

/** A damaged commit gets none: it is named whenever its stream is read. */
async function sealCommits({ engineJournal }: Storage, seals: CommitSeals): Promise<number> {
  let sealed = 0;
  let after: CommitPlace | undefined;
  do {
    const batch: readonly FoundCommit[] = await engineJournal.everyCommit(after, 1000);
    for (const place of batch) {
      const { kept } = place;
      if (kept instanceof CorruptStorage || kept.commit.seal !== undefined) continue;
      await engineJournal.putSeal(place, undefined, seals.make(kept.commit.hash, kept.pending));
      sealed += 1;
    }
    after = batch.at(-1);
  } while (after !== undefined);
  return sealed;
}

async function sealDocuments(
  { storage, sealed }: Pick<SealingPorts, 'storage' | 'sealed'>,
  seals: DocumentSeals,
): Promise<number> {
  let count = 0;
  for (const { name, indexes } of sealed) {
    const collection = await storage.collection<Record<string, unknown> & Sealed, string>({ name, indexes });
    let after: Key | undefined;
    do {
      const batch = await collection.every(after);
      for (const stored of batch) {
        if (seals.isGenuine(name, stored)) continue;
        const { tenant, id, revision, value } = stored;
        const seal = seals.make(name, { tenant, id }, revision + 1, value);
        // Where another process seals at the same time, it counts what it was first at.
        if ((await unlessRaced(collection.replace(stored, revision, { ...value, seal }))) !== undefined) count += 1;
      }
      after = batch.at(-1);
    } while (after !== undefined);
  }
  return count;
}
