/** What follows from commits elsewhere in the house. Each verb may be called again and changes nothing then. */
import type { Origin } from '../../storage/journal/origin.ts';
import type { Consequence } from '../../storage/port.ts';
import type { Banks } from '../../item-bank/releases/run.ts';
import type { RegistrationId } from '../../delivery/registrations/run.ts';
import type { SessionId } from '../../delivery/sessions/run.ts';
import type { ScoreDifference } from '../assurance/compare.ts';
import type { Results } from '../results/run.ts';
import { readConsequence } from './consequence.ts';
import { type PronouncePorts, annulled, corrected, released } from './pronounce.ts';

export interface FollowUpPorts extends PronouncePorts {
  readonly banks: Pick<Banks, 'apply'>;
  readonly results: Pick<Results, 'attended' | 'conclude' | 'loadAt' | 'recompute'>;
  /** A person must look at a result that the two scorers do not agree on. */
  readonly heldBack: (id: SessionId, differences: readonly ScoreDifference[]) => void;
  /** Who is expected is shown, and who was admitted has a session. */
  readonly registrationChanged: (id: RegistrationId) => Promise<void>;
  /** Nobody waits for a sign of life of this session any more. */
  readonly sessionClosed: (id: SessionId) => void;
}

/**
 * Carries out one consequence. Throws UnknownConsequence for one that nobody knows. Not `async`, so that a kind without
 * a case is an error of types: the function would end without a return.
 */
export function follow(ports: FollowUpPorts, recorded: Consequence, { stream, version }: Origin): Promise<void> {
  const consequence = readConsequence(recorded);
  const id = { tenant: stream.tenant, id: stream.id };
  switch (consequence.kind) {
    case 'bank-changed':
      return ports.banks.apply(consequence.data.bank);
    case 'registration-changed':
      return ports.registrationChanged({ tenant: stream.tenant, id: consequence.data.registration });
    case 'session-attended':
      return ports.results.attended(id);
    case 'session-closed':
      ports.sessionClosed(id);
      return ports.results.conclude(id);
    case 'performance-rated':
      return ports.results.conclude({ tenant: stream.tenant, id: consequence.data.session });
    case 'result-held-back':
      return heldBack(ports, id, version);
    case 'result-released':
      return released(ports, id, version);
    case 'result-corrected':
      return corrected(ports, id, version);
    case 'result-annulled':
      return annulled(ports, id, version);
  }
}

async function heldBack(ports: FollowUpPorts, id: SessionId, version: number): Promise<void> {
  const { state } = await ports.results.loadAt(id, version);
  if (state?.heldBack !== undefined) ports.heldBack(id, state.heldBack.differences);
}
