/** Where a result and the second scorer's do not say the same. */
import type { SecondPart, SecondResult } from './second-score.ts';

/** As much of a result as is decided twice. */
export interface FirstResult {
  readonly outcome: string;
  readonly testDate: string;
  readonly regime: { readonly id: string };
  readonly score?: number;
  readonly max?: number;
  readonly level?: string;
  readonly scale?: number;
  readonly required?: string;
  readonly probability?: number;
  readonly hearings?: number;
  readonly conditions: readonly { readonly id: string; readonly met: boolean }[];
  readonly parts: readonly SecondPart[];
}

export interface ScoreDifference {
  /** Such as `outcome`, or `listening.theta`. */
  readonly member: string;
  readonly first: string;
  readonly second: string;
}

/** Two estimates of one equation differ by less, logits. */
const tolerance = 1e-6;

/** A probability is a sum over a grid, and each has its own. */
const probabilityTolerance = 2e-3;

const isSame = (first: unknown, second: unknown, within = tolerance): boolean =>
  typeof first === 'number' && typeof second === 'number' && !(Number.isInteger(first) && Number.isInteger(second))
    ? Math.abs(first - second) <= within
    : first === second;

const members = [
  'outcome',
  'testDate',
  'score',
  'max',
  'level',
  'scale',
  'required',
  'hearings',
  'probability',
] as const;
const partMembers = ['score', 'max', 'theta', 'thetaStandardError', 'scale', 'level'] as const;

const shown = (value: unknown): string => (value === undefined ? '' : String(value));

/** None: both say the same. */
export function scoreDifferences(first: FirstResult, second: SecondResult): ScoreDifference[] {
  const metOf = first.conditions.filter(({ met }) => met).map(({ id }) => id);
  const names = [...new Set([...first.parts, ...second.parts].map(({ part }) => part))];
  const pairs: (readonly [string, unknown, unknown])[] = [
    ...members.map((member) => [member, first[member], second[member]] as const),
    ['regime', first.regime.id, second.regime],
    ['conditions', [...metOf].sort().join(' '), [...second.met].sort().join(' ')],
    ...names.flatMap((name) => {
      const [one, other] = [partNamed(first.parts, name), partNamed(second.parts, name)];
      return partMembers.map((member) => [`${name}.${member}`, one?.[member], other?.[member]] as const);
    }),
  ];
  return pairs.flatMap(([member, one, other]) =>
    isSame(one, other, member === 'probability' ? probabilityTolerance : tolerance)
      ? []
      : [{ member, first: shown(one), second: shown(other) }],
  );
}

const partNamed = (parts: readonly SecondPart[], name: string): SecondPart | undefined =>
  parts.find(({ part }) => part === name);
