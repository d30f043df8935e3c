/**
 * Every process says that it is there and whom it hears; a start after a silence of all of them measures the outage.
 */
import type { Collection } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';
import { renewMs } from '../../delivery/live/notices.ts';
import { type Liveness, livenessKey } from '../last-alive.ts';
import type { Program } from '../program.ts';
import type { Job } from './job.ts';
import { type FindingPorts, findOpen, handleUnlessRefused } from './open-sessions.ts';

export type LivenessPorts = FindingPorts & Pick<Program, 'live'>;

/** Silence of all processes longer than this is an outage, ms. */
const outageFromMs = 5_000;

/** Says that a server is alive, and returns when the last one was. */
async function beat(liveness: Collection<Liveness, never>, now: Instant): Promise<Instant | undefined> {
  const last = await liveness.get(livenessKey);
  const value = { at: now };
  const { revision } = last ?? {};
  await unlessRaced(
    revision === undefined ? liveness.insert(livenessKey, value) : liveness.replace(livenessKey, revision, value),
  );
  return last?.value.at;
}

/** On start: how long nobody was there for the sessions under way. Measuring the same outage twice changes nothing. */
export async function measureOutage(program: FindingPorts, liveness: Collection<Liveness, never>): Promise<void> {
  const now = program.now();
  const last = await beat(liveness, now);
  if (last === undefined || toEpochMs(now) - toEpochMs(last) <= outageFromMs) return;
  for (const { id } of await findOpen(program))
    await handleUnlessRefused(program, id, { type: 'measure-outage', from: last, to: now });
}

export function livenessJobs(program: LivenessPorts, liveness: Collection<Liveness, never>): Job[] {
  const { presence, seats, failures } = program.live;
  return [
    {
      name: 'liveness',
      everyMs: renewMs,
      run: async () => {
        await beat(liveness, program.now());
      },
    },
    { name: 'presence', everyMs: renewMs, run: () => presence.say() },
    { name: 'seats', everyMs: renewMs, run: () => seats.renew() },
    { name: 'failures', everyMs: 60_000, run: () => failures.tidy() },
  ];
}
