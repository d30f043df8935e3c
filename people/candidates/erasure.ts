/** That a person was erased, by the pseudonym: what is left of them says nothing of who it was. */
import type { Instant } from '../../storage/document/instant.ts';
import { type Journal, type Key, VersionConflict, genesisHash } from '../../storage/port.ts';

export const personKind = 'person';

const streamOf = ({ tenant, id }: Key) => ({ tenant, kind: personKind, id });

export const isErased = async (journal: Journal, key: Key): Promise<boolean> =>
  (await journal.read(streamOf(key))).some(({ events }) => events.some(({ type }) => type === 'erased'));

/** Two accounts: an erasure cannot be undone, so no one person decides it. */
export interface ErasureSignatories {
  readonly by: string;
  readonly confirmedBy: string;
}

/** Idempotent: what was recorded first stays. */
export async function recordErasure(
  journal: Journal,
  key: Key,
  { at, by, confirmedBy }: ErasureSignatories & { readonly at: Instant },
): Promise<void> {
  try {
    await journal.append(streamOf(key), {
      expectedVersion: 0,
      previousHash: genesisHash,
      at,
      events: [{ type: 'erased', schema: 2, at, by, confirmedBy }],
    });
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error;
  }
}
