/**
 * Runs examiners' commands: the journal's expected version makes a claim atomic, the projection only finds candidates
 * for it.
 */
import {
  type Collection,
  type CollectionDefinition,
  DuplicateKey,
  type Journal,
  RevisionConflict,
  VersionConflict,
  genesisHash,
} from '../../storage/port.ts';
import type { Instant } from '../../storage/document/instant.ts';
import { type JsonObject, jsonObject } from '../../storage/document/json.ts';
import { UnreadableEvent } from '../../delivery/sessions/handle.ts';
import { type RatingCommand, type RatingRefusal, decideRating } from './decide.ts';
import { type Performance, type RatingEvent, type RatingState, evolveRating } from './rating.ts';

export const ratingKind = 'rating';

/**
 * Projection: where performances stand. Can be rebuilt from the streams; a stale entry costs a look at the stream,
 * never a wrong claim.
 */
export interface Waiting {
  readonly status: 'waiting' | 'claimed' | 'rated';
  readonly openedAt: Instant;
  readonly dueAt: Instant;
  /** Examiner who holds or rated it; empty when it waits. */
  readonly by: string;
  /** End of the claim; empty without one. A claimed performance whose lease is over can be claimed by anyone. */
  readonly leaseUntil: string;
  /** Version of the stream that it shows: an older one never overwrites a newer. */
  readonly version: number;
}
type Index = 'status' | 'by' | 'lease';
export const performances: CollectionDefinition<Waiting, Index> = {
  name: 'performances',
  indexes: {
    status: { fields: ['status', 'openedAt'] },
    by: { fields: ['by', 'status'] },
    lease: { fields: ['status', 'leaseUntil'] },
  },
};
export type Performances = Collection<Waiting, Index>;

export class RatingRefused extends Error {
  constructor(readonly code: RatingRefusal) {
    super(`refused: ${code}`);
    this.name = 'RatingRefused';
  }
}

export interface RatingId {
  readonly tenant: string;
  readonly id: string;
}
export interface LoadedRating {
  readonly state: RatingState | undefined;
  readonly version: number;
  readonly hash: string;
}
interface Found {
  readonly id: string;
  readonly value: Waiting;
}

/** Our own record, checked against its hash on reading. */
const isRatingEvent = (event: JsonObject | RatingEvent): event is RatingEvent =>
  typeof event['type'] === 'string' && event['schema'] === 1;

/** Tries before a command gives up against other writers of the same stream. */
const attempts = 8;
/** Looks at the queue before an examiner is told that nothing waits, and performances in one look. */
const looks = 4;
const lookAt = 50;

export class Ratings {
  constructor(
    private readonly journal: Journal,
    private readonly waiting: Performances,
    private readonly now: () => Instant,
  ) {}

  /** Throws UnreadableEvent for an event of a schema that this program does not know. */
  async load(id: RatingId): Promise<LoadedRating> {
    const commits = await this.journal.read({ ...id, kind: ratingKind });
    let state: RatingState | undefined;
    for (const commit of commits)
      for (const event of commit.events) {
        if (!isRatingEvent(event)) throw new UnreadableEvent(`rating ${id.id}, version ${commit.version}`);
        state = evolveRating(state, event);
      }
    const last = commits.at(-1);
    return { state, version: last?.version ?? 0, hash: last?.hash ?? genesisHash };
  }

  /** Idempotent: a performance that exists stays as it is. */
  async open(id: RatingId, performance: Performance): Promise<void> {
    const { state } = await this.load(id);
    const at = this.now();
    if (state === undefined) {
      const event: RatingEvent = { type: 'opened', schema: 1, at, performance };
      try {
        await this.journal.append(
          { ...id, kind: ratingKind },
          { expectedVersion: 0, previousHash: genesisHash, at, events: [jsonObject(event)] },
        );
      } catch (error) {
        if (!(error instanceof VersionConflict)) throw error;
      }
    }
    await this.project(id);
  }

  /** Throws RatingRefused. A conflict with another examiner is decided again on the newer state. */
  async handle(id: RatingId, command: RatingCommand): Promise<RatingState> {
    for (let attempt = 1; ; attempt += 1) {
      const { state, version, hash } = await this.load(id);
      const at = this.now();
      const decision = decideRating(state, command, at);
      if (decision.refused !== undefined) throw new RatingRefused(decision.refused);
      if (state === undefined) throw new RatingRefused('unknown-performance');
      const { event } = decision;
      if (event === undefined) return state;
      const pending =
        event.type === 'rated' ? [{ kind: 'performance-rated', data: { session: state.performance.session } }] : [];
      try {
        await this.journal.append(
          { ...id, kind: ratingKind },
          { expectedVersion: version, previousHash: hash, at, events: [jsonObject(event)], pending },
        );
      } catch (error) {
        if (!(error instanceof VersionConflict) || attempt === attempts) throw error;
        continue;
      }
      const after = evolveRating(state, event);
      await this.show(id, after, version + 1);
      return after;
    }
  }

  /**
   * The examiner's own claim, else the oldest performance that waits or whose claim is over; undefined when there is
   * none.
   */
  async claimNext(tenant: string, by: string): Promise<string | undefined> {
    const own = await this.current(tenant, by);
    if (own !== undefined) return own;
    for (let look = 1; look <= looks; look += 1) {
      const found = await this.claimable(tenant, lookAt);
      if (found.length === 0) return undefined;
      for (const { id } of found) {
        try {
          await this.handle({ tenant, id }, { type: 'claim', by });
          return id;
        } catch (error) {
          if (!(error instanceof RatingRefused)) throw error;
          await this.project({ tenant, id });
        }
      }
    }
    return undefined;
  }

  /** The performance that this examiner holds now. */
  async current(tenant: string, by: string): Promise<string | undefined> {
    for (const { id } of (await this.waiting.find(tenant, { index: 'by', equal: [by, 'claimed'], limit: 10 }))
      .documents) {
      const { state } = await this.load({ tenant, id });
      if (state?.claim?.by === by && state.claim.until > this.now()) return id;
    }
    return undefined;
  }

  /** At most 1000 of each are counted. */
  async queue(
    tenant: string,
    by: string,
  ): Promise<{ readonly waiting: number; readonly oldest?: Waiting; readonly ratedByMe: number }> {
    const found = await this.claimable(tenant, 1000);
    const mine = await this.waiting.find(tenant, { index: 'by', equal: [by, 'rated'], limit: 1000 });
    const oldest = found[0]?.value;
    return { waiting: found.length, ratedByMe: mine.documents.length, ...(oldest === undefined ? {} : { oldest }) };
  }

  /** Makes the projection of a tenant anew from the streams; returns how many performances there are. */
  async rebuild(tenant: string): Promise<number> {
    let [count, after]: [number, string | undefined] = [0, undefined];
    for (;;) {
      const ids: readonly string[] = await this.journal.streams(tenant, ratingKind, after);
      for (const id of ids) await this.project({ tenant, id });
      count += ids.length;
      after = ids.at(-1);
      if (after === undefined) return count;
    }
  }

  /** Oldest first. */
  private async claimable(tenant: string, limit: number): Promise<readonly Found[]> {
    const waiting = await this.waiting.find(tenant, { index: 'status', equal: ['waiting'], limit });
    // Text below the present instant: no claim is left at it.
    const over = await this.waiting.find(tenant, { index: 'lease', equal: ['claimed'], below: this.now(), limit });
    return [...waiting.documents, ...over.documents]
      .sort((a, b) => (a.value.openedAt < b.value.openedAt ? -1 : a.value.openedAt > b.value.openedAt ? 1 : 0))
      .slice(0, limit);
  }

  private async project(id: RatingId): Promise<void> {
    const { state, version } = await this.load(id);
    if (state !== undefined) await this.show(id, state, version);
  }

  /**
   * Somebody who writes at the same time knows as much or more; what is stale is put right when it is next looked at.
   */
  private async show(id: RatingId, state: RatingState, version: number): Promise<void> {
    const value: Waiting = {
      status: state.rated !== undefined ? 'rated' : state.claim === undefined ? 'waiting' : 'claimed',
      openedAt: state.openedAt,
      dueAt: state.performance.dueAt,
      by: state.rated?.by ?? state.claim?.by ?? '',
      leaseUntil: state.claim?.until ?? '',
      version,
    };
    const stored = await this.waiting.get(id);
    if (stored !== undefined && stored.value.version >= version) return;
    try {
      if (stored === undefined) await this.waiting.insert(id, value);
      else await this.waiting.replace(stored, stored.revision, value);
    } catch (error) {
      if (!(error instanceof RevisionConflict) && !(error instanceof DuplicateKey)) throw error;
    }
  }
}
