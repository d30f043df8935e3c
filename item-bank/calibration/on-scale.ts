/** Estimates brought from their own scale onto that of the anchors: θ(anchors) = unit·θ + shift. Pure. */
import type { ItemSpec } from 'itemresponsetheory';
import type { CalibratedItemResult, LatentGroup } from 'itemresponsetheory/calibration';
import { defined } from '../../storage/document/defined.ts';
import { locationOf } from './anchor-link.ts';
import type { Regression } from './covariates.ts';
import type { Estimation } from './estimation.ts';
import type { ItemEstimate } from './judge.ts';
import type { AbilityDistribution } from './ability-distribution.ts';
import type { GroupAbility } from './outcome.ts';

export interface Scale {
  readonly unit: number;
  readonly shift: number;
}
export const ownScale: Scale = { unit: 1, shift: 0 };

const finite = (value: number | undefined): number | undefined => (Number.isFinite(value) ? value : undefined);

/** One item's estimates on their own scale; the error of a location is that of its least certain step. */
export function estimateOf({ item, model, standardErrors }: CalibratedItemResult): ItemEstimate {
  const slope = item.model === 'nominal' ? 1 : (item.slope ?? 1);
  const lower = item.model === 'logistic' && (model === '3pl' || (item.lower ?? 0) > 0) ? item.lower : undefined;
  const difficulty = locationOf(item);
  if (model === 'fixed') return defined({ slope, difficulty, difficultyStandardError: 0, lower });
  // A nominal item has no place on the scale whose error could be too large: only that there is one counts.
  if (item.model === 'nominal')
    return defined({
      slope,
      difficulty,
      difficultyStandardError: finite(Math.max(...standardErrors)) === undefined ? undefined : 0,
    });
  const steps = standardErrors.slice(1, item.model === 'logistic' ? 2 : 1 + item.steps.length);
  const [slopeError, , lowerError] = standardErrors;
  return defined({
    slope,
    difficulty,
    slopeStandardError: finite(slopeError),
    difficultyStandardError: finite(Math.max(...steps)),
    lower,
    lowerStandardError: lower === undefined ? undefined : finite(lowerError),
  });
}

export const estimateOn = (
  { slope, slopeStandardError, difficulty, difficultyStandardError, ...asymptote }: ItemEstimate,
  { unit, shift }: Scale,
): ItemEstimate => ({
  ...asymptote,
  slope: slope / unit,
  difficulty: unit * difficulty + shift,
  ...defined({
    slopeStandardError: slopeStandardError === undefined ? undefined : slopeStandardError / unit,
    difficultyStandardError: difficultyStandardError === undefined ? undefined : unit * difficultyStandardError,
  }),
});

/** Slope, then difficulty or steps, then lower, which has no unit; those of a nominal item stay as they are. */
export const standardErrorsOn = ({ item, standardErrors }: CalibratedItemResult, { unit }: Scale): readonly number[] =>
  item.model === 'nominal'
    ? standardErrors
    : standardErrors.map((error, n) =>
        n === 0 ? error / unit : item.model === 'logistic' && n === 2 ? error : error * unit,
      );

/** Of slope and difficulty or steps: slopes have 1/unit, difficulties unit. */
export function covarianceOn({ item, covariance }: CalibratedItemResult, { unit }: Scale): readonly number[] | null {
  if (covariance === undefined || item.model === 'nominal') return null;
  const all = Math.sqrt(covariance.length);
  const count = item.model === 'logistic' ? 2 : 1 + item.steps.length;
  const factor = (n: number): number => (n === 0 ? 1 / unit : unit);
  return Array.from({ length: count * count }, (_, cell) => {
    const [i, j] = [Math.floor(cell / count), cell % count];
    return (covariance[i * all + j] ?? NaN) * factor(i) * factor(j);
  });
}

/** A slope of nought or below has no curve: it is drawn flat and judged by its slope alone. */
export function drawable(spec: ItemSpec): ItemSpec {
  if (spec.model === 'nominal' || (spec.slope ?? 1) > 0) return spec;
  return spec.model === 'logistic'
    ? { ...spec, slope: 1e-3 }
    : { ...spec, slope: 1e-3, steps: [...spec.steps].sort((a, b) => a - b) };
}

/** Mean and SD over all groups together. */
export function populationOn(groups: readonly LatentGroup[], { unit, shift }: Scale): AbilityDistribution {
  const persons = groups.reduce((sum, group) => sum + group.persons, 0);
  const mean = groups.reduce((sum, group) => sum + group.persons * group.mean, 0) / persons;
  const square =
    groups.reduce((sum, group) => sum + group.persons * (group.variance + (group.mean - mean) ** 2), 0) / persons;
  return { mean: unit * mean + shift, sd: unit * Math.sqrt(square) };
}

export const groupsOn = (
  groups: readonly LatentGroup[],
  names: readonly string[],
  { unit, shift }: Scale,
): GroupAbility[] =>
  groups.map(({ persons, mean, variance, meanStandardError }, n) => ({
    name: names[n] ?? '',
    persons,
    mean: unit * mean + shift,
    sd: unit * Math.sqrt(variance),
    ...defined({ meanStandardError: meanStandardError === undefined ? undefined : unit * meanStandardError }),
  }));

export const regressionOn = (
  { names, coefficients, standardErrors, residualVariance }: NonNullable<Estimation['regression']>,
  { unit }: Scale,
): Regression => ({
  names,
  coefficients: coefficients.map((value) => unit * value),
  standardErrors: standardErrors.map((error) => unit * error),
  residualSd: unit * Math.sqrt(residualVariance),
});
