/** The list of sessions: by centre, by person and by time. */
import type { Instant } from '../../storage/document/instant.ts';
import type { Collection, CollectionDefinition } from '../../storage/port.ts';
import type { SpecificationId } from '../../item-bank/specifications/specification.ts';

/** Written before the session itself, so that none can exist unlisted. */
export interface ListedSession {
  readonly centre: string;
  readonly candidate: string;
  readonly test: SpecificationId;
  readonly registeredAt: Instant;
}
type SessionListIndex = 'centre' | 'candidate' | 'registeredAt';
/** The stored name is what earlier versions called it: with another, what they wrote would not be found. */
export const sessionList: CollectionDefinition<ListedSession, SessionListIndex> = {
  name: 'sittings',
  indexes: {
    registeredAt: { fields: ['registeredAt'] },
    centre: { fields: ['centre', 'registeredAt'] },
    candidate: { fields: ['candidate', 'registeredAt'] },
  },
  sealed: true,
  replaceable: true,
};
export type SessionList = Collection<ListedSession, SessionListIndex>;
