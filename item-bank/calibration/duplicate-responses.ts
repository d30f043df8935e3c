/** Two responses of one person to one item. Pure. */
import type { ResponseMatrix } from 'itemresponsetheory/calibration';
import { ResponseFileError } from './response-file-error.ts';

/** Refused by name unless the first is to be kept. Duplicates stand side by side after sorting. */
export function withoutDuplicates(
  data: ResponseMatrix,
  duplicates: 'refuse' | 'first',
  { persons, items }: { readonly persons: readonly string[]; readonly items: readonly string[] },
): { readonly matrix: ResponseMatrix; readonly dropped: number } {
  let dropped = 0;
  const [item, category, arrival, rowStart] = [
    data.item.slice(),
    data.category.slice(),
    data.arrival?.slice(),
    new Uint32Array(data.rowStart.length),
  ];
  let length = 0;
  for (let person = 0; person < data.persons; person += 1) {
    const start = length;
    for (let n = data.rowStart[person] ?? 0; n < (data.rowStart[person + 1] ?? 0); n += 1) {
      const column = data.item[n] ?? 0;
      if (length > start && item[length - 1] === column) {
        if (duplicates !== 'first')
          throw new ResponseFileError(
            'duplicate-response',
            `person "${persons[person]}" answered item "${items[column]}" twice; ` +
              '--duplicates first keeps the first',
            { person: persons[person] ?? '', item: items[column] ?? '' },
          );
        dropped += 1;
        continue;
      }
      item[length] = column;
      category[length] = data.category[n] ?? 0;
      if (arrival !== undefined) arrival[length] = data.arrival?.[n] ?? 0;
      length += 1;
    }
    rowStart[person + 1] = length;
  }
  return {
    dropped,
    matrix:
      dropped === 0
        ? data
        : {
            ...data,
            rowStart,
            item: item.slice(0, length),
            category: category.slice(0, length),
            ...(arrival === undefined ? {} : { arrival: arrival.slice(0, length) }),
          },
  };
}
