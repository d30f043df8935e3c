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
  const rowsOf: number[][] = persons.map(() => []);
  for (let n = 0; n < person.length; n += 1) rowsOf[person[n] ?? 0]?.push(n);
  const placeOf = (n: number, f: number): number => (offsets[f] ?? 0) + (facets[f]?.of[n] ?? 0);
  // Persons are swept out: Σ rows·rows′ − (Σ rows)(Σ rows)′/n of each person.
  const matrix = new Float64Array(size * size);
  const sum = new Float64Array(size);
  for (const rows of rowsOf) {
    const touched: number[] = [];
    for (const n of rows) for (let f = 0; f < facets.length; f += 1) {
      const i = placeOf(n, f);
      if (sum[i] === 0) touched.push(i);
      sum[i] = (sum[i] ?? 0) + 1;
      for (let g = 0; g < facets.length; g += 1) { const at = i * size + placeOf(n, g); matrix[at] = (matrix[at] ?? 0) + 1; }
    }
    for (const i of touched) for (const j of touched) matrix[i * size + j] = (matrix[i * size + j] ?? 0) - ((sum[i] ?? 0) * (sum[j] ?? 0)) / rows.length;
    for (const i of touched) sum[i] = 0;
  }
  const deficiency = size - facets.length - rankOf(matrix, size);
  return { isConnected: deficiency === 0, deficiency, subsets: groupsOf(rowsOf, facets, offsets, size) };
}

/** Elements that share persons, facet by facet: joined when one person's ratings hold both. */
function groupsOf(rowsOf: readonly (readonly number[])[], facets: RatingTable['facets'], offsets: readonly number[], size: number): Connectedness['subsets'] {
  const parent = Array.from({ length: size }, (_, n) => n);
  const root = (n: number): number => { let at = n; while (parent[at] !== at) { parent[at] = parent[parent[at] ?? at] ?? at; at = parent[at] ?? at; } return at; };
  // A facet that every person meets whole (the criteria) joins nobody; the others do.
  const joins = facets.map(({ of, elements }) => facets.length === 1 || rowsOf.some((rows) => rows.length > 0 && (rows.length < elements.length || !meetsAll(rows, of, elements.length))));
  for (const rows of rowsOf) {
    let first = -1;
    for (const n of rows) for (let f = 0; f < facets.length; f += 1) {
      if (joins[f] !== true) continue;
      const at = (offsets[f] ?? 0) + (facets[f]?.of[n] ?? 0);
      if (first < 0) first = at;
      if (parent[at] !== parent[first]) parent[root(at)] = root(first);
    }
  }
  const groups = new Map<number, number[]>();
  facets.forEach(({ elements }, f) => { if (joins[f] === true) elements.forEach((_, e) => { const at = root((offsets[f] ?? 0) + e); groups.set(at, [...(groups.get(at) ?? []), (offsets[f] ?? 0) + e]); }); });
  return [...groups.values()].map((members) => facets.flatMap(({ name, elements }, f) => {
    const own = joins[f] === true ? elements.filter((_, e) => members.includes((offsets[f] ?? 0) + e)) : elements;
    return own.length === 0 ? [] : [{ facet: name, elements: own }];
  }));
}

/** Whether the rows hold every element of a facet. */
function meetsAll(rows: readonly number[], of: Uint32Array, elements: number): boolean {
  const seen = new Uint8Array(elements);
  let count = 0;
  for (const n of rows) { const e = of[n] ?? 0; if (seen[e] === 0) { seen[e] = 1; count += 1; } }
  return count === elements;
}
