/**
 * The second scorer: a closed session decided once more, from the journal's own lines, the item keys and the data of
 * the regime, importing nothing of the engine or of the first scorer (the layering check holds it to that). A result
 * that the two do not agree on is held back.
 */
import { type RatingEvidence, type SessionEvidence } from './evidence.ts';
import { type CountingRule, type MeasuringRule, type WrittenRule, type Which, brusselsDay, ruleOf } from './rule.ts';
import { requiredProbability } from './required-probability.ts';
import { type Ability, partialCredit, rightOrWrong, weightedLikelihood } from './weighted-likelihood.ts';

/** What the releases that the session pinned say. */
export interface PinnedFacts {
  readonly family: string;
  /** Names of the test's parts, all of which must be completed. */
  readonly parts: readonly string[];
  /** Index of the right option in the author's order. */
  readonly keyOf: (item: string) => number | undefined;
  readonly curveOf: (item: string) => ItemCurve | undefined;
}
export interface ItemCurve {
  readonly slope: number;
  readonly difficulty: number;
  readonly lower?: number | undefined;
}

export interface SecondFacts {
  readonly session: SessionEvidence;
  readonly ratings: readonly RatingEvidence[];
  readonly pinned: PinnedFacts;
  /** Every regime there is, as data. */
  readonly regimes: readonly unknown[];
  /** Of all raters, logits. */
  readonly severity: number;
  /** Items that were taken out of the count since. */
  readonly withdrawn?: ReadonlySet<string>;
  /** Where a result of before is looked at again: the regime that it names. */
  readonly regime?: string;
}

export interface SecondPart {
  readonly part: string;
  readonly score?: number;
  readonly max?: number;
  readonly theta?: number;
  readonly thetaStandardError?: number;
  readonly scale?: number;
  readonly level?: string;
}
/** What the second scorer says; the members are named as a result's are. */
export interface SecondResult {
  readonly outcome: 'pass' | 'fail' | 'void';
  readonly testDate: string;
  readonly regime: string;
  readonly score?: number;
  readonly max?: number;
  readonly level?: string;
  readonly scale?: number;
  readonly required?: string;
  readonly probability?: number;
  readonly hearings?: number;
  /** Ids of the conditions that are met. */
  readonly met: readonly string[];
  readonly parts: readonly SecondPart[];
}

export class Undecidable extends Error {
  readonly code = 'undecidable';
}

/** Throws Undecidable where the journal does not hold what a decision needs. */
export function secondScore(given: SecondFacts): SecondResult {
  const facts = { ...given, session: withoutWithdrawn(given) };
  const { session, pinned, regimes } = facts;
  if (session.closedAt === undefined) throw new Undecidable('the session is not closed');
  const testDate = brusselsDay(session.firstAdmittedAt ?? session.closedAt);
  const which: Which = facts.regime === undefined ? { day: testDate } : { id: facts.regime };
  const rule = ruleOf(pinned.family, which, regimes);
  if (rule === undefined) throw new Undecidable(`no regime of ${pinned.family} for ${testDate}`);
  const head = { testDate, regime: rule.id };
  const isWhole = pinned.parts.every((part) => session.completedParts.includes(part));
  const decided = isWhole ? decide(rule, facts) : undefined;
  return { ...head, ...(decided ?? { outcome: 'void', met: [], parts: [] }) };
}

function withoutWithdrawn({ session, withdrawn = new Set() }: SecondFacts): SessionEvidence {
  return {
    ...session,
    asked: session.asked.map((asked) => (withdrawn.has(asked.item) ? { ...asked, lost: true } : asked)),
  };
}

type Decided = Omit<SecondResult, 'testDate' | 'regime'>;

const decide = (rule: WrittenRule, facts: SecondFacts): Decided | undefined =>
  rule.kind === 'counted' ? byCount(rule, facts) : byMeasure(rule, facts);

function isRight(item: string, choice: number | undefined, { keyOf }: PinnedFacts): boolean {
  const key = keyOf(item);
  if (key === undefined) throw new Undecidable(`the pinned releases have no key of ${item}`);
  return choice === key;
}

/** Undefined: nothing counts in some part. */
function byCount(rule: CountingRule, { session, pinned }: SecondFacts): Decided | undefined {
  const tally = new Map<string, { score: number; max: number }>();
  for (const { item, part, scored, choice, lost } of session.asked) {
    if (part === undefined || !scored) continue;
    const counted = tally.get(part) ?? { score: 0, max: 0 };
    tally.set(part, counted);
    if (lost) continue;
    counted.max += 1;
    if (isRight(item, choice, pinned)) counted.score += 1;
  }
  const parts = [...tally].map(([part, counted]) => ({ part, ...counted }));
  if (parts.length === 0 || parts.some(({ max }) => max === 0)) return undefined;
  const score = parts.reduce((sum, part) => sum + part.score, 0);
  const max = parts.reduce((sum, part) => sum + part.max, 0);
  if ((rule.overall?.processEvaluation ?? 0) > 0)
    throw new Undecidable('the process evaluation counts and is not known here');
  const met = rule.conditions.filter(({ part, atLeast }) => {
    const counted = part === 'total' || part === 'overall' ? { score, max } : tally.get(part);
    if (counted === undefined) throw new Undecidable(`the form has no part ${part}`);
    // As whole numbers, so that 70 % of 41 is no matter of rounding.
    return BigInt(counted.score) * BigInt(atLeast.denominator) >= BigInt(counted.max) * BigInt(atLeast.numerator);
  });
  const outcome = met.length === rule.conditions.length ? 'pass' : 'fail';
  return { outcome, score, max, met: met.map(({ id }) => id), parts };
}

/** Undefined: one of the two could not be measured. */
function byMeasure(rule: MeasuringRule, facts: SecondFacts): Decided | undefined {
  const [listening, speaking] = [heard(facts), spoken(rule, facts)];
  if (listening === undefined || speaking === undefined) return undefined;
  const parts = [reported(rule, 'listening', listening), reported(rule, 'speaking', speaking)] as const;
  const { weighted, met, reached } = weighed(rule, parts[0].scale, parts[1].scale);
  const measured = {
    scale: Math.floor(weighted / (rule.weights.listening + rule.weights.speaking)),
    required: rule.required,
    parts,
  };
  if (rule.hearings !== undefined)
    return { ...measured, ...byProbability(rule, rule.hearings, facts, listening, reached) };
  const level = rule.levels[reached]?.name;
  return { ...measured, outcome: met.length === 3 ? 'pass' : 'fail', met, ...(level === undefined ? {} : { level }) };
}

/** What the rule says of two abilities on the reporting scale; `reached` is the index of the level, −1 for none. */
function weighed({ weights, floorBelowLevel, levels, required }: MeasuringRule, listening: number, speaking: number) {
  const sum = weights.listening + weights.speaking;
  const weighted = weights.listening * listening + weights.speaking * speaking;
  const weakest = Math.min(listening, speaking);
  const reached = levels.reduce(
    (last, { scale }, n) => (weighted >= scale * sum && weakest >= scale - floorBelowLevel ? n : last),
    -1,
  );
  const needed = levels.find(({ name }) => name === required)?.scale ?? Number.POSITIVE_INFINITY;
  const met = [
    ...(weighted >= needed * sum ? ['oral'] : []),
    ...(listening >= needed - floorBelowLevel ? ['listening-floor'] : []),
    ...(speaking >= needed - floorBelowLevel ? ['speaking-floor'] : []),
  ];
  return { weighted, met, reached };
}

const edge = 2e-3;

/** The rule that weighs how probable the level is, once it was heard as often as the plan asks. */
function byProbability(
  rule: MeasuringRule,
  plan: NonNullable<MeasuringRule['hearings']>,
  { ratings, severity }: SecondFacts,
  listening: Ability,
  measured: number,
) {
  const holds = (heard: number, spoken: number): boolean => {
    const scaleOf = (part: 'listening' | 'speaking', theta: number): number =>
      reported(rule, part, { theta, standardError: 0 }).scale;
    return weighed(rule, scaleOf('listening', heard), scaleOf('speaking', spoken)).met.length === 3;
  };
  const probability = requiredProbability({ rule, plan, listening, ratings, severity, holds });
  const hearings = Math.min(...ratings.map((one) => one.hearings.length));
  // At the edge of the band each of two sums may lie on its own side.
  const isUndecided = probability > plan.band.lower + edge && probability < plan.band.upper - edge;
  const passes = probability >= plan.passFrom;
  if (hearings < plan.mostHearings && (isUndecided || (!passes && hearings < plan.hearingsOfFail)))
    throw new Undecidable(`heard ${hearings} times, and to be heard again at a probability of ${probability}`);
  const needed = rule.levels.findIndex(({ name }) => name === rule.required);
  const level = rule.levels[passes ? Math.max(measured, needed) : Math.min(measured, needed - 1)]?.name;
  return {
    outcome: passes ? ('pass' as const) : ('fail' as const),
    met: passes ? ['required-probable'] : [],
    probability,
    hearings,
    ...(level === undefined ? {} : { level }),
  };
}

function heard({ session, pinned }: SecondFacts): Ability | undefined {
  return weightedLikelihood(
    session.asked
      .filter(({ part, scored, lost }) => part === undefined && scored && !lost)
      .map(({ item, choice }) => {
        const curve = pinned.curveOf(item);
        if (curve === undefined) throw new Undecidable(`the pinned releases have no parameters of ${item}`);
        return {
          curve: rightOrWrong(curve.slope, curve.difficulty, curve.lower ?? 0),
          category: isRight(item, choice, pinned) ? 1 : 0,
        };
      }),
  );
}

function spoken(rule: MeasuringRule, { session, ratings, severity }: SecondFacts): Ability | undefined {
  const rated = new Map(ratings.map(({ task, hearings }) => [task, hearings]));
  const curve = partialCredit(rule.speaking.thresholds.map((threshold) => threshold + severity));
  return weightedLikelihood(
    session.tasks.flatMap((task) => {
      const hearings = rated.get(task) ?? [];
      if (hearings.length === 0) throw new Undecidable(`nobody has rated task ${task}`);
      return hearings
        .flatMap((scores) => Object.values(scores))
        .flatMap((category) => (category === 'NR' ? [] : [{ curve, category }]));
    }),
  );
}

/** On the reporting scale: straight lines between the levels' points, the outer ones going on beyond them. */
function reported({ levels, limits }: MeasuringRule, part: 'listening' | 'speaking', ability: Ability) {
  const { theta, standardError } = ability;
  const above = levels.findIndex((level) => theta < level[part]);
  const upper = above === -1 ? levels.length - 1 : Math.max(1, above);
  const [from, to] = [levels[upper - 1], levels[upper]];
  if (from === undefined || to === undefined) throw new Undecidable('the regime has fewer than two levels');
  const share = (theta - from[part]) / (to[part] - from[part]);
  const exact = Math.round(from.scale + share * (to.scale - from.scale));
  const scale = Math.min(Math.max(exact, limits.lowest), limits.highest);
  const level = levels.reduce<string | undefined>((name, one) => (scale >= one.scale ? one.name : name), undefined);
  return { part, theta, thetaStandardError: standardError, scale, ...(level === undefined ? {} : { level }) };
}
