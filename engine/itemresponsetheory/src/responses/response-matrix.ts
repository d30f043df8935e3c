/** Responses as sparse rows: what a person did not get is absent. */
import { IrtError } from '../errors.ts';

export interface ResponseMatrix {
  readonly persons: number;
  readonly items: number;
  /** persons + 1 offsets. */
  readonly rowStart: Uint32Array;
  readonly item: Uint32Array;
  readonly category: Uint8Array;
  /** Of each response its place in the order in which a person's answers came; absent where that is not known. */
  readonly arrival?: Uint32Array;
}

/**
 * From a row for each person; null = not given. Throws IrtError for a value that is not an integer from 0 to 254, or
 * for rows of unequal length.
 *
 * @example
 * ```ts
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 *
 * const { persons, items } = responseMatrix([
 *   [1, 0, null],
 *   [2, 1, 0],
 * ]);
 * console.log(persons, items); // → 2 3
 * ```
 */
export function responseMatrix(rows: readonly (readonly (number | null)[])[]): ResponseMatrix {
  const items = rows.at(0)?.length ?? 0;
  if (items === 0) throw new IrtError('no-responses', 'rows', '[]', 'must have at least one row and one item');
  const rowStart = new Uint32Array(rows.length + 1);
  const item: number[] = [];
  const category: number[] = [];
  rows.forEach((row, person) => {
    if (row.length !== items)
      throw new IrtError('unequal-lengths', `rows[${person}]`, row.length, `must have ${items} members`);
    row.forEach((value, index) => {
      if (value === null) return;
      if (!Number.isInteger(value) || value < 0 || value > 254)
        throw new IrtError(
          'unknown-category',
          `rows[${person}][${index}]`,
          value,
          'must be a whole number from 0 to 254',
        );
      item.push(index);
      category.push(value);
    });
    rowStart[person + 1] = item.length;
  });
  return { persons: rows.length, items, rowStart, item: Uint32Array.from(item), category: Uint8Array.from(category) };
}
