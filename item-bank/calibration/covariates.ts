/**
 * What is known of the persons beside their answers, as columns of numbers for a latent regression θ ~ N(Xβ, σ²). Pure.
 */
import type { ItemsCalibration, LatentGroup } from 'itemresponsetheory/calibration';
import { ResponseFileError } from './response-file-error.ts';
import type { ResponseData } from './stream-responses.ts';

export interface Covariates {
  readonly names: readonly string[];
  /** Row-major, persons × names. */ readonly matrix: Float64Array;
}
export interface Regression {
  readonly names: readonly string[];
  readonly coefficients: readonly number[];
  readonly standardErrors: readonly number[];
  readonly residualSd: number;
}

interface Column {
  readonly name: string;
  readonly of: (row: number) => number;
}

const isMissing = (text: string): boolean => text === '' || text === 'NA' || text === '.';

/**
 * Numbers are taken less their mean, so that the scale's origin is an average person; words as 0 and 1 for each but the
 * first in order.
 */
function columnsOf(name: string, values: readonly string[]): Column[] {
  const levels = [...new Set(values)].sort();
  if (levels.length < 2)
    throw new ResponseFileError(
      'one-group',
      `covariate ${name} has the one value "${levels[0] ?? ''}": it says nothing of the persons`,
      { column: name, value: levels[0] ?? '' },
    );
  const numbers = values.map(Number);
  if (numbers.every(Number.isFinite)) {
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    return [{ name, of: (row) => (numbers[row] ?? mean) - mean }];
  }
  return levels.slice(1).map((level) => ({ name: `${name}=${level}`, of: (row) => (values[row] === level ? 1 : 0) }));
}

/**
 * Of the persons that are kept. With fixed items the scale is given, so a constant is estimated too. Throws
 * ResponseFileError naming person and column.
 */
export function covariatesOf(
  { covariates = [], persons: names }: ResponseData,
  kept: Uint32Array,
  isScaleGiven: boolean,
): Covariates | undefined {
  if (covariates.length === 0) return undefined;
  const columns = covariates.flatMap(({ name, values }) =>
    columnsOf(
      name,
      Array.from(kept, (person) => {
        const value = values[person] ?? '';
        if (isMissing(value))
          throw new ResponseFileError(
            'no-covariate',
            `person "${names[person] ?? ''}" has no ${name}: every person needs one`,
            { person: names[person] ?? '', column: name },
          );
        return value;
      }),
    ),
  );
  const all: readonly Column[] = isScaleGiven ? [{ name: 'constant', of: () => 1 }, ...columns] : columns;
  return {
    names: all.map(({ name }) => name),
    matrix: Float64Array.from(
      { length: kept.length * all.length },
      (_, at) => all[at % all.length]?.of(Math.floor(at / all.length)) ?? 0,
    ),
  };
}

/** Mean and variance of θ over these persons, whatever is known of each. */
export function marginOf(
  { names, matrix }: Covariates,
  { coefficients, residualVariance }: NonNullable<ItemsCalibration['regression']>,
): LatentGroup {
  const persons = matrix.length / names.length;
  const means = Array.from({ length: persons }, (_, row) =>
    coefficients.reduce((sum, beta, n) => sum + beta * (matrix[row * names.length + n] ?? 0), 0),
  );
  const mean = means.reduce((sum, value) => sum + value, 0) / persons;
  return {
    mean,
    variance: residualVariance + means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / persons,
    persons,
  };
}
