/** Weights and densities of the persons, checked. */
import { IrtError } from '../errors.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import type { CalibrateItemsOptions } from './options.ts';

export function weightsOf(data: ResponseMatrix, { weights }: CalibrateItemsOptions): (person: number) => number {
  if (weights === undefined) return () => 1;
  if (weights.length !== data.persons)
    throw new IrtError(
      'unequal-lengths',
      'weights',
      weights.length,
      `must have a member for each of ${data.persons} persons`,
    );
  for (let n = 0; n < weights.length; n += 1) {
    const w = weights[n];
    if (!(w >= 0 && w < Infinity)) throw new IrtError('negative', `weights[${n}]`, w, 'must be a number of at least 0');
  }
  return (person) => weights[person];
}

/** Density of each person, and the covariates of each density. */
export interface Densities {
  readonly of: (person: number) => number;
  readonly count: number;
  readonly design: readonly Float64Array[];
}

export function densitiesOf(data: ResponseMatrix, { group, covariates }: CalibrateItemsOptions): Densities {
  if (covariates !== undefined) {
    const p = covariates.names.length;
    if (covariates.matrix.length !== p * data.persons)
      throw new IrtError(
        'unequal-lengths',
        'covariates.matrix',
        covariates.matrix.length,
        `must have ${p * data.persons} members`,
      );
    const known = new Map<string, number>();
    const design: Float64Array[] = [];
    const of = Array.from({ length: data.persons }, (_, person) => {
      const row = covariates.matrix.slice(person * p, (person + 1) * p);
      const key = row.join();
      const at = known.get(key) ?? design.length;
      if (at === design.length) {
        known.set(key, at);
        design.push(row);
      }
      return at;
    });
    return { of: (person) => of[person], count: design.length, design };
  }
  if (group === undefined) return { of: () => 0, count: 1, design: [] };
  if (group.length !== data.persons)
    throw new IrtError(
      'unequal-lengths',
      'group',
      group.length,
      `must have a member for each of ${data.persons} persons`,
    );
  let highest = 0;
  for (let n = 0; n < group.length; n += 1) {
    const g = group[n];
    if (!Number.isInteger(g) || g < 0 || g > 1000)
      throw new IrtError('unknown-group', `group[${n}]`, g, 'must be a whole number from 0 to 1000');
    highest = Math.max(highest, g);
  }
  return { of: (person) => group[person], count: highest + 1, design: [] };
}
