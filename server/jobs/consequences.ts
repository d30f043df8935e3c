/**
 * What commits cause elsewhere: results opened and concluded, certificates issued, pushes enqueued. Each is idempotent.
 */
import { agencyOf } from '../../people/agencies/agency.ts';
import type { Consequence } from '../../storage/port.ts';
import { jsonObject } from '../../storage/document/json.ts';
import { type Origin, workPending } from '../../storage/journal/pending.ts';
import { issueCertificate } from '../../scoring/certificates/issue.ts';
import { enqueue } from '../../scoring/trajectory/deliveries.ts';
import { eventId, resultEvent } from '../../scoring/trajectory/event.ts';
import type { SessionId } from '../../delivery/sessions/run.ts';
import type { Program } from '../program.ts';
import type { Job } from './job.ts';

export class UnknownConsequence extends Error {
  readonly code = 'unknown-consequence';
  constructor(kind: string) {
    super(`nobody knows what to do about "${kind}"`);
    this.name = 'UnknownConsequence';
  }
}

/** A released result becomes a certificate, where one is earned, and a push, where somebody wants it. */
async function resultReleased(program: Program, id: SessionId): Promise<void> {
  const [session, result] = [await program.sessions.load(id), await program.results.load(id)];
  const released = result.state?.released;
  if (session === undefined || released === undefined) return;
  const { registration } = session.state;
  const [person, agency] = [
    await program.candidates.get({ tenant: id.tenant, id: registration.candidate }),
    await agencyOf(program.agencies, id.tenant),
  ];
  if (person === undefined) return;
  const facts = { result: released.result, releasedAt: released.at, synthetic: registration.synthetic };
  const credential = await issueCertificate(
    program.certificates,
    id.tenant,
    {
      ...facts,
      id: id.id,
      issuer: program.publicUrl(),
      issuerName: agency?.name ?? 'Meetlat',
      holder: { name: person.value.name, birthDate: person.value.birthDate },
    },
    program.sign,
  );
  if (program.configuration.trajectory === undefined) return;
  const event = resultEvent({
    ...facts,
    source: program.publicUrl(),
    tenant: id.tenant,
    session: id.id,
    version: result.version,
    reference: person.value.reference,
    ...(credential === undefined ? {} : { credential }),
  });
  await enqueue(
    program.deliveries,
    id.tenant,
    eventId(id.tenant, id.id, result.version),
    registration.candidate,
    JSON.stringify(jsonObject(event)),
    program.now(),
  );
}

export async function applyConsequence(
  program: Program,
  { kind, data }: Consequence,
  { stream }: Origin,
): Promise<void> {
  const id = { tenant: stream.tenant, id: stream.id };
  switch (kind) {
    case 'session-attended':
      await program.results.attended(id);
      return;
    case 'session-closed':
      program.presence.forget(id);
      await program.results.conclude(id);
      return;
    case 'performance-rated':
      await program.results.conclude({ tenant: stream.tenant, id: String(data['session']) });
      return;
    case 'result-released':
      await resultReleased(program, id);
      return;
    case 'bank-changed':
      await program.banks.apply(stream.id);
      return;
    default:
      throw new UnknownConsequence(kind);
  }
}

/**
 * Longer than one consequence takes; a process that was killed while it held the lease holds the others up for this
 * long, ms.
 */
const leaseMs = 10_000;

export function consequencesJob(program: Program): Job {
  const lease = { holder: program.makeId(), lifeMs: leaseMs, now: program.now };
  return {
    name: 'consequences',
    everyMs: 250,
    run: async () => {
      const { failed } = await workPending({
        storage: program.storage,
        lease,
        apply: (consequence, origin) => applyConsequence(program, consequence, origin),
      });
      for (const { stream, version, error } of failed)
        program.log.error(
          { err: error, stream: `${stream.kind}/${stream.id}`, version },
          'a consequence failed; it is tried again',
        );
    },
  };
}
