/**
 * A backup that was put back: the storage no longer leads on from the newest checkpoint that this installation wrote.
 * That somebody wanted it stands in the installation's own stream, which checkpoints list, with what was lost. So does
 * a start of a machine that remembered no checkpoint although the storage holds some: nobody can know whether that
 * storage is the one that was written, until a named person has compared it with what was published.
 */
import { z } from 'zod';
import type { Instant } from '../document/instant.ts';
import { type Storage, VersionConflict, genesisHash, installationStream, installationTenant } from '../port.ts';
import { Anchor, checkpointHash, checkpoints, newestCheckpoint, newestFirst } from './checkpoint.ts';

export const BackupAccepted = z.object({
  type: z.literal('backup-accepted'),
  schema: z.literal(1),
  /** A named person, and why. */
  by: z.string(),
  reason: z.string(),
  /** The newest checkpoint that was written here before; what it lists beyond the backup is gone. */
  known: Anchor,
  /** Where the backup ends; absent where it holds no checkpoint. */
  found: Anchor.optional(),
});
export type BackupAccepted = Readonly<z.infer<typeof BackupAccepted>>;

export const MemoryMissing = z.object({
  type: z.literal('checkpoint-memory-missing'),
  schema: z.literal(1),
  /** The newest checkpoint, which the storage went on from. */
  found: Anchor,
});
export type MemoryMissing = Readonly<z.infer<typeof MemoryMissing>>;

/**
 * Records that nothing outside of the storage remembers its newest checkpoint.
 * @returns that checkpoint; undefined where none is written, or only by an earlier version, which kept no memory
 */
export async function noteMissingMemory(storage: Storage, at: Instant): Promise<Anchor | undefined> {
  const [newest] = (await (await storage.collection(checkpoints)).find(installationTenant, newestFirst)).documents;
  const sealed = (await storage.journal.read(installationStream)).find(({ events }) =>
    events.some(({ type }) => type === 'storage-sealed'),
  );
  if (newest === undefined || (sealed !== undefined && newest.value.at <= sealed.at)) return undefined;
  const found = { number: newest.value.number, hash: checkpointHash(newest.value) };
  await record(storage, at, { type: 'checkpoint-memory-missing', schema: 1, found });
  return found;
}

export const MemoryAccepted = z.object({
  type: z.literal('checkpoint-memory-accepted'),
  schema: z.literal(1),
  /** A named person, and why the storage is the one that was written. */
  by: z.string(),
  reason: z.string(),
  found: Anchor,
});
export type MemoryAccepted = Readonly<z.infer<typeof MemoryAccepted>>;

/** A person's word that the storage which went on from `found` is the one that was written. */
export const acceptMissingMemory = (
  storage: Storage,
  { at, ...said }: Pick<MemoryAccepted, 'by' | 'reason' | 'found'> & { readonly at: Instant },
): Promise<void> => record(storage, at, { type: 'checkpoint-memory-accepted', schema: 1, ...said });

async function record(
  storage: Storage,
  at: Instant,
  event: BackupAccepted | MemoryMissing | MemoryAccepted,
): Promise<void> {
  for (;;) {
    const commits = await storage.journal.read(installationStream);
    try {
      await storage.journal.append(installationStream, {
        expectedVersion: commits.length,
        previousHash: commits.at(-1)?.hash ?? genesisHash,
        at,
        events: [event],
      });
      return;
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
    }
  }
}

/** A person's word that the storage as it is now goes on, although `known` is not in it. */
export async function acceptBackup(
  storage: Storage,
  { by, reason, known, at }: Pick<BackupAccepted, 'by' | 'reason' | 'known'> & { readonly at: Instant },
): Promise<BackupAccepted> {
  const found = await newestCheckpoint(await storage.collection(checkpoints));
  const event = { type: 'backup-accepted', schema: 1, by, reason, known, ...(found && { found }) } as const;
  await record(storage, at, event);
  return event;
}

const Accepted = z.discriminatedUnion('type', [BackupAccepted, MemoryAccepted]);

/** All that named persons answered for, with when; reads without the secret, too. */
export async function acceptedStorage(
  storage: Storage,
): Promise<readonly { readonly at: Instant; readonly accepted: z.infer<typeof Accepted> }[]> {
  const commits = await storage.journal.read(installationStream);
  return commits.flatMap(({ at, events }) =>
    events.flatMap((event) => {
      const { data } = Accepted.safeParse(event);
      return data === undefined ? [] : [{ at, accepted: data }];
    }),
  );
}

/** Starts without a memory since the last time that a named person said the storage goes on. Throws CorruptStorage. */
export async function unansweredStarts(
  storage: Storage,
): Promise<readonly { readonly at: Instant; readonly found: Anchor }[]> {
  const unanswered: { readonly at: Instant; readonly found: Anchor }[] = [];
  for (const { at, events } of await storage.journal.read(installationStream))
    for (const event of events) {
      const missing = MemoryMissing.safeParse(event).data;
      if (missing !== undefined) unanswered.push({ at, found: missing.found });
      if (MemoryAccepted.safeParse(event).success) unanswered.length = 0;
    }
  return unanswered;
}
