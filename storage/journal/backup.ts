/**
 * A backup that was put back: the storage no longer leads on from the newest checkpoint that this installation wrote.
 * That somebody wanted it stands in the installation's own stream, which checkpoints list, with what was lost.
 */
import { z } from 'zod';
import type { Instant } from '../document/instant.ts';
import { type Storage, VersionConflict, genesisHash, installationStream } from '../port.ts';
import { Anchor, checkpoints, newestCheckpoint } from './checkpoint.ts';

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

/** A person's word that the storage as it is now goes on, although `known` is not in it. */
export async function acceptBackup(
  storage: Storage,
  { by, reason, known, at }: Pick<BackupAccepted, 'by' | 'reason' | 'known'> & { readonly at: Instant },
): Promise<BackupAccepted> {
  const found = await newestCheckpoint(await storage.collection(checkpoints));
  const event = { type: 'backup-accepted', schema: 1, by, reason, known, ...(found && { found }) } as const;
  for (;;) {
    const commits = await storage.journal.read(installationStream);
    try {
      await storage.journal.append(installationStream, {
        expectedVersion: commits.length,
        previousHash: commits.at(-1)?.hash ?? genesisHash,
        at,
        events: [event],
      });
      return event;
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
    }
  }
}

/** Every backup that was accepted, with when; reads without the secret, too. */
export async function acceptedBackups(
  storage: Storage,
): Promise<readonly { readonly at: Instant; readonly backup: BackupAccepted }[]> {
  const commits = await storage.journal.read(installationStream);
  return commits.flatMap(({ at, events }) =>
    events.flatMap((event) => {
      const { data } = BackupAccepted.safeParse(event);
      return data === undefined ? [] : [{ at, backup: data }];
    }),
  );
}
