/** Persons who saw the same items: what does not depend on their answers is computed once for all of them. */
import type { ResponseMatrix } from '../responses/response-matrix.ts';

export interface Booklets {
  /** Booklet of each person. */
  readonly of: Uint32Array;
  /** Items of each booklet. */
  readonly items: readonly Uint32Array[];
}

export function findBooklets({ persons, rowStart, item }: ResponseMatrix): Booklets {
  const known = new Map<string, number>();
  const items: Uint32Array[] = [];
  const of = new Uint32Array(persons);
  for (let person = 0; person < persons; person += 1) {
    const row = item.subarray(rowStart[person] ?? 0, rowStart[person + 1] ?? 0);
    const key = row.join(',');
    let booklet = known.get(key);
    if (booklet === undefined) { booklet = items.length; known.set(key, booklet); items.push(row); }
    of[person] = booklet;
  }
  return { of, items };
}
