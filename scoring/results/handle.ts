/**
 * Opens, concludes and releases results. Every call may come twice, from any process: the stream's version decides who
 * was first.
 */
import {
  type Collection,
  type CollectionDefinition,
  DuplicateKey,
  type Journal,
  VersionConflict,
  genesisHash,
} from '../../storage/port.ts';
import type { Instant } from '../../storage/document/instant.ts';
import { toEpochMs, toInstant } from '../../storage/document/instant.ts';
import { sha256 } from '../../storage/document/hash.ts';
import { type JsonObject, canonicalJson, jsonObject } from '../../storage/document/json.ts';
import { installation } from '../../people/agencies/agency.ts';
import { speakingItem } from '../../item-bank/releases/pinned-test.ts';
import { type LoadedSession, type SessionId, type Sessions, UnreadableEvent } from '../../delivery/sessions/handle.ts';
import type { SessionState } from '../../delivery/sessions/session.ts';
import type { Performance, RatingState } from '../rating/rating.ts';
import type { RatingId, Ratings } from '../rating/handle.ts';
import { conclude, tasksOf } from './conclude.ts';
import { type ResultCommand, decideResult } from './decide.ts';
import { type ResultContent, type ResultEvent, type ResultState, evolveResult } from './result.ts';

export const resultKind = 'result';

/**
 * The receipt's key, hashed, leads to the session. It belongs to the installation: whoever brings a key does not know
 * the agency.
 */
export interface ResultKey {
  readonly tenant: string;
  readonly session: string;
}
export const resultKeys: CollectionDefinition<ResultKey, never> = { name: 'result-keys', indexes: {} };
export type ResultKeys = Collection<ResultKey, never>;

/** An oral result is promised within fourteen days; a demonstration value. */
const promisedMs = 14 * 24 * 3_600_000;

export interface LoadedResult {
  readonly state: ResultState | undefined;
  readonly version: number;
  readonly hash: string;
}

/**
 * A released result computed again from the journals alone. `differs` names the members that are not the same, bit for
 * bit.
 */
export interface Recomputation {
  readonly recorded: ResultContent;
  readonly recomputed: ResultContent | undefined;
  readonly differs: readonly string[];
}

/** Tries before a command gives up against other writers of the same stream. */
const attempts = 8;

/** Our own record, checked against its hash on reading. */
const isResultEvent = (event: JsonObject | ResultEvent): event is ResultEvent =>
  typeof event['type'] === 'string' && event['schema'] === 1;
const keyOf = (key: string) => ({ tenant: installation, id: sha256(`result|${key}`) });

/** A pseudonym that says nothing of the candidate, the same at every attempt to open it. */
export const performanceId = ({ tenant, id }: SessionId, state: SessionState, task: string): RatingId => ({
  tenant,
  id: sha256(`${state.registration.seed}|performance|${id}|${task}`).slice(0, 32),
});

export interface ResultPorts {
  readonly journal: Journal;
  readonly sessions: Sessions;
  readonly ratings: Ratings;
  readonly keys: ResultKeys;
  readonly now: () => Instant;
}

export class Results {
  constructor(private readonly ports: ResultPorts) {}

  async load({ tenant, id }: SessionId): Promise<LoadedResult> {
    const commits = await this.ports.journal.read({ tenant, kind: resultKind, id });
    let state: ResultState | undefined;
    for (const commit of commits)
      for (const event of commit.events) {
        if (!isResultEvent(event)) throw new UnreadableEvent(`result ${id}, version ${commit.version}`);
        state = evolveResult(state, event);
      }
    const last = commits.at(-1);
    return { state, version: last?.version ?? 0, hash: last?.hash ?? genesisHash };
  }

  /** At first admission: the candidate attended, whatever comes of it. */
  async attended(id: SessionId): Promise<void> {
    const session = await this.ports.sessions.load(id);
    if (session === undefined) return;
    const { candidate, resultKey } = session.state.registration;
    try {
      await this.ports.keys.insert(keyOf(resultKey), { tenant: id.tenant, session: id.id });
    } catch (error) {
      if (!(error instanceof DuplicateKey)) throw error;
    }
    await this.handle(id, () => Promise.resolve({ type: 'attend', session: id.id, candidate }));
  }

  /**
   * At the session's close and after each rating: opens what must be rated, releases what can be decided. Who never
   * came has no result.
   */
  async conclude(id: SessionId): Promise<void> {
    const session = await this.ports.sessions.load(id);
    if (session?.state.closed === undefined || session.state.admittedAt === undefined) return;
    const { state } = session;
    await this.attended(id);
    if (state.registration.test === 'nt2-oral') await this.openPerformances(id, state);
    await this.handle(id, async () => ({
      type: 'conclude',
      conclusion: conclude(state, this.ports.sessions.pinnedTest(state), await this.ratingsOf(id, state)),
    }));
  }

  /**
   * Computes a released result once more from the session's and the ratings' journals. Undefined when nothing is
   * released.
   */
  async recompute(id: SessionId): Promise<Recomputation | undefined> {
    const [session, { state }] = [await this.ports.sessions.load(id), await this.load(id)];
    if (session === undefined || state?.released === undefined) return undefined;
    const recorded = state.released.result;
    const conclusion = conclude(
      session.state,
      this.ports.sessions.pinnedTest(session.state),
      await this.ratingsOf(id, session.state),
      recorded.regime.id,
    );
    const recomputed = conclusion.kind === 'decided' ? conclusion.result : undefined;
    return { recorded, recomputed, differs: differences(recorded, recomputed) };
  }

  /** The session behind a receipt's key. */
  async byKey(
    key: string,
  ): Promise<{ readonly id: SessionId; readonly session: LoadedSession; readonly result: LoadedResult } | undefined> {
    const found = await this.ports.keys.get(keyOf(key));
    if (found === undefined) return undefined;
    const id = { tenant: found.value.tenant, id: found.value.session };
    const session = await this.ports.sessions.load(id);
    return session === undefined ? undefined : { id, session, result: await this.load(id) };
  }

  private async ratingsOf(id: SessionId, state: SessionState): Promise<RatingState[]> {
    const loaded = await Promise.all(
      tasksOf(state).map((task) => this.ports.ratings.load(performanceId(id, state, task))),
    );
    return loaded.flatMap((rating) => (rating.state === undefined ? [] : [rating.state]));
  }

  /** Only a completed sitting is rated: a voided one decides nothing. */
  private async openPerformances(id: SessionId, state: SessionState): Promise<void> {
    const test = this.ports.sessions.pinnedTest(state);
    if (state.completedParts.length < test.specification.parts.length) return;
    for (const task of tasksOf(state)) {
      const turns = state.turns.filter((turn) => turn.task === task);
      const item = turns[0]?.item.id;
      if (item === undefined) continue;
      const performance: Performance = {
        session: id.id,
        person: state.registration.candidate,
        task,
        item,
        release: state.registration.releases,
        criteria: speakingItem(test, item).criteria,
        turns: turns.map(({ turn, sealed }) => ({
          turn,
          ...(sealed === undefined ? {} : { upload: sealed.upload, durationMs: sealed.durationMs }),
        })),
        dueAt: toInstant(toEpochMs(state.closed?.at ?? this.ports.now()) + promisedMs),
      };
      await this.ports.ratings.open(performanceId(id, state, task), performance);
    }
  }

  /**
   * Against another writer the command is made and decided again, on what there is then: nothing that was concluded is
   * lost.
   */
  private async handle(id: SessionId, commandOf: () => Promise<ResultCommand>): Promise<void> {
    const stream = { tenant: id.tenant, kind: resultKind, id: id.id };
    for (let attempt = 1; ; attempt += 1) {
      const { state, version, hash } = await this.load(id);
      const at = this.ports.now();
      const decision = decideResult(state, await commandOf(), at);
      if (decision.refused !== undefined || decision.event === undefined) return;
      try {
        await this.ports.journal.append(stream, {
          expectedVersion: version,
          previousHash: hash,
          at,
          events: [jsonObject(decision.event)],
          pending: decision.pending,
        });
        return;
      } catch (error) {
        if (!(error instanceof VersionConflict) || attempt === attempts) throw error;
      }
    }
  }
}

function differences(recorded: ResultContent, recomputed: ResultContent | undefined): string[] {
  const [was, is] = [
    new Map<string, unknown>(Object.entries(recorded)),
    new Map<string, unknown>(Object.entries(recomputed ?? {})),
  ];
  const text = (value: unknown): string => (value === undefined ? '' : canonicalJson(value));
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((name) => text(was.get(name)) !== text(is.get(name)))
    .sort();
}
