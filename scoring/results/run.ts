/**
 * Opens, concludes and releases results. Every call may come twice, from any process: the stream's version decides who
 * was first.
 */
import type { Collection, CollectionDefinition, Journal, StreamId } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';
import { defined } from '../../storage/document/defined.ts';
import type { Instant } from '../../storage/document/instant.ts';
import { canonicalJson } from '../../storage/document/json.ts';
import { type Loaded, Stream, type StreamKind } from '../../storage/journal/stream.ts';
import type { TypedTexts } from '../../people/candidates/typed-text.ts';
import { installation } from '../../people/agencies/agency.ts';
import type { ItemVersion } from '../../item-bank/items/item.ts';
import { speakingItem } from '../../item-bank/releases/pinned-test.ts';
import { resultKeyHash } from '../../delivery/sessions/personal.ts';
import { isSettled } from '../../delivery/sessions/reopen.ts';
import { type LoadedSession, type SessionId, type Sessions, sessionKind } from '../../delivery/sessions/run.ts';
import type { SessionTerms, SessionState } from '../../delivery/sessions/session.ts';
import { type Regime, regimes as shippedRegimes } from '../regimes/regime.ts';
import { performanceId, tasksOf } from '../rating/performances-of.ts';
import type { Performance, RatingState } from '../rating/rating.ts';
import { type Ratings, ratingKind } from '../rating/run.ts';
import { raterSeverity, severityOfVersion } from '../raters/severity.ts';
import { assuredAgainst } from '../assurance/assure.ts';
import type { ScoreDifference } from '../assurance/compare.ts';
import type { ItemCurve } from '../assurance/second-score.ts';
import { type Amendment, amended, amendedFurther, isAmended, newKeyOf, noAmendment } from './amendment.ts';
import { type Conclusion, conclude, regimeOf } from './conclude.ts';
import { type ResultCommand, type ResultRefusal, decideResult } from './decide.ts';
import { promisedAt } from './promise.ts';
import { type ResultContent, type ResultEvent, type ResultState, evolveResult, readResultEvent } from './result.ts';

export const resultKind = 'result';

/**
 * The receipt's key, hashed, leads to the session. It belongs to the installation: whoever brings a key does not know
 * the agency.
 */
export interface ResultKey {
  readonly tenant: string;
  readonly session: string;
}
export const resultKeys: CollectionDefinition<ResultKey, never> = {
  name: 'result-keys',
  indexes: {},
  sealed: true,
  replaceable: true,
};
export type ResultKeys = Collection<ResultKey, never>;

export type LoadedResult = Loaded<ResultState>;

/**
 * A released result computed again from the journals alone. `differs` names the members that are not the same, bit for
 * bit.
 */
export interface Recomputation {
  readonly recorded: ResultContent;
  readonly recomputed: ResultContent | undefined;
  readonly differs: readonly string[];
  /** Where the second scorer does not agree with what was recomputed. */
  readonly assured: readonly ScoreDifference[];
}

/** A change of what counts, to be tried or carried out. */
export interface Rescoring {
  readonly amendment: Amendment;
  /** Id of another regime of the test's family. */
  readonly regime?: string;
}
export interface Rescored {
  readonly before: ResultContent;
  /** Undefined: the session would not be decided. */
  readonly result: ResultContent | undefined;
  /** A person's correction, which nothing here replaces. */
  readonly isByHand: boolean;
  /** All amendments together, as a correction records them. */
  readonly amendment: Amendment;
  readonly assured: readonly ScoreDifference[];
}

export const resultStream: StreamKind<ResultState, ResultEvent> = {
  kind: resultKind,
  read: readResultEvent,
  evolve: evolveResult,
};
export class ResultRefused extends Error {
  constructor(readonly code: ResultRefusal) {
    super(`refused: ${code}`);
    this.name = 'ResultRefused';
  }
}

const keyOf = (hash: string) => ({ tenant: installation, id: hash });

const keyOfItem = (item: ItemVersion | undefined): number | undefined =>
  item?.kind === 'choice' ? item.key : undefined;

export interface ResultPorts {
  readonly journal: Journal;
  readonly sessions: Sessions;
  readonly ratings: Ratings;
  readonly keys: ResultKeys;
  /** Parameters of an item in the releases that the session pinned. */
  readonly curveOf: (terms: SessionTerms, item: string) => ItemCurve | undefined;
  /** Those that ship unless others are given. */
  readonly regimes?: readonly Regime[];
  /** Absent where nobody of the staff acts. */
  readonly typed?: Pick<TypedTexts, 'sealReason'>;
  readonly now: () => Instant;
}

/** By which rules a result was decided. */
interface Pinned {
  readonly regime: string;
  readonly severities: number;
}
const pinnedBy = ({ regime, severities = 1 }: ResultContent): Pinned => ({ regime: regime.id, severities });

/** A result of before says nothing of the severities: then the recomputed one does not either. */
function asSaidBefore(recorded: ResultContent, { severities, ...result }: ResultContent): ResultContent {
  return { ...result, ...(recorded.severities === undefined ? {} : defined({ severities })) };
}

/** Why a result was taken back is about a person; why keys were corrected is about questions, and stays readable. */
const isAboutPerson = (command: ResultCommand): command is PersonalCommand =>
  command.type === 'annul' || (command.type === 'correct' && command.amendment === undefined);
type PersonalCommand = Extract<ResultCommand, { readonly type: 'annul' | 'correct' }>;

export class Results {
  private readonly stream: Stream<ResultState, ResultEvent, ResultRefusal>;

  constructor(private readonly ports: ResultPorts) {
    this.stream = new Stream(resultStream, { ...ports, refuse: (refusal) => new ResultRefused(refusal) });
  }

  load(id: SessionId): Promise<LoadedResult> {
    return this.stream.load(id);
  }

  /** The result just after that version of its stream. */
  loadAt(id: SessionId, version: number): Promise<LoadedResult> {
    return this.stream.loadAt(id, version);
  }

  /** Whether there is a result that counts, or counted. */
  async isDecided(id: SessionId): Promise<boolean> {
    return (await this.load(id)).state?.released !== undefined;
  }

  /** At first admission: the candidate attended, whatever comes of it. */
  async attended(id: SessionId): Promise<void> {
    const session = await this.ports.sessions.load(id);
    if (session === undefined) return;
    const { candidate, resultKeyHash: hash } = session.state.terms;
    await unlessRaced(this.ports.keys.insert(keyOf(hash), { tenant: id.tenant, session: id.id }));
    await this.handle(id, { type: 'attend', session: id.id, candidate });
  }

  /**
   * At the session's close and after each rating: opens what must be rated, releases what can be decided. Who never
   * came has no result.
   */
  async conclude(id: SessionId): Promise<void> {
    const session = await this.ports.sessions.load(id);
    if (session === undefined || !isSettled(session.state) || session.state.admittedAt === undefined) return;
    const { state } = session;
    await this.attended(id);
    await this.openPerformances(id, state);
    const found: { conclusion?: Conclusion } = {};
    // Against another writer it is concluded anew, on the ratings there are then: nothing that was rated is lost.
    await this.stream.run(id, async (result, at) => {
      const [test, ratings] = [this.ports.sessions.pinnedTest(state), await this.ratingsOf(id, state)];
      const conclusion = conclude(state, test, ratings, undefined, this.ports.regimes);
      found.conclusion = result?.released === undefined ? conclusion : { kind: 'open' };
      const differences = conclusion.kind === 'decided' ? await this.assure(id, state, conclusion.result) : [];
      return decideResult(result, { type: 'conclude', conclusion, differences }, at);
    });
    if (found.conclusion?.kind !== 'hear-again') return;
    // Of every task, whatever was asked for before; ended in between, it is concluded and asked for again.
    const { ask } = found.conclusion;
    for (const task of tasksOf(state))
      await this.ports.ratings.handle(performanceId(id, state, task), { type: 'ask', ask });
  }

  /** A person's command on a result. Throws ResultRefused. */
  async handle(id: SessionId, command: Exclude<ResultCommand, { readonly type: 'conclude' }>): Promise<LoadedResult> {
    const kept = isAboutPerson(command) ? await this.withSealedReason(id, command) : command;
    const { decision: _decision, ...after } = await this.stream.run(id, (state, at) => decideResult(state, kept, at));
    return after;
  }

  private async withSealedReason(id: SessionId, command: PersonalCommand): Promise<PersonalCommand> {
    const { state } = await this.load(id);
    return (await this.ports.typed?.sealReason(id.tenant, state?.candidate, command)) ?? command;
  }

  /**
   * Computes a released result once more from the session's and the ratings' journals. Undefined when nothing is
   * released.
   */
  async recompute(id: SessionId, version?: number): Promise<Recomputation | undefined> {
    const loaded = version === undefined ? this.load(id) : this.loadAt(id, version);
    const [session, { state }] = [await this.ports.sessions.load(id), await loaded];
    if (session === undefined || state?.released === undefined) return undefined;
    const { result: recorded, amendment = noAmendment } = state.released;
    const { result, assured } = await this.decideAgain(id, session.state, { ...pinnedBy(recorded), amendment });
    const recomputed = result === undefined ? undefined : asSaidBefore(recorded, result);
    return { recorded, recomputed, differs: differences(recorded, recomputed), assured };
  }

  /**
   * The result that counts, as it would be with other keys, without some questions, or under another regime of its
   * family. Undefined when nothing counts, the regime is of another family, or none of this touches the session.
   */
  async rescore(id: SessionId, change: Rescoring): Promise<Rescored | undefined> {
    const [session, { state }] = [await this.ports.sessions.load(id), await this.load(id)];
    if (session === undefined || state?.released === undefined || state.annulled !== undefined) return undefined;
    const { result: before, amendment: earlier = noAmendment, isByHand } = state.released;
    const regime = change.regime ?? before.regime.id;
    const { regimes = shippedRegimes, sessions } = this.ports;
    const { regime: family } = sessions.pinnedTest(session.state).specification;
    if (!regimes.some((one) => one.family === family && one.id === regime)) return undefined;
    if (regime === before.regime.id && !isAmended(session.state, change.amendment)) return undefined;
    const amendment = amendedFurther(earlier, change.amendment);
    return {
      before,
      isByHand,
      amendment,
      ...(await this.decideAgain(id, session.state, { ...pinnedBy(before), regime, amendment })),
    };
  }

  private async decideAgain(id: SessionId, recorded: SessionState, rules: Pinned & { readonly amendment: Amendment }) {
    const { regime, severities, amendment } = rules;
    const [test, ratings] = [this.ports.sessions.pinnedTest(recorded), await this.ratingsOf(id, recorded)];
    const severity = severityOfVersion(severities);
    const conclusion = conclude(amended(recorded, amendment), test, ratings, regime, this.ports.regimes, severity);
    const result = conclusion.kind === 'decided' ? conclusion.result : undefined;
    const assured = result === undefined ? [] : await this.assure(id, recorded, result, rules);
    return { result, assured };
  }

  /** The session behind a receipt's key. */
  async byKey(
    key: string,
  ): Promise<{ readonly id: SessionId; readonly session: LoadedSession; readonly result: LoadedResult } | undefined> {
    const found = await this.ports.keys.get(keyOf(resultKeyHash(key)));
    if (found === undefined) return undefined;
    const id = { tenant: found.value.tenant, id: found.value.session };
    const session = await this.ports.sessions.load(id);
    return session === undefined ? undefined : { id, session, result: await this.load(id) };
  }

  /** What the second scorer says otherwise, from the journal's own lines. */
  private async assure(
    id: SessionId,
    state: SessionState,
    first: ResultContent,
    { regime, severities, amendment = noAmendment }: Partial<Pinned> & { readonly amendment?: Amendment } = {},
  ): Promise<ScoreDifference[]> {
    const { journal, sessions, curveOf, regimes = shippedRegimes } = this.ports;
    const linesOf = async (stream: StreamId) => (await journal.read(stream)).flatMap(({ events }) => events);
    const test = sessions.pinnedTest(state);
    const ratings = tasksOf(state).map((task) => linesOf({ ...performanceId(id, state, task), kind: ratingKind }));
    return assuredAgainst(first, {
      session: await linesOf({ ...id, kind: sessionKind }),
      ratings: await Promise.all(ratings),
      pinned: {
        family: test.specification.regime,
        parts: test.specification.parts.map((part) => part.id),
        keyOf: (item) => newKeyOf(amendment, item) ?? keyOfItem(test.items.get(item)),
        curveOf: (item) => curveOf(state.terms, item),
      },
      regimes,
      severity: (severities === undefined ? raterSeverity : severityOfVersion(severities)).severity,
      withdrawn: new Set(amendment.without),
      ...defined({ regime }),
    });
  }

  private async ratingsOf(id: SessionId, state: SessionState): Promise<RatingState[]> {
    const loaded = await Promise.all(
      tasksOf(state).map((task) => this.ports.ratings.load(performanceId(id, state, task))),
    );
    return loaded.flatMap((rating) => (rating.state === undefined ? [] : [rating.state]));
  }

  /** Only a completed session is rated: a voided one decides nothing. */
  private async openPerformances(id: SessionId, state: SessionState): Promise<void> {
    const test = this.ports.sessions.pinnedTest(state);
    if (state.completedParts.length < test.specification.parts.length) return;
    const regime = regimeOf(state, test, this.ports.regimes);
    const plan = regime.kind === 'oral' ? regime.hearings : undefined;
    for (const task of tasksOf(state)) {
      const turns = state.turns.filter((turn) => turn.task === task);
      const item = turns[0]?.item.id;
      if (item === undefined) continue;
      const performance: Performance = {
        session: id.id,
        person: state.terms.candidate,
        task,
        item,
        release: state.terms.releases,
        criteria: speakingItem(test, item).criteria,
        turns: turns.map(({ turn, sealed }) => ({
          turn,
          ...defined({ upload: sealed?.upload, durationMs: sealed?.durationMs }),
        })),
        dueAt: promisedAt(state.closed?.at ?? this.ports.now()),
        ...defined({ examiners: plan?.examiners }),
      };
      await this.ports.ratings.open(performanceId(id, state, task), performance);
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
