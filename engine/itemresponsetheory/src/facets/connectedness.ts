/**
 * Can all severities be compared? Persons and facet elements as one linear design: its rank must fall short of the number of elements by one for each
 * facet, no more. Chains of common persons are necessary, but with nested facets not sufficient, so the rank decides (Weeks & Williams 1964).
 */
import type { RatingTable } from '../responses/rating-table.ts';

export interface Connectedness {
  readonly isConnected: boolean;
  /** Dimensions that the ratings leave open beyond the origins of the facets. */
  readonly deficiency: number;
  /** Groups of elements that nobody's ratings join, by facet; one group when all are joined. */
  readonly subsets: readonly (readonly { readonly facet: string; readonly elements: readonly string[] }[])[];
}

/** Rank of the normal equations by elimination with diagonal pivots. */
function rankOf(matrix: Float64Array, size: number): number {
  const left = new Set(Array.from({ length: size }, (_, n) => n));
  const scale = Math.max(...left.size > 0 ? [...left].map((n) => matrix[n * size + n] ?? 0) : [1]);
  let rank = 0;
  for (;;) {
    let [pivot, largest] = [-1, 1e-9 * scale];
    for (const n of left) { const value = matrix[n * size + n] ?? 0; if (value > largest) { pivot = n; largest = value; } }
    if (pivot < 0) return rank;
    left.delete(pivot);
    rank += 1;
    for (const i of left) {
      const factor = (matrix[i * size + pivot] ?? 0) / largest;
      if (factor !== 0) for (const j of left) matrix[i * size + j] = (matrix[i * size + j] ?? 0) - factor * (matrix[pivot * size + j] ?? 0);
    }
  }
}

export function findSubsets({ persons, person, facets }: RatingTable): Connectedness {
  const offsets = facets.map((_, f) => facets.slice(0, f).reduce((sum, { elements }) => sum + elements.length, 0));
  const size = facets.reduce((sum, { elements }) => sum + elements.length, 0);
  // Persons are swept out: what is left of a row is its deviation from the person's mean row.
  const rowsOf: number[][] = persons.map(() => []);
  person.forEach((who, n) => { rowsOf[who]?.push(n); });
  const matrix = new Float64Array(size * size);
  for (const rows of rowsOf) {
    const mean = new Map<number, number>();
    for (const n of rows) facets.forEach(({ of }, f) => { const at = (offsets[f] ?? 0) + (of[n] ?? 0); mean.set(at, (mean.get(at) ?? 0) + 1 / rows.length); });
    for (const n of rows) {
      const row = new Map([...mean].map(([at, value]) => [at, -value]));
      facets.forEach(({ of }, f) => { const at = (offsets[f] ?? 0) + (of[n] ?? 0); row.set(at, (row.get(at) ?? 0) + 1); });
      for (const [i, a] of row) for (const [j, b] of row) matrix[i * size + j] = (matrix[i * size + j] ?? 0) + a * b;
    }
  }
  const deficiency = size - facets.length - rankOf(matrix, size);
  return { isConnected: deficiency === 0, deficiency, subsets: groupsOf(rowsOf, facets, offsets, size) };
}

/** Elements that share persons, facet by facet: joined when one person's ratings hold both. */
function groupsOf(rowsOf: readonly (readonly number[])[], facets: RatingTable['facets'], offsets: readonly number[], size: number): Connectedness['subsets'] {
  const parent = Array.from({ length: size }, (_, n) => n);
  const root = (n: number): number => { let at = n; while (parent[at] !== at) { parent[at] = parent[parent[at] ?? at] ?? at; at = parent[at] ?? at; } return at; };
  // A facet that every person meets whole (the criteria) joins nobody; the others do.
  const joins = facets.map(({ of, elements }) => !rowsOf.every((rows) => rows.length === 0 || new Set(rows.map((n) => of[n])).size === elements.length) || facets.length === 1);
  for (const rows of rowsOf) {
    const met = rows.flatMap((n) => facets.flatMap(({ of }, f) => (joins[f] === true ? [(offsets[f] ?? 0) + (of[n] ?? 0)] : [])));
    met.forEach((at) => { parent[root(at)] = root(met[0] ?? at); });
  }
  const groups = new Map<number, number[]>();
  facets.forEach(({ elements }, f) => { if (joins[f] === true) elements.forEach((_, e) => { const at = root((offsets[f] ?? 0) + e); groups.set(at, [...(groups.get(at) ?? []), (offsets[f] ?? 0) + e]); }); });
  return [...groups.values()].map((members) => facets.flatMap(({ name, elements }, f) => {
    const own = joins[f] === true ? elements.filter((_, e) => members.includes((offsets[f] ?? 0) + e)) : elements;
    return own.length === 0 ? [] : [{ facet: name, elements: own }];
  }));
}
