/** Opens, concludes and releases results. Every call may come twice, from any process: the stream's version decides who was first. */
import { type Journal, VersionConflict, genesisHash, type Consequence, type Collection, type CollectionDefinition, DuplicateKey } from '../../storage/port.ts';
import type { Instant } from '../../storage/document/instant.ts';
import { toEpochMs, toInstant } from '../../storage/document/instant.ts';
import { sha256 } from '../../storage/document/hash.ts';
import { type JsonObject, jsonObject } from '../../storage/document/json.ts';
import { installation } from '../../people/agencies/agency.ts';
import { speakingItem } from '../../item-bank/releases/pinned-test.ts';
import type { LoadedSession, SessionId, Sessions } from '../../delivery/sessions/handle.ts';
import type { SessionState } from '../../delivery/sessions/session.ts';
import type { Performance, RatingState } from '../rating/rating.ts';
import type { RatingId, Ratings } from '../rating/handle.ts';
import { conclude, tasksOf } from './decide.ts';
import { type ResultEvent, type ResultState, evolveResult } from './result.ts';

export const resultKind = 'result';

/** The receipt's key, hashed, leads to the session. It belongs to the installation: whoever brings a key does not know the agency. */
export interface ResultKey { readonly tenant: string; readonly session: string }
export const resultKeys: CollectionDefinition<ResultKey, never> = { name: 'result-keys', indexes: {} };
export type ResultKeys = Collection<ResultKey, never>;

/** Working days promised for an oral result; a demonstration value. */
const promisedMs = 14 * 24 * 3_600_000;

export interface LoadedResult { readonly state: ResultState | undefined; readonly version: number; readonly hash: string }

const isResultEvent = (event: JsonObject | ResultEvent): event is ResultEvent => typeof event['type'] === 'string' && event['schema'] === 1;
const keyOf = (key: string) => ({ tenant: installation, id: sha256(`result|${key}`) });

/** A pseudonym that says nothing of the candidate, the same at every attempt to open it. */
export const performanceId = ({ tenant, id }: SessionId, state: SessionState, task: string): RatingId => ({ tenant, id: sha256(`${state.registration.seed}|performance|${id}|${task}`).slice(0, 32) });

export interface ResultPorts { readonly journal: Journal; readonly sessions: Sessions; readonly ratings: Ratings; readonly keys: ResultKeys; readonly now: () => Instant }

export class Results {
  constructor(private readonly ports: ResultPorts) {}

  async load({ tenant, id }: SessionId): Promise<LoadedResult> {
    const commits = await this.ports.journal.read({ tenant, kind: resultKind, id });
    let state: ResultState | undefined;
    for (const commit of commits) for (const event of commit.events) if (isResultEvent(event)) state = evolveResult(state, event);
    const last = commits.at(-1);
    return { state, version: last?.version ?? 0, hash: last?.hash ?? genesisHash };
  }

  /** At first admission: the candidate attended, whatever comes of it. */
  async attended(id: SessionId): Promise<void> {
    const session = await this.ports.sessions.load(id);
    if (session === undefined) return;
    const { candidate, resultKey } = session.state.registration;
    try { await this.ports.keys.insert(keyOf(resultKey), { tenant: id.tenant, session: id.id }); } catch (error) { if (!(error instanceof DuplicateKey)) throw error; }
    const { state, version, hash } = await this.load(id);
    if (state === undefined) await this.append(id, version, hash, { type: 'attended', schema: 1, at: this.ports.now(), session: id.id, candidate });
  }

  /** At the session's close and after each rating: opens what must be rated, releases what can be decided. */
  async conclude(id: SessionId): Promise<void> {
    await this.attended(id);
    const session = await this.ports.sessions.load(id);
    if (session?.state.closed === undefined) return;
    if (session.state.registration.test === 'nt2-oral') await this.openPerformances(id, session.state);
    const { state, version, hash } = await this.load(id);
    if (state === undefined || state.released !== undefined) return;
    const conclusion = conclude(session.state, this.ports.sessions.pinnedTest(session.state), await this.ratingsOf(id, session.state));
    const head = { schema: 1, at: this.ports.now() } as const;
    if (conclusion.kind === 'waiting' && state.provisional === undefined) await this.append(id, version, hash, { type: 'provisional', ...head, parts: conclusion.parts });
    if (conclusion.kind === 'decided') await this.append(id, version, hash, { type: 'released', ...head, result: conclusion.result }, [{ kind: 'result-released', data: {} }]);
  }

  /** The session behind a receipt's key. */
  async byKey(key: string): Promise<{ readonly id: SessionId; readonly session: LoadedSession; readonly result: LoadedResult } | undefined> {
    const found = await this.ports.keys.get(keyOf(key));
    if (found === undefined) return undefined;
    const id = { tenant: found.value.tenant, id: found.value.session };
    const session = await this.ports.sessions.load(id);
    return session === undefined ? undefined : { id, session, result: await this.load(id) };
  }

  private async ratingsOf(id: SessionId, state: SessionState): Promise<RatingState[]> {
    const loaded = await Promise.all(tasksOf(state).map((task) => this.ports.ratings.load(performanceId(id, state, task))));
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
        session: id.id, person: state.registration.candidate, task, item, release: state.registration.releases, criteria: speakingItem(test, item).criteria,
        turns: turns.map(({ turn, sealed }) => ({ turn, ...(sealed === undefined ? {} : { upload: sealed.upload, durationMs: sealed.durationMs }) })),
        dueAt: toInstant(toEpochMs(state.closed?.at ?? this.ports.now()) + promisedMs),
      };
      await this.ports.ratings.open(performanceId(id, state, task), performance);
    }
  }

  /** Somebody else was first: then it is done. */
  private async append(id: SessionId, expectedVersion: number, previousHash: string, event: ResultEvent, pending: readonly Consequence[] = []): Promise<void> {
    try {
      await this.ports.journal.append({ tenant: id.tenant, kind: resultKind, id: id.id }, { expectedVersion, previousHash, at: event.at, events: [jsonObject(event)], pending });
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
    }
  }
}
