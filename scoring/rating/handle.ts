/** Runs examiners' commands: the journal's expected version makes a claim atomic, the projection only finds candidates for it. */
import { type Collection, type CollectionDefinition, DuplicateKey, type Journal, RevisionConflict, VersionConflict, genesisHash } from '../../storage/port.ts';
import type { Instant } from '../../storage/document/instant.ts';
import { type JsonObject, jsonObject } from '../../storage/document/json.ts';
import { type RatingCommand, type RatingRefusal, decideRating } from './decide.ts';
import { type Performance, type RatingEvent, type RatingState, evolveRating } from './rating.ts';

export const ratingKind = 'rating';

/** Projection: where performances stand. Can be rebuilt from the streams; a stale entry costs a look at the stream, never a wrong claim. */
export interface Waiting { readonly status: 'waiting' | 'claimed' | 'rated'; readonly openedAt: Instant; readonly dueAt: Instant; readonly by: string }
type Index = 'status' | 'by';
export const performances: CollectionDefinition<Waiting, Index> = { name: 'performances', indexes: { status: { fields: ['status', 'openedAt'] }, by: { fields: ['by', 'status'] } } };
export type Performances = Collection<Waiting, Index>;

export class RatingRefused extends Error {
  constructor(readonly code: RatingRefusal) { super(`refused: ${code}`); this.name = 'RatingRefused'; }
}

export interface RatingId { readonly tenant: string; readonly id: string }
interface Loaded { readonly state: RatingState | undefined; readonly version: number; readonly hash: string }

const isRatingEvent = (event: JsonObject | RatingEvent): event is RatingEvent => typeof event['type'] === 'string' && event['schema'] === 1;

export class Ratings {
  constructor(private readonly journal: Journal, private readonly waiting: Performances, private readonly now: () => Instant) {}

  async load(id: RatingId): Promise<Loaded> {
    const commits = await this.journal.read({ ...id, kind: ratingKind });
    let state: RatingState | undefined;
    for (const commit of commits) for (const event of commit.events) if (isRatingEvent(event)) state = evolveRating(state, event);
    const last = commits.at(-1);
    return { state, version: last?.version ?? 0, hash: last?.hash ?? genesisHash };
  }

  /** Idempotent: a performance that exists stays as it is. */
  async open(id: RatingId, performance: Performance): Promise<void> {
    const { state } = await this.load(id);
    const at = this.now();
    if (state === undefined) {
      const event: RatingEvent = { type: 'opened', schema: 1, at, performance };
      try { await this.journal.append({ ...id, kind: ratingKind }, { expectedVersion: 0, previousHash: genesisHash, at, events: [jsonObject(event)] }); } catch (error) {
        if (!(error instanceof VersionConflict)) throw error;
      }
    }
    await this.project(id, (await this.load(id)).state);
  }

  /** Throws RatingRefused. A conflict with another examiner is decided again on the newer state. */
  async handle(id: RatingId, command: RatingCommand): Promise<RatingState> {
    for (;;) {
      const { state, version, hash } = await this.load(id);
      const at = this.now();
      const decision = decideRating(state, command, at);
      if (decision.refused !== undefined) throw new RatingRefused(decision.refused);
      const pending = decision.event.type === 'rated' ? [{ kind: 'performance-rated', data: { session: state?.performance.session ?? '' } }] : [];
      try {
        await this.journal.append({ ...id, kind: ratingKind }, { expectedVersion: version, previousHash: hash, at, events: [jsonObject(decision.event)], pending });
      } catch (error) {
        if (error instanceof VersionConflict) continue;
        throw error;
      }
      const after = evolveRating(state, decision.event);
      await this.project(id, after);
      if (after === undefined) throw new RatingRefused('unknown-performance');
      return after;
    }
  }

  /** The examiner's own claim, else the oldest waiting performance; undefined when nothing waits. */
  async claimNext(tenant: string, by: string): Promise<string | undefined> {
    const own = await this.current(tenant, by);
    if (own !== undefined) return own;
    for (const status of ['waiting', 'claimed'] as const) {
      const page = await this.waiting.find(tenant, { index: 'status', equal: [status], limit: 200 });
      for (const { id } of page.documents) {
        try { await this.handle({ tenant, id }, { type: 'claim', by }); return id; } catch (error) {
          if (!(error instanceof RatingRefused)) throw error;
          await this.project({ tenant, id }, (await this.load({ tenant, id })).state);
        }
      }
    }
    return undefined;
  }

  /** The performance that this examiner holds now. */
  async current(tenant: string, by: string): Promise<string | undefined> {
    for (const { id } of (await this.waiting.find(tenant, { index: 'by', equal: [by, 'claimed'], limit: 10 })).documents) {
      const { state } = await this.load({ tenant, id });
      if (state?.claim?.by === by && state.claim.until > this.now()) return id;
    }
    return undefined;
  }

  async queue(tenant: string, by: string): Promise<{ readonly waiting: number; readonly oldest?: Waiting; readonly ratedByMe: number }> {
    const page = await this.waiting.find(tenant, { index: 'status', equal: ['waiting'], limit: 1000 });
    const mine = await this.waiting.find(tenant, { index: 'by', equal: [by, 'rated'], limit: 1000 });
    const oldest = page.documents[0]?.value;
    return { waiting: page.documents.length, ratedByMe: mine.documents.length, ...(oldest === undefined ? {} : { oldest }) };
  }

  private async project(id: RatingId, state: RatingState | undefined): Promise<void> {
    if (state === undefined) return;
    const value: Waiting = {
      status: state.rated !== undefined ? 'rated' : state.claim === undefined || state.claim.until <= this.now() ? 'waiting' : 'claimed',
      openedAt: state.openedAt, dueAt: state.performance.dueAt, by: state.rated?.by ?? state.claim?.by ?? '',
    };
    const stored = await this.waiting.get(id);
    try {
      if (stored === undefined) await this.waiting.insert(id, value); else await this.waiting.replace(stored, stored.revision, value);
    } catch (error) {
      if (!(error instanceof RevisionConflict) && !(error instanceof DuplicateKey)) throw error;
    }
  }
}
