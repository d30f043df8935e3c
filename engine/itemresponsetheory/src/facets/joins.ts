/**
 * How firmly do the ratings join the elements of a facet? Where few persons carry the comparison, it is as uncertain as
 * those few.
 */
import type { RatingTable } from '../responses/rating-table.ts';

/** The cut of a facet's elements into two groups with the fewest persons rated on both sides. */
export interface Join {
  readonly facet: string;
  /** The smaller group. */ readonly elements: readonly string[];
  /** Rated in both groups. */ readonly persons: number;
}

/**
 * Of each facet with two elements or more: least cut (Stoer & Wagner 1997) of the graph whose edges count the persons
 * that two elements share.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { ratingTable, weakestJoins } from 'itemresponsetheory/facets';
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
 * console.log(weakestJoins(table).map(({ facet, persons }) => `${facet} ${persons}`).join()); // → rater 60
 * ```
 */
export function weakestJoins({ persons, person, facets }: RatingTable): Join[] {
  return facets.flatMap(({ name, elements, of }): Join[] => {
    if (elements.length < 2) return [];
    const metBy = persons.map(() => new Set<number>());
    for (let n = 0; n < person.length; n += 1) metBy[person[n]].add(of[n]);
    const edge = Array.from(elements, () => new Float64Array(elements.length));
    for (const met of metBy)
      for (const a of met)
        for (const b of met) {
          const row = edge[a];
          if (a !== b && row !== undefined) row[b] += 1;
        }
    const side = leastCut(edge);
    const [inside, outside] = [new Set(side), new Set(elements.flatMap((_, e) => (side.includes(e) ? [] : [e])))];
    const smaller = inside.size <= outside.size ? inside : outside;
    return [
      {
        facet: name,
        elements: [...smaller].sort((a, b) => a - b).map((e) => elements[e]),
        persons: metBy.filter((met) => [...met].some((e) => inside.has(e)) && [...met].some((e) => outside.has(e)))
          .length,
      },
    ];
  });
}

/** One side of the least cut. `edge` is used up. */
function leastCut(edge: readonly Float64Array[]): readonly number[] {
  let best: { readonly weight: number; readonly side: readonly number[] } = { weight: Infinity, side: [] };
  const merged = edge.map((_, n) => [n]);
  const left = new Set(merged.keys());
  while (left.size > 1) {
    // Maximum adjacency order: the last vertex against all others is the least cut between it and the one before.
    const weight = new Float64Array(edge.length);
    const waiting = new Set(left);
    let [before, last] = [-1, -1];
    while (waiting.size > 0) {
      let next = -1;
      for (const n of waiting) if (next < 0 || weight[n] > weight[next]) next = n;
      waiting.delete(next);
      [before, last] = [last, next];
      if (waiting.size > 0) for (const n of waiting) weight[n] += edge[next][n];
    }
    if (weight[last] < best.weight) best = { weight: weight[last], side: merged[last] };
    merged[before] = [...merged[before], ...merged[last]];
    left.delete(last);
    for (const n of left) {
      const [own, other] = [edge[n], edge[before]];
      if (n === before || own === undefined || other === undefined) continue;
      const both = own[before] + own[last];
      own[before] = both;
      other[n] = both;
    }
  }
  return best.side;
}
