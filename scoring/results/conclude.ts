/**
 * What a closed session and its ratings amount to, under the regime in force on the day of the test. Pure: it can be
 * recomputed.
 */
import { type AbilityEstimate, createItemParameters, estimateAbility } from 'itemresponsetheory';
import { engineVersion } from '../../engine/adaptive/policy.ts';
import { dayOf } from '../../storage/document/day.ts';
import type { PinnedTest } from '../../item-bank/releases/pinned-test.ts';
import { historyOf } from '../../delivery/sessions/adaptive-part.ts';
import type { SessionState } from '../../delivery/sessions/session.ts';
import { type RaterSeverity, raterSeverity } from '../raters/severity.ts';
import { tasksOf } from '../rating/performances-of.ts';
import { type HearingAsked, type RatingState, type Scores, isRated } from '../rating/rating.ts';
import { type Counted, type Scaled, decideCounted, decideOral, toScale } from '../regimes/decide.ts';
import { type CountedRegime, type OralRegime, type Regime, regimeAt, regimeById, regimes } from '../regimes/regime.ts';
import {
  type OralRules,
  asMeasured,
  asProbable,
  hearingOfOthers,
  hearingToAsk,
  plannedDecision,
} from './required-level.ts';
import type { PartResult, ResultContent } from './result.ts';

export type Conclusion =
  | { readonly kind: 'open' }
  /** Recordings wait for an examiner. */
  | { readonly kind: 'waiting'; readonly parts: readonly PartResult[] }
  /** The decision hangs on what other examiners say: every task is to be heard once more. */
  | { readonly kind: 'hear-again'; readonly ask: HearingAsked; readonly parts: readonly PartResult[] }
  | { readonly kind: 'decided'; readonly result: ResultContent };

/** Day of the test, in Brussels: that of the first admission. */
function testDateOf({ admittedAt, closed }: SessionState): string {
  const at = admittedAt ?? closed?.at;
  return at === undefined ? '' : dayOf(at);
}

/** What every result says, whatever came of it. */
const headOf = (state: SessionState, { id, validFrom, title }: Regime) => ({
  test: state.terms.test,
  testDate: testDateOf(state),
  regime: { id, validFrom, title },
  engine: engineVersion,
});

const voided = (state: SessionState, regime: Regime): Conclusion => ({
  kind: 'decided',
  result: { ...headOf(state, regime), outcome: 'void', conditions: [], parts: [] },
});

/** In force on the day of the test, unless another is named. Throws NoRegime. */
export const regimeOf = (
  state: SessionState,
  { specification: { regime: family } }: PinnedTest,
  among: readonly Regime[] = regimes,
  id?: string,
): Regime => (id === undefined ? regimeAt(family, testDateOf(state), among) : regimeById(family, id, among));

/**
 * `ratings` are those of all performances of the session; only an oral test has any. The regime is the specification's
 * one in force on the day of the test, or the named one where a result is recomputed; so with the raters' severities.
 * Throws NoRegime.
 */
export function conclude(
  state: SessionState,
  test: PinnedTest,
  ratings: readonly RatingState[],
  regimeId?: string,
  among: readonly Regime[] = regimes,
  severity: RaterSeverity = raterSeverity,
): Conclusion {
  if (state.closed === undefined) return { kind: 'open' };
  const regime = regimeOf(state, test, among, regimeId);
  if (state.completedParts.length < test.specification.parts.length) return voided(state, regime);
  return regime.kind === 'counted' ? counted(state, regime) : oral(state, test, { regime, severity }, ratings);
}

/** Unanswered counts as wrong; null (not scored, a fault of ours) does not count at all. */
function countOf(state: SessionState, part: string): Counted {
  const scored = state.form.flatMap((position, index) =>
    position.scored && position.part === part && state.items[index]?.category !== null ? [state.items[index]] : [],
  );
  return { score: scored.filter((item) => item?.category === 1).length, max: scored.length };
}

/** A part in which nothing counts decides nothing, as an oral part that was not measured. */
function counted(state: SessionState, regime: CountedRegime): Conclusion {
  const names = [...new Set(state.form.flatMap(({ part, scored }) => (scored ? [part] : [])))];
  const parts = names.map((part) => ({ part, ...countOf(state, part) }));
  if (parts.length === 0 || parts.some(({ max }) => max === 0)) return voided(state, regime);
  const { outcome, conditions, total } = decideCounted(regime, {
    parts: Object.fromEntries(parts.map(({ part, score, max }) => [part, { score, max }])),
  });
  return { kind: 'decided', result: { ...headOf(state, regime), outcome, conditions, ...total, parts } };
}

function oral(
  state: SessionState,
  test: PinnedTest,
  { regime, severity }: OralRules,
  ratings: readonly RatingState[],
): Conclusion {
  const listening = test.adaptive?.report(historyOf(state.items));
  const heard =
    listening === undefined ? [] : [partResult('listening', listening, toScale(regime, 'listening', listening))];
  const waiting: Conclusion = { kind: 'waiting', parts: heard };
  if (ratings.length < tasksOf(state).length) return waiting;
  const unasked = hearingOfOthers(ratings);
  if (unasked !== undefined) return { kind: 'hear-again', ask: unasked, parts: heard };
  if (!ratings.every(isRated)) return waiting;
  const speaking = speakingAbility(regime, ratings, severity);
  if (listening === undefined || speaking === undefined) return voided(state, regime);
  const planned = plannedDecision({ regime, severity }, listening, ratings);
  const ask = planned && hearingToAsk({ regime, severity }, planned);
  if (ask !== undefined) return { kind: 'hear-again', ask, parts: heard };
  const decision = decideOral(regime, { listening, speaking });
  return {
    kind: 'decided',
    result: {
      ...headOf(state, regime),
      required: decision.required,
      scale: decision.scale,
      standardError: decision.standardError,
      severities: severity.version,
      ...(planned === undefined ? asMeasured(decision) : asProbable(regime, decision, planned)),
      parts: [
        ...heard,
        {
          ...partResult('speaking', speaking, decision.parts.speaking),
          criteria: meanCategories(ratings),
          ratings: ratings.reduce((count, one) => count + one.ratings.length, 0),
        },
      ],
    },
  };
}

const partResult = (
  part: 'listening' | 'speaking',
  { theta, standardError, method, converged, atBound, lower, upper }: AbilityEstimate,
  scaled: Scaled,
): PartResult => ({
  part,
  theta,
  thetaStandardError: standardError,
  method,
  converged,
  ...(atBound === undefined ? {} : { atBound }),
  bounds: { lower, upper },
  scale: scaled.scale,
  standardError: scaled.standardError,
  atLimit: scaled.atLimit,
  ...(scaled.level === null ? {} : { level: scaled.level }),
});

/** Scores in a fixed order; NR is missing, never 0. */
function scoresOf(ratings: readonly RatingState[]): { readonly criterion: string; readonly score: number }[] {
  const entries = (scores: Scores) => Object.entries(scores).sort(([a], [b]) => (a < b ? -1 : 1));
  return [...ratings]
    .sort((a, b) => (a.performance.task < b.performance.task ? -1 : 1))
    .flatMap((state) => state.ratings)
    .flatMap(({ scores }) =>
      entries(scores).flatMap(([criterion, score]) => (typeof score === 'number' ? [{ criterion, score }] : [])),
    );
}

/**
 * WLE under the partial credit model, every rating of a criterion an item; a rater's severity moves all thresholds.
 * Undefined when nothing was ratable.
 */
export function speakingAbility(
  regime: OralRegime,
  ratings: readonly RatingState[],
  { severity }: RaterSeverity = raterSeverity,
): AbilityEstimate | undefined {
  return abilityOfScores(
    regime,
    scoresOf(ratings).map(({ score }) => score),
    severity,
  );
}

/** Of scores that all stand on the regime's thresholds, moved by one severity. */
export function abilityOfScores(
  regime: OralRegime,
  scores: readonly number[],
  severity: number,
): AbilityEstimate | undefined {
  if (scores.length === 0) return undefined;
  const steps = regime.speaking.thresholds.map((threshold) => threshold + severity);
  const items = createItemParameters(
    scores.map((_, n) => ({ model: 'generalized-partial-credit', id: String(n), steps })),
  );
  return estimateAbility(items, [...scores.keys()], scores, { method: 'wle' });
}

function meanCategories(ratings: readonly RatingState[]): Record<string, number> {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const { criterion, score } of scoresOf(ratings)) {
    const { sum, count } = sums.get(criterion) ?? { sum: 0, count: 0 };
    sums.set(criterion, { sum: sum + score, count: count + 1 });
  }
  return Object.fromEntries(
    [...sums].map(([criterion, { sum, count }]) => [criterion, Math.round((100 * sum) / count) / 100]),
  );
}
