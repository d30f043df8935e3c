/**
 * Responses gathered one by one in growing typed arrays, then sorted by person into the sparse rows that calibration
 * reads: 9 bytes a response.
 */
import type { ResponseMatrix } from 'itemresponsetheory/calibration';

/** Twice the room whenever it is full. */
const grown = (array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
  const next = new Uint32Array(array.length * 2);
  next.set(array);
  return next;
};

/** Names in order of appearance. */
export class Names {
  readonly list: string[] = [];
  private readonly place = new Map<string, number>();
  of(name: string): number {
    const known = this.place.get(name);
    if (known !== undefined) return known;
    this.place.set(name, this.list.length);
    return this.list.push(name) - 1;
  }
}

export class ResponseRows {
  private person = new Uint32Array(4096);
  private item = new Uint32Array(4096);
  private category = new Uint8Array(4096);
  length = 0;

  add(person: number, item: number, category: number): void {
    if (this.length === this.person.length) {
      this.person = grown(this.person);
      this.item = grown(this.item);
      const next = new Uint8Array(this.person.length);
      next.set(this.category);
      this.category = next;
    }
    this.person[this.length] = person;
    this.item[this.length] = item;
    this.category[this.length] = category;
    this.length += 1;
  }

  /**
   * Sorted by person and within a person by item, by counting: linear in the responses. The first of two for the same
   * person and item stands first. `inOrder`: they were added in the order in which they were given.
   */
  sorted(persons: number, items: number, inOrder = false): ResponseMatrix {
    const byItem = this.order(
      this.item,
      items,
      new Uint32Array(this.length).map((_, n) => n),
    );
    const byPerson = this.order(this.person, persons, byItem);
    const rowStart = new Uint32Array(persons + 1);
    for (let n = 0; n < this.length; n += 1) {
      const next = (this.person[n] ?? 0) + 1;
      rowStart[next] = (rowStart[next] ?? 0) + 1;
    }
    for (let person = 0; person < persons; person += 1)
      rowStart[person + 1] = (rowStart[person + 1] ?? 0) + (rowStart[person] ?? 0);
    const categories = new Uint8Array(this.length);
    byPerson.forEach((n, at) => {
      categories[at] = this.category[n] ?? 0;
    });
    return {
      persons,
      items,
      rowStart,
      item: byPerson.map((n) => this.item[n] ?? 0),
      category: categories,
      ...(inOrder ? { arrival: byPerson } : {}),
    };
  }

  /** A stable counting sort of `of` by key. */
  private order(key: Uint32Array, keys: number, of: Uint32Array): Uint32Array {
    const start = new Uint32Array(keys + 1);
    for (let n = 0; n < this.length; n += 1) {
      const next = (key[n] ?? 0) + 1;
      start[next] = (start[next] ?? 0) + 1;
    }
    for (let k = 0; k < keys; k += 1) start[k + 1] = (start[k + 1] ?? 0) + (start[k] ?? 0);
    const sorted = new Uint32Array(this.length);
    for (const n of of) {
      const k = key[n] ?? 0;
      const at = start[k] ?? 0;
      sorted[at] = n;
      start[k] = at + 1;
    }
    return sorted;
  }
}

const counted = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, n) => n);
export const keepItems = (data: ResponseMatrix, items: Uint32Array): ResponseMatrix =>
  keepOnly(data, counted(data.persons), items);
export const keepPersons = (data: ResponseMatrix, persons: Uint32Array): ResponseMatrix =>
  keepOnly(data, persons, counted(data.items));

/**
 * Only the persons and items that are kept, in the order given; `items` and `persons` are numbers of the old matrix.
 */
export function keepOnly(data: ResponseMatrix, persons: Uint32Array, items: Uint32Array): ResponseMatrix {
  const place = new Int32Array(data.items).fill(-1);
  items.forEach((item, n) => {
    place[item] = n;
  });
  const rowStart = new Uint32Array(persons.length + 1);
  const [item, category, arrival] = [
    new Uint32Array(data.item.length),
    new Uint8Array(data.item.length),
    data.arrival === undefined ? undefined : new Uint32Array(data.item.length),
  ];
  let length = 0;
  persons.forEach((person, row) => {
    for (let n = data.rowStart[person] ?? 0; n < (data.rowStart[person + 1] ?? 0); n += 1) {
      const at = place[data.item[n] ?? 0] ?? -1;
      if (at < 0) continue;
      item[length] = at;
      category[length] = data.category[n] ?? 0;
      if (arrival !== undefined) arrival[length] = data.arrival?.[n] ?? 0;
      length += 1;
    }
    rowStart[row + 1] = length;
  });
  return {
    persons: persons.length,
    items: items.length,
    rowStart,
    item: item.slice(0, length),
    category: category.slice(0, length),
    ...(arrival === undefined ? {} : { arrival: arrival.slice(0, length) }),
  };
}
