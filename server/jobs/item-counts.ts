/** Keeps the live counts of items up with the sessions, so that no page has to read them. */
import { type ItemCountPorts, advanceCounts } from '../../delivery/responses/item-counts.ts';
import { sessionKind } from '../../delivery/sessions/run.ts';
import { type Agencies, tenants } from '../../people/agencies/agency.ts';
import type { Key } from '../../storage/port.ts';
import type { RefusedStreams } from '../refused-streams.ts';
import type { Job } from './job.ts';

/** Steps of one run: the rest is for the next one, and for whoever else needs the process. */
const mostSteps = 10;

export interface CountingPorts extends ItemCountPorts {
  readonly agencies: Agencies;
  readonly refusedStreams: RefusedStreams;
}

export const itemCountsJob = ({ agencies, refusedStreams, ...ports }: CountingPorts): Job => ({
  name: 'item-counts',
  everyMs: 5_000,
  run: async () => {
    // What was changed past the program counts for nothing.
    const sessions = {
      load: (id: Key) => refusedStreams.unlessDamaged({ ...id, kind: sessionKind }, () => ports.sessions.load(id)),
    };
    const undamaged = { ...ports, sessions };
    for (const tenant of await tenants(agencies))
      for (let step = 1; step <= mostSteps; step += 1) if (await advanceCounts(undamaged, tenant)) break;
  },
});
