/**
 * The event that the trajectory system gets: CloudEvents 1.0, structured JSON. Its id is the result stream and version:
 * the same at every attempt.
 */
import { defined } from '../../storage/document/defined.ts';
import { type JsonObject, jsonObject } from '../../storage/document/json.ts';
import type { Instant } from '../../storage/document/instant.ts';
import type { Anchor } from '../../storage/journal/checkpoint.ts';
import type { ResultContent } from '../results/result.ts';

export interface PushFacts {
  readonly source: string;
  readonly tenant: string;
  readonly session: string;
  /** Of the result's stream, with the commit that is told of. */
  readonly version: number;
  readonly at: Instant;
  /** The person's reference in the trajectory system. */
  readonly reference: string;
  /** What counts from now on; of an annulled result what counted until now. */
  readonly result: ResultContent;
  readonly synthetic: boolean;
  /** Version of the same stream whose event this one takes the place of. */
  readonly replaces?: number;
  readonly credential?: string;
  /** The newest checkpoint of our journal: kept by the receiver, it shows whether the record was rewritten since. */
  readonly checkpoint?: Anchor;
}
/** An annulled result has no outcome, and what was pushed of it before counts no more. */
export type PushType = 'released' | 'corrected' | 'annulled';

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
export function resultEvent(type: PushType, facts: PushFacts): JsonObject {
  const { source, tenant, session, version, at, reference, result, synthetic, replaces, checkpoint } = facts;
  for (const [field, value] of [
    ['source', source],
    ['subject', reference],
  ] as const)
    if (value === '') throw new BadEvent(field, 'must not be empty');
  const { test, testDate, regime } = result;
  return jsonObject({
    specversion: '1.0',
    id: eventId(tenant, session, version),
    source,
    type: `be.meetlat.testresult.${type}.v1`,
    subject: reference,
    time: at,
    datacontenttype: 'application/json',
    data: {
      reference,
      agency: tenant,
      test,
      testDate,
      regime: regime.id,
      synthetic,
      ...(checkpoint === undefined ? {} : { checkpoint: `${checkpoint.number}:${checkpoint.hash}` }),
      ...(replaces === undefined ? {} : { replaces: eventId(tenant, session, replaces) }),
      ...(type === 'annulled' ? {} : whatCounts(facts)),
    },
  });
}

const whatCounts = ({ result: { outcome, level, required }, credential }: PushFacts) => ({
  outcome,
  ...defined({ level, required, credential }),
});
