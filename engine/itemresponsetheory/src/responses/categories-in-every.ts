/** Can an item be estimated in every part of the persons? Only where each gave all of its categories. */
import type { ResponseMatrix } from './response-matrix.ts';

/**
 * Number of categories that were given to each item (0: no answers); undefined where a part lacks one of them. `part`:
 * of each person.
 */
export function categoriesInEvery(data: ResponseMatrix, part: ArrayLike<number>): (number | undefined)[] {
  const seen = new Map<number, Set<number>[]>();
  for (let person = 0; person < data.persons; person += 1) {
    const of = part[person];
    const items = seen.get(of) ?? Array.from({ length: data.items }, () => new Set<number>());
    seen.set(of, items);
    for (let n = data.rowStart[person]; n < data.rowStart[person + 1]; n += 1)
      items[data.item[n]].add(data.category[n]);
  }
  return Array.from({ length: data.items }, (_, item) => {
    const sets = [...seen.values()].map((items) => items[item]);
    const { size } = new Set(sets.flatMap((set) => [...set]));
    return sets.every((set) => set.size === size) ? size : undefined;
  });
}
