/**
 * Response data made ready: categories made consecutive by a stated rule, persons without responses left out, equal
 * rows counted once.
 */
import { IrtError } from '../errors.ts';
import { log } from '../numeric/elementary.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';

export interface Flag {
  readonly item: number;
  readonly code:
    'few-responses' | 'forms-disconnected' | 'category-empty' | 'few-in-category' | 'negative-slope' | 'bias-kept';
  readonly message: string;
}

export interface Patterns {
  /** Rows that differ, CSR; `weight`: how many persons have each. */
  readonly rows: number;
  readonly rowStart: Uint32Array;
  readonly item: Uint32Array;
  readonly category: Uint8Array;
  readonly weight: Float64Array;
  /** Σ of the persons' squared weights: of a sum of scores times weights it is the variance that counts. */
  readonly squaredWeight: Float64Array;
  /** Density (group or covariate pattern) of each row. */
  readonly density: Uint32Array;
  /** Row of each person; −1 = no responses. */
  readonly rowOf: Int32Array;
  readonly categories: Uint8Array;
  /** Persons in each (recoded) category of each item. */
  readonly counts: readonly Uint32Array[];
  readonly flags: readonly Flag[];
  readonly emptyPersons: number;
}

/** Fewer than this in a category: its step is hardly determined (Linacre's rule of ten). */
const fewInCategory = 10;
const fewResponses = 50;

/** Recoding of one item: categories nobody chose are closed up, the higher ones move down by one. */
function recoding(counts: Uint32Array): Int16Array {
  const map = new Int16Array(counts.length).fill(-1);
  let next = 0;
  counts.forEach((count, k) => {
    if (count > 0) {
      map[k] = next;
      next += 1;
    }
  });
  return map;
}

/**
 * Throws IrtError for an item without responses or with one category only. `names` for messages; `isFixed`: items whose
 * categories are given.
 */
export function preparePatterns(
  data: ResponseMatrix,
  densityOf: (person: number) => number,
  names: (item: number) => string,
  fixedCategories: (item: number) => number | undefined,
  weightOf: (person: number) => number = () => 1,
): Patterns {
  const tally = new Uint32Array(256 * data.items);
  for (let n = 0; n < data.item.length; n += 1) {
    const at = 256 * data.item[n] + data.category[n];
    tally[at] += 1;
  }
  const raw = Array.from({ length: data.items }, (_, item) => tally.slice(256 * item, 256 * (item + 1)));
  const flags: Flag[] = [];
  const maps: Int16Array[] = [];
  const categories = new Uint8Array(data.items);
  const counts = raw.map((row, item) => {
    const total = row.reduce((sum, n) => sum + n, 0);
    const highest = row.findLastIndex((n) => n > 0);
    const given = fixedCategories(item);
    if (given !== undefined) {
      if (highest >= given)
        throw new IrtError(
          'category-outside-item',
          names(item),
          highest,
          `must be a whole number from 0 to ${given - 1}`,
        );
      categories[item] = given;
      maps.push(Int16Array.from({ length: 256 }, (_, k) => k));
      return row.slice(0, given);
    }
    if (total === 0) throw new IrtError('item-without-responses', names(item), 0, 'must have responses');
    const used = row.slice(0, highest + 1);
    const closed = used.filter((n) => n > 0);
    if (closed.length < 2)
      throw new IrtError('item-without-variance', names(item), highest, 'must have answers in two categories at least');
    if (closed.length < used.length)
      flags.push({
        item,
        code: 'category-empty',
        message: `${names(item)}: nobody in category ${[...used.keys()].filter((k) => used[k] === 0).join(', ')}; the higher categories were moved down`,
      });
    closed.forEach((n, k) => {
      if (n < fewInCategory)
        flags.push({ item, code: 'few-in-category', message: `${names(item)}: only ${n} in category ${k}` });
    });
    if (total < fewResponses)
      flags.push({ item, code: 'few-responses', message: `${names(item)}: only ${total} responses` });
    categories[item] = closed.length;
    maps.push(recoding(used));
    return closed;
  });
  const spread = log(data.persons + 1) + manyPatterns;
  const logCategories = Float64Array.from(categories, (n) => log(n));
  const isLong = (from: number, to: number): boolean => {
    if (to - from > longestCollapsed) return true;
    let sum = 0;
    for (let n = from; n < to; n += 1) sum += logCategories[data.item[n]];
    return sum > spread;
  };
  return { ...collapse(data, densityOf, weightOf, maps, isLong), categories, counts, flags };
}

/**
 * Rows with so many possible answers to every person (e⁷) are hardly ever equal: looking for it would cost more than it
 * saves. Characters of a key are bounded, too.
 */
const manyPatterns = 7;
const longestCollapsed = 24;

/** Equal rows of one density become one row with a weight; the order is that of first appearance. */
function collapse(
  data: ResponseMatrix,
  densityOf: (person: number) => number,
  weightOf: (person: number) => number,
  maps: readonly Int16Array[],
  isLong: (from: number, to: number) => boolean,
): Omit<Patterns, 'categories' | 'counts' | 'flags'> {
  const known = new Map<string, number>();
  const rowOf = new Int32Array(data.persons).fill(-1);
  const first: number[] = [];
  const [weight, squaredWeight]: [number[], number[]] = [[], []];
  let emptyPersons = 0;
  for (let person = 0; person < data.persons; person += 1) {
    const [from, to] = [data.rowStart[person], data.rowStart[person + 1]];
    const own = weightOf(person);
    if (from === to || own === 0) {
      emptyPersons += 1;
      continue;
    }
    if (isLong(from, to)) {
      rowOf[person] = first.length;
      first.push(person);
      weight.push(own);
      squaredWeight.push(own * own);
      continue;
    }
    const codes = new Uint16Array(2 * (to - from) + 2);
    codes[0] = densityOf(person) & 0xffff;
    codes[1] = densityOf(person) >>> 16;
    for (let n = from; n < to; n += 1) {
      codes[2 * (n - from) + 2] = data.item[n] & 0xffff;
      codes[2 * (n - from) + 3] = (data.item[n] >>> 16) * 256 + data.category[n];
    }
    const key = String.fromCharCode(...codes);
    const row = known.get(key);
    if (row !== undefined) {
      weight[row] += own;
      squaredWeight[row] += own * own;
      rowOf[person] = row;
      continue;
    }
    known.set(key, first.length);
    rowOf[person] = first.length;
    first.push(person);
    weight.push(own);
    squaredWeight.push(own * own);
  }
  const rowStart = new Uint32Array(first.length + 1);
  first.forEach((person, row) => {
    rowStart[row + 1] = rowStart[row] + data.rowStart[person + 1] - data.rowStart[person];
  });
  const [item, category] = [new Uint32Array(rowStart[first.length]), new Uint8Array(rowStart[first.length])];
  const recoded = new Uint8Array(256 * data.items);
  maps.forEach((map, one) => {
    for (let k = 0; k < map.length; k += 1) recoded[256 * one + k] = map[k];
  });
  first.forEach((person, row) => {
    const to = data.rowStart[person + 1];
    for (let n = data.rowStart[person], at = rowStart[row]; n < to; n += 1, at += 1) {
      const one = data.item[n];
      item[at] = one;
      category[at] = recoded[256 * one + data.category[n]];
    }
  });
  return {
    rows: first.length,
    rowStart,
    item,
    category,
    weight: Float64Array.from(weight),
    squaredWeight: Float64Array.from(squaredWeight),
    density: Uint32Array.from(first, densityOf),
    rowOf,
    emptyPersons,
  };
}
