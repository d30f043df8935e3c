/**
 * The event that the trajectory system gets: CloudEvents 1.0, structured JSON. Its id is the result stream and version:
 * the same at every attempt.
 */
import { type JsonObject, jsonObject } from '../../storage/document/json.ts';
import type { Instant } from '../../storage/document/instant.ts';
import type { ResultContent } from '../results/result.ts';

export interface ResultEventFacts {
  readonly source: string;
  readonly tenant: string;
  readonly session: string;
  readonly version: number;
  readonly releasedAt: Instant;
  /** The person's reference in the trajectory system. */
  readonly reference: string;
  readonly result: ResultContent;
  readonly credential?: string;
  readonly synthetic: boolean;
}

export const eventId = (tenant: string, session: string, version: number): string =>
  `result-${tenant}-${session}-${version}`;

export class BadEvent extends Error {
  readonly code = 'bad-event';
  constructor(
    readonly field: string,
    rule: string,
  ) {
    super(`${field} ${rule}`);
    this.name = 'BadEvent';
  }
}

/**
 * Throws BadEvent without a source or subject, which CloudEvents requires. Scores stay with us: the trajectory needs
 * the outcome, the level and the proof.
 */
export function resultEvent(facts: ResultEventFacts): JsonObject {
  const { source, tenant, session, version, releasedAt, reference, result, credential, synthetic } = facts;
  for (const [field, value] of [
    ['source', source],
    ['subject', reference],
  ] as const)
    if (value === '') throw new BadEvent(field, 'must not be empty');
  return jsonObject({
    specversion: '1.0',
    id: eventId(tenant, session, version),
    source,
    type: 'be.meetlat.testresult.released.v1',
    subject: reference,
    time: releasedAt,
    datacontenttype: 'application/json',
    data: {
      reference,
      agency: tenant,
      test: result.test,
      testDate: result.testDate,
      regime: result.regime.id,
      outcome: result.outcome,
      synthetic,
      ...(result.level === undefined ? {} : { level: result.level }),
      ...(result.required === undefined ? {} : { required: result.required }),
      ...(credential === undefined ? {} : { credential }),
    },
  });
}
