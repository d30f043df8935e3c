/**
 * How long an agency keeps what it knows of persons. Periods are set by two people and stand in a stream of their own;
 * what is taken away later names the version that it was due by.
 */
import { z } from 'zod';
import type { Immutable } from '../../storage/document/immutable.ts';
import type { Instant } from '../../storage/document/instant.ts';
import { type Accepted, Stream, type StreamKind } from '../../storage/journal/stream.ts';
import type { Journal } from '../../storage/port.ts';

export const retentionKind = 'retention';

/**
 * `persons`: who somebody is, with everything that lies under the person's key. The others may go before: they lie
 * beside the chain.
 */
export const retainedKinds = ['persons', 'recordings', 'certificates', 'pushes'] as const;
export type RetainedKind = (typeof retainedKinds)[number];

/** Days; without one it is kept until somebody erases the person. */
const RetentionPeriods = z.partialRecord(z.enum(retainedKinds), z.int().positive());
export type RetentionPeriods = Immutable<z.infer<typeof RetentionPeriods>>;

const PeriodsSet = z.strictObject({
  type: z.literal('periods-set'),
  schema: z.literal(1),
  at: z.iso.datetime(),
  by: z.string(),
  confirmedBy: z.string(),
  days: RetentionPeriods,
});
type PeriodsSet = Immutable<z.infer<typeof PeriodsSet>>;

export interface Retained {
  readonly days: RetentionPeriods;
  readonly by: string;
  readonly confirmedBy: string;
  readonly setAt: Instant;
  /** Of the stream. */
  readonly version: number;
}

const retentionStream: StreamKind<Retained, PeriodsSet> = {
  kind: retentionKind,
  read: (event) => PeriodsSet.parse(event),
  evolve: (_, { days, by, confirmedBy, at }, version) => ({ days, by, confirmedBy, setAt: at, version }),
};

export class Retention {
  private readonly stream: Stream<Retained, PeriodsSet>;

  constructor(ports: { readonly journal: Journal; readonly now: () => Instant }) {
    this.stream = new Stream(retentionStream, { ...ports, refuse: () => new Error('nothing is refused here') });
  }

  /** Undefined where the agency set none: then nothing is ever due. */
  async of(tenant: string): Promise<Retained | undefined> {
    return (await this.stream.load({ tenant, id: 'periods' })).state;
  }

  /** All periods at once, in the place of those before. */
  async set(tenant: string, periods: Pick<Retained, 'days' | 'by' | 'confirmedBy'>): Promise<void> {
    await this.stream.run({ tenant, id: 'periods' }, (_, at): Accepted<PeriodsSet> => ({
      events: [{ type: 'periods-set', schema: 1, at, ...periods }],
      pending: [],
    }));
  }
}
