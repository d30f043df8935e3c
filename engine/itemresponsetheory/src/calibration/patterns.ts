/** Response data made ready: persons without responses left out, equal rows counted once, categories recoded. */
import { log } from '../numeric/elementary.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { categoriesOf, countCategories, type Flag, type ItemCategories } from './categories.ts';

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

/**
 * Rows with so many possible answers to every person (e⁷) are hardly ever equal: looking for equal ones would cost more
 * than it saves. The number of characters of a key is bounded, too.
 */
const manyPatterns = 7;
const longestCollapsed = 24;

/** Whether rows are left as they are instead of being compared: too many answers are possible. */
function longRows(data: ResponseMatrix, categories: Uint8Array): (from: number, to: number) => boolean {
  const most = log(data.persons + 1) + manyPatterns;
  const logCategories = Float64Array.from(categories, (n) => log(n));
  return (from, to) => {
    if (to - from > longestCollapsed) return true;
    let sum = 0;
    for (let n = from; n < to; n += 1) sum += logCategories[data.item[n]];
    return sum > most;
  };
}

/**
 * Throws IrtError for an item without responses or with one category only. `names` for messages; `fixedCategories`: of
 * items whose categories are given.
 */
export function preparePatterns(
  data: ResponseMatrix,
  densityOf: (person: number) => number,
  names: (item: number) => string,
  fixedCategories: (item: number) => number | undefined,
  weightOf: (person: number) => number = () => 1,
): Patterns {
  const items = countCategories(data).map((counts, item) =>
    categoriesOf(item, counts, names(item), fixedCategories(item)),
  );
  const categories = Uint8Array.from(items, ({ counts }) => counts.length);
  const found = equalRows(data, densityOf, weightOf, longRows(data, categories));
  return {
    ...found,
    ...rowsOfPersons(data, found.first, items),
    rows: found.first.length,
    density: Uint32Array.from(found.first, densityOf),
    categories,
    counts: items.map(({ counts }) => counts),
    flags: items.flatMap(({ flags }) => flags),
  };
}

interface EqualRows extends Pick<Patterns, 'weight' | 'squaredWeight' | 'rowOf' | 'emptyPersons'> {
  /** The first person of each row. */
  readonly first: readonly number[];
}

/** Density and answers as text, equal for equal rows. */
function keyOf({ item, category }: ResponseMatrix, from: number, to: number, density: number): string {
  const codes = new Uint16Array(2 * (to - from) + 2);
  codes[0] = density & 0xffff;
  codes[1] = density >>> 16;
  for (let n = from; n < to; n += 1) {
    codes[2 * (n - from) + 2] = item[n] & 0xffff;
    codes[2 * (n - from) + 3] = (item[n] >>> 16) * 256 + category[n];
  }
  return String.fromCharCode(...codes);
}

/** Equal rows of one density become one row with a weight; the order is that of first appearance. */
function equalRows(
  data: ResponseMatrix,
  densityOf: (person: number) => number,
  weightOf: (person: number) => number,
  isLong: (from: number, to: number) => boolean,
): EqualRows {
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
    const key = isLong(from, to) ? undefined : keyOf(data, from, to, densityOf(person));
    const row = key === undefined ? undefined : known.get(key);
    if (row !== undefined) {
      weight[row] += own;
      squaredWeight[row] += own * own;
      rowOf[person] = row;
      continue;
    }
    if (key !== undefined) known.set(key, first.length);
    rowOf[person] = first.length;
    first.push(person);
    weight.push(own);
    squaredWeight.push(own * own);
  }
  return {
    first,
    weight: Float64Array.from(weight),
    squaredWeight: Float64Array.from(squaredWeight),
    rowOf,
    emptyPersons,
  };
}

/** The answers of these persons, recoded. */
function rowsOfPersons(
  data: ResponseMatrix,
  persons: readonly number[],
  items: readonly ItemCategories[],
): Pick<Patterns, 'rowStart' | 'item' | 'category'> {
  const rowStart = new Uint32Array(persons.length + 1);
  persons.forEach((person, row) => {
    rowStart[row + 1] = rowStart[row] + data.rowStart[person + 1] - data.rowStart[person];
  });
  const [item, category] = [new Uint32Array(rowStart[persons.length]), new Uint8Array(rowStart[persons.length])];
  const recoded = new Uint8Array(256 * data.items);
  items.forEach(({ recoding }, one) => {
    for (let k = 0; k < recoding.length; k += 1) recoded[256 * one + k] = recoding[k];
  });
  persons.forEach((person, row) => {
    const to = data.rowStart[person + 1];
    for (let n = data.rowStart[person], at = rowStart[row]; n < to; n += 1, at += 1) {
      const one = data.item[n];
      item[at] = one;
      category[at] = recoded[256 * one + data.category[n]];
    }
  });
  return { rowStart, item, category };
}
