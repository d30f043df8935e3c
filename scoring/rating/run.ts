/**
 * Runs examiners' commands: the journal's expected version makes a claim atomic, the projection only finds candidates
 * for it.
 */
import type { TypedTexts } from '../../people/candidates/typed-text.ts';
import type { Collection, CollectionDefinition, Journal } from '../../storage/port.ts';
import { everyDocument, everyStream } from '../../storage/pages.ts';
import { unlessRaced } from '../../storage/raced.ts';
import { defined } from '../../storage/document/defined.ts';
import { erasedText } from '../../storage/keys/person-cipher.ts';
import type { Instant } from '../../storage/document/instant.ts';
import { type TellOfDamage, type UnlessDamaged, isDamage } from '../../storage/journal/damage.ts';
import { type Loaded, Stream, type StreamKind } from '../../storage/journal/stream.ts';
import type { Knows } from './acquaintance.ts';
import { type RatingCommand, type RatingRefusal, decideRating, ratingBy } from './decide.ts';
import {
  type Performance,
  type RatingEvent,
  type RatingState,
  evolveRating,
  hearingsOf,
  readRatingEvent,
  writeRatingEvent,
} from './rating.ts';
import type { HasHeardEnough } from './share-of-hearings.ts';

export const ratingKind = 'rating';

/**
 * Projection: where performances stand. Can be rebuilt from the streams; a stale entry costs a look at the stream,
 * never a wrong claim.
 */
export interface QueuedPerformance {
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
export const ratingQueue: CollectionDefinition<QueuedPerformance, Index> = {
  name: 'performances',
  indexes: {
    status: { fields: ['status', 'openedAt'] },
    by: { fields: ['by', 'status'] },
    lease: { fields: ['status', 'leaseUntil'] },
  },
  sealed: true,
  replaceable: true,
};
export type RatingQueue = Collection<QueuedPerformance, Index>;

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
export type LoadedRating = Loaded<RatingState>;
interface Found {
  readonly id: string;
  readonly value: QueuedPerformance;
}

const isOlder = (one: Found, other: Found): boolean => one.value.openedAt < other.value.openedAt;

export const ratingStream: StreamKind<RatingState, RatingEvent> = {
  kind: ratingKind,
  read: readRatingEvent,
  write: writeRatingEvent,
  evolve: evolveRating,
};

/** Performances in one look at the queue. */
const lookAt = 50;
/** Performances that are counted at most. */
const countedMost = 1000;

export interface RatingPorts {
  readonly journal: Journal;
  readonly queued: RatingQueue;
  readonly now: () => Instant;
  readonly knows: Knows;
  readonly hasHeardEnough: HasHeardEnough;
  readonly typed: Pick<TypedTexts, 'read' | 'seal'>;
  readonly damaged?: TellOfDamage;
}

/**
 * Each hearing of a performance is a document of its own in the queue: the first has the performance's name, the others
 * their number behind it.
 */
const queuedName = (id: string, hearing: number): string => (hearing === 1 ? id : `${id}.${hearing}`);
const performanceOf = (queued: string): string => queued.split('.')[0] ?? queued;

export class Ratings {
  private readonly stream: Stream<RatingState, RatingEvent, RatingRefusal>;

  constructor(private readonly ports: RatingPorts) {
    this.stream = new Stream(ratingStream, { ...ports, refuse: (refusal) => new RatingRefused(refusal) });
  }

  load(id: RatingId): Promise<LoadedRating> {
    return this.stream.load(id);
  }

  /** Idempotent: a performance that exists stays as it is. */
  async open(id: RatingId, performance: Performance): Promise<void> {
    const opened = (at: Instant): RatingEvent => ({ type: 'opened', schema: 1, at, performance });
    await this.stream.run(id, (state, at) => ({ events: state === undefined ? [opened(at)] : [], pending: [] }));
    await this.project(id);
  }

  /** Throws RatingRefused. A conflict with another examiner is decided again on the newer state. */
  async handle(id: RatingId, command: RatingCommand): Promise<RatingState> {
    const { state, version, decision } = await this.stream.run(id, async (before, now) => {
      const { opened, kept } = await this.remarked(id, before, command);
      return decideRating(opened, kept, { now, ...(await this.factsOf(id, before, command)) });
    });
    if (state === undefined) throw new RatingRefused('unknown-performance');
    if (decision.events.length > 0) await this.show(id, state, version);
    return state;
  }

  private async factsOf({ tenant }: RatingId, state: RatingState | undefined, command: RatingCommand) {
    const isAsked = state !== undefined && (command.type === 'claim' || command.type === 'rate');
    if (!isAsked) return { knowsPerson: false, hasHeardEnough: false };
    const { knows, hasHeardEnough } = this.ports;
    return {
      knowsPerson: await knows(tenant, command.by, state.performance),
      hasHeardEnough: command.type === 'claim' && (await hasHeardEnough(tenant, command.by, state)),
    };
  }

  /**
   * A remark may name who speaks: it is recorded as ciphertext under that person's key. One that was recorded before is
   * compared as it was typed.
   */
  private async remarked({ tenant }: RatingId, state: RatingState | undefined, command: RatingCommand) {
    if (state === undefined || command.type !== 'rate' || command.remark === undefined)
      return { opened: state, kept: command };
    const { person } = state.performance;
    const { typed } = this.ports;
    const own = ratingBy(state, command.by);
    if (own?.remark === undefined)
      return { opened: state, kept: { ...command, remark: await typed.seal(tenant, person, command.remark) } };
    const remark = (await typed.read(tenant, person, own.remark)) ?? erasedText;
    const ratings = state.ratings.map((one) => (one === own ? { ...one, remark } : one));
    return { opened: { ...state, ratings }, kept: command };
  }

  /**
   * The examiner's own claim, else the oldest performance that waits or whose claim is over, of a person whom the
   * examiner does not know; undefined when there is none.
   */
  async claimNext(tenant: string, by: string): Promise<string | undefined> {
    const own = await this.current(tenant, by);
    if (own !== undefined) return own;
    for await (const queued of this.claimable(tenant)) {
      const id = performanceOf(queued.id);
      try {
        await this.handle({ tenant, id }, { type: 'claim', by });
        return id;
      } catch (error) {
        if (this.isPassedOver({ tenant, id }, error)) continue;
        if (!(error instanceof RatingRefused)) throw error;
        await this.project({ tenant, id });
      }
    }
    return undefined;
  }

  /** The performance that this examiner holds now. */
  async current(tenant: string, by: string): Promise<string | undefined> {
    const claimed = await this.ports.queued.find(tenant, { index: 'by', equal: [by, 'claimed'], limit: 10 });
    for (const id of claimed.documents.map((queued) => performanceOf(queued.id))) {
      if (await this.isHeldBy(by, { tenant, id })) return id;
    }
    return undefined;
  }

  private async isHeldBy(by: string, id: RatingId): Promise<boolean> {
    try {
      const { state } = await this.load(id);
      return state?.claim?.by === by && state.claim.until > this.ports.now();
    } catch (error) {
      if (this.isPassedOver(id, error)) return false;
      throw error;
    }
  }

  /** Nobody rates what was changed past the program, or spoken in a session that was; the next one is taken. */
  private isPassedOver(id: RatingId, error: unknown): boolean {
    if (!isDamage(error)) return false;
    this.ports.damaged?.({ ...id, kind: ratingKind }, error);
    return true;
  }

  /** At most 1000 of each are counted. */
  async queue(
    tenant: string,
    by: string,
  ): Promise<{ readonly waiting: number; readonly oldest?: QueuedPerformance; readonly ratedByMe: number }> {
    let waiting = 0;
    let oldest: QueuedPerformance | undefined;
    for await (const { value } of this.claimable(tenant)) {
      oldest ??= value;
      waiting += 1;
      if (waiting === countedMost) break;
    }
    const mine = await this.ports.queued.find(tenant, { index: 'by', equal: [by, 'rated'], limit: countedMost });
    return { waiting, ratedByMe: mine.documents.length, ...defined({ oldest }) };
  }

  /** Makes the projection of a tenant anew from the streams; returns how many performances there are. */
  async rebuild(tenant: string, unlessDamaged: UnlessDamaged): Promise<number> {
    let count = 0;
    for await (const id of everyStream(this.ports.journal, tenant, ratingKind)) {
      await unlessDamaged({ tenant, kind: ratingKind, id }, () => this.project({ tenant, id }));
      count += 1;
    }
    return count;
  }

  /** Oldest first. */
  private async *claimable(tenant: string): AsyncGenerator<Found, void, undefined> {
    // Text below the present instant: no claim is left at it.
    const ended = { index: 'lease', equal: ['claimed'], below: this.ports.now(), limit: countedMost } as const;
    const over = [...(await this.ports.queued.find(tenant, ended)).documents].sort((a, b) => (isOlder(a, b) ? -1 : 1));
    const waits = { index: 'status', equal: ['waiting'], limit: lookAt } as const;
    for await (const waiting of everyDocument(this.ports.queued, tenant, waits)) {
      for (let first = over[0]; first !== undefined && isOlder(first, waiting); first = over[0]) {
        over.shift();
        yield first;
      }
      yield waiting;
    }
    yield* over;
  }

  private async project(id: RatingId): Promise<void> {
    const { state, version } = await this.load(id);
    if (state !== undefined) await this.show(id, state, version);
  }

  /**
   * Somebody who writes at the same time knows as much or more; what is stale is put right when it is next looked at.
   */
  private async show(id: RatingId, state: RatingState, version: number): Promise<void> {
    for (let hearing = 1; hearing <= hearingsOf(state); hearing += 1) {
      const queued = { tenant: id.tenant, id: queuedName(id.id, hearing) };
      const rating = state.ratings[hearing - 1];
      const stored = await this.ports.queued.get(queued);
      if (stored !== undefined && stored.value.version >= version) continue;
      const claim = rating === undefined ? state.claim : undefined;
      const value: QueuedPerformance = {
        status: rating !== undefined ? 'rated' : claim === undefined ? 'waiting' : 'claimed',
        openedAt: state.openedAt,
        dueAt: state.performance.dueAt,
        by: rating?.by ?? claim?.by ?? '',
        leaseUntil: claim?.until ?? '',
        version,
      };
      await unlessRaced(
        stored === undefined
          ? this.ports.queued.insert(queued, value)
          : this.ports.queued.replace(stored, stored.revision, value),
      );
    }
  }
}
