/**
 * Can all severities be compared? Persons and facet elements as one linear design: its rank must fall short of the
 * number of elements by one for each facet, no more. Chains of common persons are necessary, but with nested facets not
 * sufficient, so the rank decides (Weeks & Williams 1964).
 */
import { IrtError } from '../errors.ts';
import { DisjointSets } from '../numeric/disjoint-sets.ts';
import type { RatingTable } from '../responses/rating-table.ts';

export interface Subset {
  readonly elements: readonly { readonly facet: string; readonly elements: readonly string[] }[];
  readonly persons: number;
}

export interface Connectedness {
  readonly isConnected: boolean;
  /** Dimensions that the ratings leave open beyond the origins of the facets. */
  readonly deficiency: number;
  /**
   * Groups of elements that can be compared with one another; a facet whose elements can all be compared stands in
   * each. One group when all can.
   */
  readonly subsets: readonly Subset[];
}

/**
 * Null space of a positive semidefinite matrix by elimination with diagonal pivots: rank, and of each variable its
 * coordinates in the free ones.
 */
function nullSpace(
  matrix: Float64Array,
  size: number,
): { readonly rank: number; readonly coordinates: readonly (readonly number[])[] } {
  const left = new Set(Array.from({ length: size }, (_, n) => n));
  const pivots: number[] = [];
  let scale = 0;
  for (let n = 0; n < size; n += 1) scale = Math.max(scale, matrix[n * size + n]);
  for (;;) {
    let [pivot, largest] = [-1, 1e-9 * scale];
    for (const n of left) {
      const value = matrix[n * size + n];
      if (value > largest) {
        pivot = n;
        largest = value;
      }
    }
    if (pivot < 0) break;
    left.delete(pivot);
    pivots.push(pivot);
    for (let j = 0; j < size; j += 1) matrix[pivot * size + j] /= largest;
    for (let i = 0; i < size; i += 1) {
      const factor = matrix[i * size + pivot];
      if (i !== pivot && factor !== 0)
        for (let j = 0; j < size; j += 1) matrix[i * size + j] -= factor * matrix[pivot * size + j];
    }
  }
  const free = [...left];
  return {
    rank: pivots.length,
    coordinates: Array.from({ length: size }, (_, n) =>
      free.map((f) => (left.has(n) ? (n === f ? 1 : 0) : -matrix[n * size + f])),
    ),
  };
}

/**
 * Whether all elements are on one scale, and if not, which sets are apart.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { findSubsets, ratingTable } from 'itemresponsetheory/facets';
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
 * console.log(findSubsets(table).isConnected); // → true
 * ```
 */
export function findSubsets(table: RatingTable): Connectedness {
  const { persons, person, facets } = table;
  const offsets = facets.map((_, f) => facets.slice(0, f).reduce((sum, { elements }) => sum + elements.length, 0));
  const size = facets.reduce((sum, { elements }) => sum + elements.length, 0);
  const rowsOf: number[][] = persons.map(() => []);
  for (let n = 0; n < person.length; n += 1) rowsOf[person[n]].push(n);
  const placeOf = (n: number, f: number): number => offsets[f] + facets[f].of[n];
  // Persons are swept out: Σ rows·rows′ − (Σ rows)(Σ rows)′/n of each person.
  const matrix = new Float64Array(size * size);
  const sum = new Float64Array(size);
  for (const rows of rowsOf) {
    const touched: number[] = [];
    for (const n of rows)
      for (let f = 0; f < facets.length; f += 1) {
        const i = placeOf(n, f);
        if (sum[i] === 0) touched.push(i);
        sum[i] += 1;
        for (let g = 0; g < facets.length; g += 1) {
          const at = i * size + placeOf(n, g);
          matrix[at] += 1;
        }
      }
    for (const i of touched) for (const j of touched) matrix[i * size + j] -= (sum[i] * sum[j]) / rows.length;
    for (const i of touched) sum[i] = 0;
  }
  const { rank, coordinates } = nullSpace(matrix, size);
  const deficiency = size - facets.length - rank;
  const classes = facets.map(({ elements }, f) => classesOf(elements.map((_, e) => coordinates[offsets[f] + e])));
  return { isConnected: deficiency === 0, deficiency, subsets: subsetsOf(table, classes) };
}

/**
 * Two elements of a facet can be compared exactly when every direction that the ratings leave open moves both alike:
 * the same coordinates in the null space. Returns the class of each element, numbered from 0.
 */
function classesOf(coordinates: readonly (readonly number[])[]): Uint32Array {
  const representatives: (readonly number[])[] = [];
  return Uint32Array.from(coordinates, (own) => {
    const at = representatives.findIndex((other) => other.every((value, n) => Math.abs(value - own[n]) < 1e-6));
    if (at >= 0) return at;
    representatives.push(own);
    return representatives.length - 1;
  });
}

/**
 * Classes of different facets that stand in the ratings of one person belong together. When that joins all (they are
 * entangled some other way), each class is named by itself.
 */
function subsetsOf({ persons, person, facets }: RatingTable, classes: readonly Uint32Array[]): Subset[] {
  const counts = classes.map((own) => own.reduce((most, value) => Math.max(most, value + 1), 0));
  const whole = facets.flatMap(({ name, elements }, f) => (counts[f] > 1 ? [] : [{ f, facet: name, elements }]));
  if (whole.length === facets.length)
    return [{ elements: whole.map(({ facet, elements }) => ({ facet, elements })), persons: persons.length }];
  const starts = counts.map((_, f) => counts.slice(0, f).reduce((sum, count) => sum + count, 0));
  const sets = new DisjointSets(counts.reduce((sum, count) => sum + count, 0));
  const classAt = (n: number, f: number): number => starts[f] + classes[f][facets[f].of[n]];
  const split = facets.flatMap((_, f) => (counts[f] > 1 ? [f] : []));
  const firstOf = new Int32Array(persons.length).fill(-1);
  for (let n = 0; n < person.length; n += 1)
    for (const f of split) {
      const [p, at] = [person[n], classAt(n, f)];
      if (firstOf[p] < 0) firstOf[p] = at;
      else sets.join(at, firstOf[p]);
    }
  const keys = split.flatMap((f) => Array.from({ length: counts[f] }, (_, c) => starts[f] + c));
  const isEntangled = new Set(keys.map((key) => sets.rootOf(key))).size === 1;
  const groupOf = (key: number): number => (isEntangled ? key : sets.rootOf(key));
  return [...new Set(keys.map(groupOf))].map((group): Subset => ({
    elements: facets.flatMap(({ name, elements }, f) => {
      const own =
        counts[f] > 1
          ? elements.filter((_, e) => groupOf(starts[f] + classes[f][e]) === group)
          : isEntangled
            ? []
            : elements;
      return own.length === 0 ? [] : [{ facet: name, elements: own }];
    }),
    persons: new Set(person.filter((_, n) => split.some((f) => groupOf(classAt(n, f)) === group))).size,
  }));
}

/** Throws IrtError that names the groups. `how`: what could join them. */
export function requireConnected(table: RatingTable, how: string): void {
  const { isConnected, subsets } = findSubsets(table);
  const named = subsets.map(({ elements, persons }) => {
    const list = elements.map(({ facet, elements: own }) => `${facet} ${own.join(' ')}`);
    return `${list.join(', ')} (${persons} persons)`;
  });
  if (!isConnected)
    throw new IrtError(
      'facets-disconnected',
      'ratings',
      named.join(' | '),
      `must be joined ${how}: these groups cannot be compared`,
    );
}
