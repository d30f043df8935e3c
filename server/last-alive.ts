/** When a process of this installation was last there, by the time of the program. */
import { installation } from '../people/agencies/agency.ts';
import type { Instant } from '../storage/document/instant.ts';
import type { Collection, CollectionDefinition } from '../storage/port.ts';

export interface Liveness {
  readonly at: Instant;
}
export const livenessDefinition: CollectionDefinition<Liveness, never> = {
  name: 'liveness',
  indexes: {},
  // What ran out during an outage is not scored: nobody who only holds the database can make one up.
  sealed: true,
  replaceable: true,
};
export const livenessKey = { tenant: installation, id: 'server' } as const;

export const lastAlive = async (liveness: Collection<Liveness, never>): Promise<Instant | undefined> =>
  (await liveness.get(livenessKey))?.value.at;
