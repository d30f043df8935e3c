/** Keeps the live counts of items up with the sessions, so that no page has to read them. */
import { type ItemCountPorts, advanceCounts } from '../../delivery/responses/item-counts.ts';
import { type Agencies, tenants } from '../../people/agencies/agency.ts';
import type { Job } from './job.ts';

/** Steps of one run: the rest is for the next one, and for whoever else needs the process. */
const mostSteps = 10;

export const itemCountsJob = (ports: ItemCountPorts, agencies: Agencies): Job => ({
  name: 'item-counts',
  everyMs: 5_000,
  run: async () => {
    for (const tenant of await tenants(agencies))
      for (let step = 1; step <= mostSteps; step += 1) if (await advanceCounts(ports, tenant)) break;
  },
});
