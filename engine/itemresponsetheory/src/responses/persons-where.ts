/** The rows of some persons. */
import type { ResponseMatrix } from './response-matrix.ts';

export function personsWhere(data: ResponseMatrix, isIn: (person: number) => boolean): ResponseMatrix {
  const persons = Array.from({ length: data.persons }, (_, person) => person).filter(isIn);
  const rowStart = new Uint32Array(persons.length + 1);
  persons.forEach((person, n) => {
    rowStart[n + 1] = rowStart[n] + data.rowStart[person + 1] - data.rowStart[person];
  });
  const [item, category] = [new Uint32Array(rowStart[persons.length]), new Uint8Array(rowStart[persons.length])];
  persons.forEach((person, n) => {
    const [from, to] = [data.rowStart[person], data.rowStart[person + 1]];
    item.set(data.item.subarray(from, to), rowStart[n]);
    category.set(data.category.subarray(from, to), rowStart[n]);
  });
  return { persons: persons.length, items: data.items, rowStart, item, category };
}
