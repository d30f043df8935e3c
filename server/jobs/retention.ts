/** Takes away what an agency has kept for as long as it said, each hour. */
import { type Agencies, tenants } from '../../people/agencies/agency.ts';
import type { RetainedKind, Retention } from '../../people/agencies/retention.ts';
import { unlessDamaged } from '../../storage/journal/damage.ts';
import { askForFreshCopy } from '../../storage/lmdb/fresh-copy.ts';
import { type LeftAlone, type RetentionPorts, dueOf, takeAway } from '../privacy/retention.ts';
import type { Program } from '../program.ts';
import { alone } from './alone.ts';
import type { Job } from './job.ts';

export interface RetentionJobPorts extends RetentionPorts, Pick<Program, 'configuration' | 'makeId' | 'storage'> {
  readonly log: Record<'error' | 'info', (told: object, text: string) => void>;
  readonly agencies: Agencies;
  readonly retention: Retention;
}

/** What cannot be taken away now is tried again in an hour, and holds up nobody else's. */
async function takeDue(ports: RetentionJobPorts, tenant: string): Promise<void> {
  const retained = await ports.retention.of(tenant);
  if (retained === undefined) return;
  const taken: Partial<Record<RetainedKind, number>> = {};
  const { log } = ports;
  const leftAlone: LeftAlone = ({ id: person }, err) =>
    log.error({ err, tenant, person }, 'nothing of this person is taken away: it was changed past the program');
  for await (const due of dueOf(ports, tenant, retained, leftAlone))
    try {
      // Overwritten bytes stay in an LMDB file until it is copied afresh, at the next start.
      if (due.kind === 'persons' && ports.storage.engine === 'lmdb')
        await askForFreshCopy(ports.configuration.dataFolder);
      await takeAway(ports, due, retained);
      taken[due.kind] = (taken[due.kind] ?? 0) + 1;
    } catch (error) {
      log.error({ err: error, tenant, kind: due.kind, of: due.of }, 'what is due could not be taken away');
    }
  if (Object.keys(taken).length > 0) log.info({ tenant, taken }, 'what was kept long enough is gone');
}

export function retentionJob(ports: RetentionJobPorts): Job {
  const holder = ports.makeId();
  return {
    name: 'retention',
    everyMs: 3_600_000,
    run: () =>
      alone(ports, holder, 'retention', async () => {
        for (const tenant of await tenants(ports.agencies))
          await unlessDamaged(takeDue(ports, tenant), (err) =>
            ports.log.error(
              { err, tenant },
              'what is due at this agency is not known: it was changed past the program',
            ),
          );
      }),
  };
}
