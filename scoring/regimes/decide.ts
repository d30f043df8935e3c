/** The decision a regime makes of the parts' scores. Pure; every comparison is between whole numbers. */
import type { CountedRegime, OralRegime } from './regime.ts';

export interface Condition {
  readonly id: string;
  readonly met: boolean;
  /** What there is and what was needed, for people. */ readonly have: string;
  readonly need: string;
}
export interface Counted {
  readonly score: number;
  readonly max: number;
}
export interface Measured {
  readonly theta: number;
  readonly standardError: number;
}
/** A part on the reporting scale; `atLimit` when the scale's limit was reached, never silently. */
export interface Scaled {
  readonly scale: number;
  readonly standardError: number;
  readonly level: string | null;
  readonly atLimit: boolean;
}

export interface CountedDecision {
  readonly outcome: 'pass' | 'fail';
  readonly conditions: readonly Condition[];
  readonly total: Counted;
}

export class UnusableScore extends Error {
  readonly code = 'unusable-score';
  constructor(
    readonly field: string,
    readonly value: string,
    rule: string,
  ) {
    super(`${field} is ${value}: ${rule}`);
    this.name = 'UnusableScore';
  }
}

function checked(field: string, counted: Counted | undefined): Counted {
  if (counted === undefined) throw new UnusableScore(field, 'missing', 'the regime counts it');
  const { score, max } = counted;
  const isCount = Number.isSafeInteger(score) && Number.isSafeInteger(max) && score >= 0 && max > 0 && score <= max;
  if (!isCount) throw new UnusableScore(field, `${score}/${max}`, 'must be whole numbers, 0 ≤ score ≤ max and max ≥ 1');
  return counted;
}

/** score/max ≥ numerator/denominator ⇔ score·denominator ≥ numerator·max. */
const reaches = (
  { score, max }: Counted,
  { numerator, denominator }: { numerator: number; denominator: number },
): boolean => score * denominator >= numerator * max;

export interface CountedParts {
  /** Every part of the form by its name. */
  readonly parts: Readonly<Record<string, Counted>>;
  /** The teacher's form, where the regime counts it. */
  readonly processEvaluation?: Counted;
}

/** Weighted mean of test and process evaluation as one exact fraction: (w·s/m + v·t/n) / (w + v). */
function overallOf({ overall }: CountedRegime, total: Counted, processEvaluation: Counted | undefined): Counted {
  const { test, processEvaluation: weight } = overall ?? { test: 1, processEvaluation: 0 };
  if (weight === 0) return total;
  const other = checked('processEvaluation', processEvaluation);
  return {
    score: test * total.score * other.max + weight * other.score * total.max,
    max: (test + weight) * total.max * other.max,
  };
}

/**
 * Throws UnusableScore when a score that the regime counts is missing, empty or impossible: an empty form passes
 * nobody.
 */
export function decideCounted(regime: CountedRegime, { parts, processEvaluation }: CountedParts): CountedDecision {
  const counted = new Map(Object.entries(parts));
  const total = [...counted.values()].reduce(
    (sum, { score, max }) => ({ score: sum.score + score, max: sum.max + max }),
    { score: 0, max: 0 },
  );
  const named = (part: string): Counted | undefined =>
    part === 'total' ? total : part === 'overall' ? overallOf(regime, total, processEvaluation) : counted.get(part);
  const conditions = regime.conditions.map(({ id, part, atLeast }) => {
    const have = checked(part, named(part));
    const need = Math.ceil((atLeast.numerator * have.max) / atLeast.denominator);
    return { id, met: reaches(have, atLeast), have: `${have.score}/${have.max}`, need: `${need}/${have.max}` };
  });
  return { outcome: conditions.every(({ met }) => met) ? 'pass' : 'fail', conditions, total };
}

export type OralPart = 'listening' | 'speaking';

type Levels = OralRegime['levels'];
/** Two neighbouring levels, the upper of which is the first to lie above; the last two where none does. */
export function segmentWhere(
  levels: Levels,
  isAbove: (level: Levels[number]) => boolean,
): { readonly lower: Levels[number]; readonly upper: Levels[number] } {
  const segments = levels.slice(1).map((upper, n) => ({ lower: levels[n] ?? upper, upper }));
  const segment = segments.find(({ upper }) => isAbove(upper)) ?? segments.at(-1);
  if (segment === undefined) throw new RangeError('a regime has at least two levels');
  return segment;
}

/**
 * Piecewise linear through the levels' points; outside them with the slope of the neighbouring segment. The SE (points
 * of the reporting scale) is that of θ times the slope. Throws UnusableScore when θ or its SE is no number.
 */
export function toScale(regime: OralRegime, part: OralPart, { theta, standardError }: Measured): Scaled {
  const { levels, limits } = regime;
  const segment = segmentWhere(levels, (upper) => theta < upper[part]);
  if (!Number.isFinite(theta) || !(standardError >= 0))
    throw new UnusableScore(part, `θ ${theta}, SE ${standardError}`, 'must be a number with its standard error');
  const slope = (segment.upper.scale - segment.lower.scale) / (segment.upper[part] - segment.lower[part]);
  const exact = Math.round(segment.lower.scale + slope * (theta - segment.lower[part]));
  const scale = Math.min(limits.highest, Math.max(limits.lowest, exact));
  return {
    scale,
    standardError: Math.round(slope * standardError),
    atLimit: scale !== exact,
    level: levels.filter((level) => scale >= level.scale).at(-1)?.name ?? null,
  };
}

export interface OralDecision {
  readonly outcome: 'pass' | 'fail';
  /** Null: below the lowest level. */
  readonly level: string | null;
  readonly scale: number;
  readonly standardError: number;
  readonly required: string;
  readonly parts: { readonly listening: Scaled; readonly speaking: Scaled };
  readonly conditions: readonly Condition[];
}

export function decideOral(
  regime: OralRegime,
  measured: { readonly listening: Measured; readonly speaking: Measured },
): OralDecision {
  const parts = {
    listening: toScale(regime, 'listening', measured.listening),
    speaking: toScale(regime, 'speaking', measured.speaking),
  };
  const { weights, floorBelowLevel } = regime;
  const divisor = weights.listening + weights.speaking;
  const weighted = weights.listening * parts.listening.scale + weights.speaking * parts.speaking.scale;
  const holds = (scale: number): boolean =>
    weighted >= scale * divisor && Math.min(parts.listening.scale, parts.speaking.scale) >= scale - floorBelowLevel;
  const level = regime.levels.filter((candidate) => holds(candidate.scale)).at(-1)?.name ?? null;
  const required = regime.levels.find(({ name }) => name === regime.required) ?? regime.levels.at(-1);
  if (required === undefined) throw new RangeError('a regime has at least two levels');
  // Down, so that what is printed never reaches a cut that the exact sum does not.
  const scale = Math.floor(weighted / divisor);
  const floor = required.scale - floorBelowLevel;
  const conditions: Condition[] = [
    { id: 'oral', met: weighted >= required.scale * divisor, have: String(scale), need: String(required.scale) },
    {
      id: 'listening-floor',
      met: parts.listening.scale >= floor,
      have: String(parts.listening.scale),
      need: String(floor),
    },
    {
      id: 'speaking-floor',
      met: parts.speaking.scale >= floor,
      have: String(parts.speaking.scale),
      need: String(floor),
    },
  ];
  const standardError = Math.round(
    Math.sqrt(
      (weights.listening * parts.listening.standardError) ** 2 + (weights.speaking * parts.speaking.standardError) ** 2,
    ) / divisor,
  );
  return {
    outcome: conditions.every(({ met }) => met) ? 'pass' : 'fail',
    level,
    scale,
    standardError,
    required: required.name,
    parts,
    conditions,
  };
}
