/**
 * Puts all that stands under the installation's secret under the next one: the seal of every commit and of every
 * deciding document, the wrapped key of every person, and what else the secret made. What neither secret made is left
 * as it is, refused as before, and named. Killed at any moment it goes on: each piece is under the one or the other.
 */
import type { Instant } from '../document/instant.ts';
import { CommitSeals } from '../journal/commit-seal.ts';
import { streamName } from '../journal/stream-name.ts';
import {
  type CommitPlace,
  CorruptStorage,
  type FoundCommit,
  type Key,
  type Storage,
  type Stored,
  genesisHash,
  installationStream,
} from '../port.ts';
import { unlessRaced } from '../raced.ts';
import type { DataKeys } from './data-keys.ts';
import { DocumentSeals, type Sealed } from './sealed-collection.ts';
import { type AnyDefinition, sealStorage } from './sealed-storage.ts';
import type { SecretRotation } from './wrapping.ts';

type AnyDocument = Readonly<Record<string, unknown>>;

/** What a collection's documents hold that the secret made, beside their seal. */
export interface DocumentRenewal {
  readonly collection: string;
  /** The members that change. */
  readonly renew: (stored: Stored<AnyDocument>) => Promise<AnyDocument>;
}

export interface RotationPorts {
  /** As the engine opens it. */
  readonly storage: Storage;
  readonly rotation: SecretRotation;
  /** Opened by the former secret. */
  readonly dataKeys: Pick<DataKeys, 'putUnder'>;
  /** Every collection whose documents are sealed. */
  readonly sealed: readonly AnyDefinition[];
  readonly renewals: readonly DocumentRenewal[];
  readonly now: () => Instant;
}

/** What is under the next secret now, and the places of what neither secret made. */
export interface Rotated {
  readonly commits: number;
  readonly documents: number;
  readonly keys: number;
  readonly left: readonly string[];
}

/** So many are written at the same time, and share a sync. */
const atOnce = 200;
const eventType = 'secret-rotated';

/** @param by a named person, and why: recorded for good in the installation's own stream */
export async function rotateSecret(
  ports: RotationPorts,
  said: { readonly by: string; readonly reason: string },
): Promise<Rotated> {
  // Persons' keys first: what renews a document opens what lies under them.
  for (;;) {
    const keys = await ports.dataKeys.putUnder(ports.rotation.next);
    const documents = await putDocumentsUnder(ports);
    const commits = await putCommitsUnder(ports);
    // Whoever opened the storage just before may have written meanwhile: until nothing was.
    if (keys.changed + documents.changed + commits.changed > 0) continue;
    const left = [...keys.left, ...documents.left, ...commits.left];
    const rotated = { commits: commits.count, documents: documents.count, keys: keys.keys, left };
    await record(ports, { ...rotated, ...said });
    await ports.rotation.next.followed(ports.rotation);
    return rotated;
  }
}

interface Walked {
  readonly count: number;
  readonly changed: number;
  readonly left: readonly string[];
}

/** Runs the step for each of a batch, at most `atOnce` at the same time. */
async function inGroups<T>(batch: readonly T[], step: (one: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < batch.length; from += atOnce)
    await Promise.all(batch.slice(from, from + atOnce).map((one) => step(one)));
}

async function putCommitsUnder({ storage: { engineJournal }, rotation }: RotationPorts): Promise<Walked> {
  const [former, next] = [rotation.former, rotation.next].map(
    (wrapping) => new CommitSeals(wrapping.derive('journal')),
  );
  if (former === undefined || next === undefined) throw new TypeError('two secrets');
  const left: string[] = [];
  let [count, changed, after]: [number, number, CommitPlace | undefined] = [0, 0, undefined];
  const step = async (place: FoundCommit): Promise<void> => {
    const { kept, stream, version } = place;
    const commit = kept instanceof CorruptStorage ? undefined : kept.commit;
    if (commit !== undefined && next.isGenuine(commit)) count += 1;
    else if (commit !== undefined && former.isGenuine(commit)) {
      await engineJournal.putSeal(place, commit.seal, former.under(next, commit));
      changed += 1;
    } else left.push(streamName(stream, version));
  };
  do {
    const batch: readonly FoundCommit[] = await engineJournal.everyCommit(after, 1000);
    await inGroups(batch, step);
    after = batch.at(-1);
  } while (after !== undefined);
  return { count, changed, left };
}

async function putDocumentsUnder({ storage, rotation, sealed, renewals }: RotationPorts): Promise<Walked> {
  const former = new DocumentSeals(rotation.former.derive('documents'));
  const next = new DocumentSeals(rotation.next.derive('documents'));
  const left: string[] = [];
  let [count, changed] = [0, 0];
  for (const { name, indexes } of sealed) {
    const collection = await storage.collection<AnyDocument & Sealed, string>({ name, indexes });
    const renewal = renewals.find((one) => one.collection === name);
    const step = async (stored: Stored<AnyDocument & Sealed>): Promise<void> => {
      const { tenant, id, revision } = stored;
      if (next.isGenuine(name, stored)) count += 1;
      else if (former.isGenuine(name, stored)) {
        const value = { ...stored.value, ...(await renewal?.renew(stored)) };
        const seal = next.make(name, { tenant, id }, revision + 1, value);
        if ((await unlessRaced(collection.replace(stored, revision, { ...value, seal }))) !== undefined) changed += 1;
      } else left.push(`${name} ${tenant}/${id}`);
    };
    let after: Key | undefined;
    do {
      const batch = await collection.every(after);
      await inGroups(batch, step);
      after = batch.at(-1);
    } while (after !== undefined);
  }
  return { count, changed, left };
}

/** Once for a rotation, however often it was ended and went on. */
async function record(
  { storage, rotation, now }: RotationPorts,
  { left, ...told }: Rotated & { readonly by: string; readonly reason: string },
): Promise<void> {
  const { journal } = sealStorage(storage, rotation.next);
  const commits = await journal.read(installationStream);
  if (commits.some(({ events }) => events.some((event) => event['rotation'] === rotation.id))) return;
  await journal.append(installationStream, {
    expectedVersion: commits.length,
    previousHash: commits.at(-1)?.hash ?? genesisHash,
    at: now(),
    events: [{ type: eventType, schema: 1, rotation: rotation.id, ...told, left: left.length }],
  });
}

/** Every change of the secret, as it was recorded; reads without the secret, too. Throws CorruptStorage. */
export async function secretRotations(
  storage: Storage,
): Promise<readonly { readonly at: Instant; readonly by: string; readonly reason: string }[]> {
  const commits = await storage.journal.read(installationStream);
  return commits.flatMap(({ at, events }) =>
    events.flatMap(({ type, by, reason }) =>
      type === eventType ? [{ at, by: String(by), reason: String(reason) }] : [],
    ),
  );
}
