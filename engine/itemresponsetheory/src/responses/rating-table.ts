/**
 * Ratings in long form: one row a person, a combination of facet elements (criterion, rater, …) and a score. What could
 * not be rated is absent.
 */
import { IrtError } from '../errors.ts';

export interface Facet {
  readonly name: string;
  readonly elements: readonly string[];
  /** Element of each rating. */ readonly of: Uint32Array;
}

export interface RatingTable {
  readonly persons: readonly string[];
  readonly person: Uint32Array;
  readonly facets: readonly Facet[];
  /** Category of each rating: the lowest score given is 0. */
  readonly score: Uint8Array;
  /** Highest category. */
  readonly highest: number;
  /** Score that each category stands for. */
  readonly categories: readonly number[];
  /** How often each rating counts; absent: once. */
  readonly weight?: Float64Array;
}

export interface RatingRow {
  readonly person: string;
  readonly elements: readonly string[];
  readonly score: number;
  /** How often the score counts, above 0; default once. */ readonly weight?: number;
}

export interface RatingTableOptions {
  /**
   * Scores between the lowest and the highest that nobody gave: a category of its own, which no model can estimate
   * (`keep`, default), or none: the scores above move down one category (`close`).
   */
  readonly unused?: 'keep' | 'close';
}

/**
 * The scale runs from the lowest to the highest score given. Throws IrtError for no rows, a row with another number of
 * facets, a score that is not an integer from 0 to 63, or a weight that is not positive.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { ratingTable } from 'itemresponsetheory/facets';
 *
 * const rows = Array.from({ length: 60 }, (_, n) => n).flatMap((n) => {
 *   const random = createRng('ratings').fork(n);
 *   const theta = random.normal();
 *   return ['strict', 'mild', 'third'].map((rater, r) => ({
 *     person: `P${n}`,
 *     elements: [rater],
 *     score: Math.max(0, Math.min(3, Math.round(1.5 + theta + (r - 1) / 2 + random.normal()))),
 *   }));
 * });
 * const table = ratingTable(['rater'], rows);
 * console.log(table.persons.length, table.facets[0]?.elements.join()); // → 60 strict,mild,third
 * ```
 */
export function ratingTable(
  facets: readonly string[],
  rows: readonly RatingRow[],
  { unused = 'keep' }: RatingTableOptions = {},
): RatingTable {
  if (rows.length === 0) throw new IrtError('no-ratings', 'rows', '[]', 'must have at least one rating');
  if (facets.length === 0) throw new IrtError('no-facets', 'facets', '[]', 'must name at least one facet');
  const [persons, person] = [new Map<string, number>(), new Uint32Array(rows.length)];
  const known = facets.map(() => new Map<string, number>());
  const of = facets.map(() => new Uint32Array(rows.length));
  const [given, weight] = [new Uint8Array(rows.length), new Float64Array(rows.length)];
  const place = (map: Map<string, number>, name: string): number => {
    const at = map.get(name) ?? map.size;
    map.set(name, at);
    return at;
  };
  rows.forEach((row, n) => {
    if (row.elements.length !== facets.length)
      throw new IrtError(
        'unequal-lengths',
        `rows[${n}].elements`,
        row.elements.length,
        `must have ${facets.length} members`,
      );
    if (!Number.isInteger(row.score) || row.score < 0 || row.score > 63)
      throw new IrtError('score-outside', `rows[${n}].score`, row.score, 'must be a whole number from 0 to 63');
    const counts = row.weight ?? 1;
    if (!(counts > 0 && counts < Infinity))
      throw new IrtError('not-positive', `rows[${n}].weight`, counts, 'must be above 0');
    person[n] = place(persons, row.person);
    row.elements.forEach((element, f) => {
      const [map, list] = [known[f], of[f]];
      if (map !== undefined && list !== undefined) list[n] = place(map, element);
    });
    given[n] = row.score;
    weight[n] = counts;
  });
  const categories = categoriesOf(given, unused);
  const categoryOf = new Map(categories.map((score, k) => [score, k]));
  return {
    persons: [...persons.keys()],
    person,
    facets: facets.map((name, f) => ({
      name,
      elements: [...known[f].keys()],
      of: of[f],
    })),
    score: given.map((score) => categoryOf.get(score) ?? 0),
    highest: categories.length - 1,
    categories,
    ...(weight.every((w) => w === 1) ? {} : { weight }),
  };
}

/** The table with these ratings only; persons and elements keep their places. */
export function ratingsOf(table: RatingTable, kept: Uint32Array): RatingTable {
  const { person, facets, score, weight } = table;
  const pick = (of: Uint32Array): Uint32Array => kept.map((n) => of[n]);
  return {
    ...table,
    person: pick(person),
    facets: facets.map((facet) => ({ ...facet, of: pick(facet.of) })),
    score: Uint8Array.from(kept, (n) => score[n]),
    ...(weight === undefined ? {} : { weight: Float64Array.from(kept, (n) => weight[n]) }),
  };
}

function categoriesOf(given: Uint8Array, unused: 'keep' | 'close'): number[] {
  const seen = [...new Set(given)].sort((a, b) => a - b);
  const [lowest = 0, highest = 0] = [seen[0], seen.at(-1)];
  return unused === 'close' ? seen : Array.from({ length: highest - lowest + 1 }, (_, k) => lowest + k);
}
