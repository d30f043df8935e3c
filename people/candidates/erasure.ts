/** That a person was erased, by the pseudonym: what is left of them says nothing of who it was. */
import type { Instant } from '../../storage/document/instant.ts';
import { type Journal, type Key, VersionConflict, genesisHash } from '../../storage/port.ts';

export const personKind = 'person';

const streamOf = ({ tenant, id }: Key) => ({ tenant, kind: personKind, id });

export const isErased = async (journal: Journal, key: Key): Promise<boolean> =>
  (await journal.read(streamOf(key))).some(({ events }) => events.some(({ type }) => type === 'erased'));

/** Idempotent. */
export async function recordErasure(journal: Journal, key: Key, at: Instant): Promise<void> {
  try {
    await journal.append(streamOf(key), {
      expectedVersion: 0,
      previousHash: genesisHash,
      at,
      events: [{ type: 'erased', schema: 1, at }],
    });
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error;
  }
}
