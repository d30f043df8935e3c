/** Ratings in long form: one row a person, a combination of facet elements (criterion, rater, …) and a score. What could not be rated is absent. */
import { IrtError } from '../errors.ts';

export interface Facet { readonly name: string; readonly elements: readonly string[]; /** Element of each rating. */ readonly of: Uint32Array }

export interface RatingTable {
  readonly persons: readonly string[];
  readonly person: Uint32Array;
  readonly facets: readonly Facet[];
  readonly score: Uint8Array;
  /** Highest score of the scale. */
  readonly highest: number;
}

export interface RatingRow { readonly person: string; readonly elements: readonly string[]; readonly score: number }

/** Throws IrtError for no rows, a row with another number of facets, or a score that is no whole number from 0 to 63. */
export function ratingTable(facets: readonly string[], rows: readonly RatingRow[]): RatingTable {
  if (rows.length === 0) throw new IrtError('no-ratings', 'rows', '[]', 'must have at least one rating');
  if (facets.length === 0) throw new IrtError('no-facets', 'facets', '[]', 'must name at least one facet');
  const [persons, person] = [new Map<string, number>(), new Uint32Array(rows.length)];
  const known = facets.map(() => new Map<string, number>());
  const of = facets.map(() => new Uint32Array(rows.length));
  const score = new Uint8Array(rows.length);
  const place = (map: Map<string, number>, name: string): number => { const at = map.get(name) ?? map.size; map.set(name, at); return at; };
  rows.forEach((row, n) => {
    if (row.elements.length !== facets.length) throw new IrtError('unequal-lengths', `rows[${n}].elements`, row.elements.length, `must have ${facets.length} members`);
    if (!Number.isInteger(row.score) || row.score < 0 || row.score > 63) throw new IrtError('score-outside', `rows[${n}].score`, row.score, 'must be a whole number from 0 to 63');
    person[n] = place(persons, row.person);
    row.elements.forEach((element, f) => { const [map, list] = [known[f], of[f]]; if (map !== undefined && list !== undefined) list[n] = place(map, element); });
    score[n] = row.score;
  });
  return { persons: [...persons.keys()], person, facets: facets.map((name, f) => ({ name, elements: [...(known[f]?.keys() ?? [])], of: of[f] ?? new Uint32Array(0) })), score, highest: score.reduce((most, value) => Math.max(most, value), 0) };
}
