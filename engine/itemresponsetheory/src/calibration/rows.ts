/**
 * Response rows as the E-step reads them, all in flat arrays, so that a worker can be handed them. Of exponential items
 * only answers above category 0 are listed (s_0 = t_0 = 0); what they share, the sum of ln P_0, belongs to the booklet.
 * Graded, 3PL and fixed items list their line of the table.
 */
import type { Patterns } from './patterns.ts';

/** Where the numbers of an item stand. */
export interface ItemPlace {
  /** First cell (item and category). */
  readonly row: number;
  /** First line of the table: one for ln P_0 of an exponential item, else one for each category. */
  readonly line: number;
  /** ln P_k = s_k·θ + t_k + a function of θ alone. */
  readonly isExponential: boolean;
}

/**
 * Lists of numbers, one behind the other: list n is value[start[n]] … value[start[n + 1] − 1], of which those before
 * informativeEnd[n] are informative: the posterior is made from them.
 */
export interface Lists {
  readonly start: Uint32Array;
  readonly informativeEnd: Uint32Array;
  readonly value: Uint32Array;
}

export interface RowData {
  /**
   * Places where chunks begin, and the number of places; the same for any number of workers, so that sums are the same
   * bits.
   */
  readonly chunkStart: Uint32Array;
  /** Row of the patterns at each place: rows of a booklet follow one another. */
  readonly row: Uint32Array;
  readonly weight: Float64Array;
  readonly booklet: Uint32Array;
  /** By place: cells (item and category) of exponential items above category 0. */
  readonly scored: Lists;
  /** By place: lines of the table of the other items. */
  readonly listed: Lists;
  /** By booklet: lines of ln P_0. */
  readonly shared: Lists;
  /** By booklet: group or covariate pattern, and number of rows. */
  readonly density: Uint32Array;
  readonly size: Uint32Array;
}

const fewestInChunk = 1024;
const mostChunks = 32;

const sameItems = (item: Uint32Array, a: number, b: number, length: number): boolean => {
  for (let n = 0; n < length; n += 1) if (item[a + n] !== item[b + n]) return false;
  return true;
};

/** Rows with the same exponential items and the same density, and a row of each booklet to read them from. */
function findBooklets(
  { rows, rowStart, item, density }: Patterns,
  isExponential: Uint8Array,
): { of: Uint32Array; example: number[] } {
  const known = new Map<string, number>();
  const example: number[] = [];
  const of = new Uint32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const [start, end, before] = [rowStart[row], rowStart[row + 1], row === 0 ? 0 : rowStart[row - 1]];
    if (
      row > 0 &&
      density[row] === density[row - 1] &&
      start - before === end - start &&
      sameItems(item, before, start, end - start)
    ) {
      of[row] = of[row - 1];
      continue;
    }
    const key = `${density[row]}:${item
      .subarray(start, end)
      .filter((one) => isExponential[one] === 1)
      .join()}`;
    const booklet = known.get(key) ?? example.length;
    if (booklet === example.length) {
      known.set(key, booklet);
      example.push(row);
    }
    of[row] = booklet;
  }
  return { of, example };
}

/** Rows by booklet, else in their order. */
function byBooklet(of: Uint32Array, booklets: number): { order: Uint32Array; size: Uint32Array } {
  const size = new Uint32Array(booklets);
  for (const booklet of of) size[booklet] += 1;
  const next = new Uint32Array(booklets + 1);
  for (let n = 0; n < booklets; n += 1) next[n + 1] = next[n] + size[n];
  const order = new Uint32Array(of.length);
  for (let row = 0; row < of.length; row += 1) {
    const booklet = of[row];
    const at = next[booklet];
    order[at] = row;
    next[booklet] = at + 1;
  }
  return { order, size };
}

/**
 * Of every row, in this order, the answers to items with a place (−1: none) from category `from` on, as place +
 * category, or the place alone; those of informative items first.
 */
function listsOf(
  { rowStart, item, category }: Patterns,
  order: ArrayLike<number>,
  isInformative: Uint8Array,
  placeOf: Int32Array,
  from: number,
  adds: boolean,
): Lists {
  const start = new Uint32Array(order.length + 1);
  if (placeOf.every((place) => place < 0))
    return { start, informativeEnd: new Uint32Array(order.length), value: new Uint32Array(0) };
  let most = 0;
  for (let place = 0; place < order.length; place += 1) {
    const row = order[place];
    most += rowStart[row + 1] - rowStart[row];
  }
  const informativeEnd = new Uint32Array(order.length);
  const value = new Uint32Array(most);
  const areAllInformative = isInformative.every((one) => one === 1);
  let at = 0;
  const add = (row: number, informative: number): void => {
    const last = rowStart[row + 1];
    for (let n = rowStart[row]; n < last; n += 1) {
      const one = item[n];
      const place = placeOf[one];
      const k = category[n];
      if (place < 0 || k < from || (!areAllInformative && isInformative[one] !== informative)) continue;
      value[at] = adds ? place + k : place;
      at += 1;
    }
  };
  for (let place = 0; place < order.length; place += 1) {
    const row = order[place];
    add(row, 1);
    informativeEnd[place] = at;
    if (!areAllInformative) add(row, 0);
    start[place + 1] = at;
  }
  return { start, informativeEnd, value: value.slice(0, at) };
}

/** `isInformative`: 1 for items from which the posterior is made. */
export function prepareRows(patterns: Patterns, parts: readonly ItemPlace[], isInformative: Uint8Array): RowData {
  const isExponential = Uint8Array.from(parts, (part) => (part.isExponential ? 1 : 0));
  const cell = Int32Array.from(parts, (part) => (part.isExponential ? part.row : -1));
  const line = Int32Array.from(parts, (part) => (part.isExponential ? -1 : part.line));
  const baseLine = Int32Array.from(parts, (part) => (part.isExponential ? part.line : -1));
  const { of, example } = findBooklets(patterns, isExponential);
  const { order, size } = byBooklet(of, example.length);
  const each = Math.max(fewestInChunk, Math.ceil(order.length / mostChunks));
  return {
    chunkStart: Uint32Array.from({ length: Math.ceil(order.length / each) + 1 }, (_, n) =>
      Math.min(n * each, order.length),
    ),
    row: order,
    weight: Float64Array.from(order, (row) => patterns.weight[row]),
    booklet: Uint32Array.from(order, (row) => of[row]),
    scored: listsOf(patterns, order, isInformative, cell, 1, true),
    listed: listsOf(patterns, order, isInformative, line, 0, true),
    shared: listsOf(patterns, example, isInformative, baseLine, 0, false),
    density: Uint32Array.from(example, (row) => patterns.density[row]),
    size,
  };
}

/** How many persons stand in each cell above category 0 of an exponential item. */
export function countScored(
  { row, weight, scored: { start, value } }: RowData,
  persons: Float64Array,
  only?: Uint8Array,
): void {
  persons.fill(0);
  for (let place = 0; place < row.length; place += 1) {
    if (only !== undefined && only[row[place]] === 0) continue;
    const count = weight[place];
    for (let n = start[place]; n < start[place + 1]; n += 1) {
      const at = value[n];
      persons[at] += count;
    }
  }
}
