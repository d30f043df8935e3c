/** Jobs that keep the record straight: signed checkpoints of the journal, and pushes to the trajectory system. */
import { type CheckpointMemory, writeCheckpoint } from '../../storage/journal/checkpoint.ts';
import { tenants } from '../../people/agencies/agency.ts';
import { deliverDue } from '../../scoring/trajectory/deliveries.ts';
import { pushTo } from '../../scoring/trajectory/push.ts';
import type { Program } from '../program.ts';
import { alone } from './alone.ts';
import type { Job } from './job.ts';

export type RecordPorts = Pick<
  Program,
  'storage' | 'agencies' | 'configuration' | 'deliveries' | 'makeId' | 'now' | 'random' | 'signBytes'
>;

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
