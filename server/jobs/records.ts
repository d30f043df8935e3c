/** Jobs that keep the record straight: signed checkpoints of the journal, and pushes to the trajectory system. */
import { leases, releaseLease, takeLease } from '../../storage/journal/lease.ts';
import { type CheckpointMemory, writeCheckpoint } from '../../storage/journal/checkpoint.ts';
import { tenants } from '../../people/agencies/agency.ts';
import { deliverDue } from '../../scoring/trajectory/deliveries.ts';
import { pushTo } from '../../scoring/trajectory/push.ts';
import type { Program } from '../program.ts';
import type { Job } from './job.ts';

export type RecordPorts = Pick<
  Program,
  'storage' | 'agencies' | 'configuration' | 'deliveries' | 'makeId' | 'now' | 'random' | 'signBytes'
>;

/**
 * Longer than one attempt takes; a killed holder holds the others up for this long, ms. A run that takes longer may
 * meet another one:
 * a receiver knows an event by its id, and a checkpoint's number is taken once.
 */
const leaseMs = 20_000;

/** Runs `work` when no other process does. */
async function alone(program: RecordPorts, holder: string, name: string, work: () => Promise<void>): Promise<void> {
  const collection = await program.storage.collection(leases);
  const lease = await takeLease(collection, name, { holder, lifeMs: leaseMs }, program.now());
  if (lease === undefined) return;
  try {
    await work();
  } finally {
    await releaseLease(collection, lease);
  }
}

export function recordJobs(program: RecordPorts, fetchPort: typeof fetch, memory: CheckpointMemory): Job[] {
  const holder = program.makeId();
  const checkpoint: Job = {
    name: 'checkpoint',
    everyMs: 20_000,
    run: () =>
      alone(program, holder, 'checkpoint', async () => {
        await writeCheckpoint({ storage: program.storage, sign: program.signBytes, at: program.now(), memory });
      }),
  };
  const { trajectory } = program.configuration;
  if (trajectory === undefined) return [checkpoint];
  const push = pushTo(trajectory, { fetch: fetchPort, now: program.now });
  const jitter = (): number => (program.random(1)[0] ?? 0) / 256;
  const deliver: Job = {
    name: 'deliver',
    everyMs: 500,
    run: () =>
      alone(program, holder, 'deliver', async () => {
        for (const tenant of await tenants(program.agencies))
          await deliverDue({ all: program.deliveries, push, now: program.now, jitter }, tenant);
      }),
  };
  return [checkpoint, deliver];
}
