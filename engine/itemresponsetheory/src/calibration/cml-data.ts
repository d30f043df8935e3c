/** What conditional and joint maximum likelihood need of the data, and which data they must not have. */
import { IrtError } from '../errors.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';

/**
 * How it was decided who gets which item. Where answers decide (adaptive, and multistage routing too), the score is no
 * longer sufficient given the items: conditional and joint maximum likelihood are biased (Eggen & Verhelst 2011;
 * Zwitser & Maris 2015); marginal is not.
 */
export type TestDesign = 'linear' | 'booklets' | 'adaptive';
export type RaschModel = 'rasch' | 'pcm' | 'rsm';

export interface RaschOptions {
  readonly design: TestDesign;
  /** One for all items; under pcm items may differ in categories. */
  readonly model: RaschModel;
  readonly ids?: readonly string[];
}

export interface Booklet {
  /** Ascending. */
  readonly items: readonly number[];
  readonly highestScore: number;
  /** Persons with each raw score, 0..highestScore. */
  readonly persons: Float64Array;
}

export interface RaschData {
  readonly ids: readonly string[];
  /** Highest category of each item. */
  readonly steps: Uint8Array;
  readonly counts: readonly Float64Array[];
  readonly booklets: readonly Booklet[];
  /** Of each person; −1 without responses. */
  readonly bookletOf: Int32Array;
  readonly score: Uint32Array;
  readonly emptyPersons: number;
}

/** Throws IrtError for adaptive data (declared or detected), and naming the items without finite parameters. */
export function prepareRasch(data: ResponseMatrix, { design, model, ids }: RaschOptions): RaschData {
  if (design !== 'linear' && design !== 'booklets' && design !== 'adaptive')
    throw new IrtError('unknown-design', 'design', design, 'must be linear, booklets or adaptive');
  if (model !== 'rasch' && model !== 'pcm' && model !== 'rsm')
    throw new IrtError('unknown-model', 'model', model, 'must be rasch, pcm or rsm');
  if (ids !== undefined && ids.length !== data.items)
    throw new IrtError('unequal-lengths', 'ids', ids.length, `must have ${data.items} members, one for each item`);
  const names = ids ?? Array.from({ length: data.items }, (_, item) => `item ${item}`);
  if (design === 'adaptive')
    throw new IrtError(
      'adaptive-data',
      'design',
      design,
      'is not for conditional or joint maximum likelihood: use marginal maximum likelihood',
    );
  const counts = countCategories(data);
  const highest = Math.max(...counts.map(({ length }) => length - 1));
  const steps = Uint8Array.from(counts, ({ length }) => (model === 'rsm' ? highest : length - 1));
  checkCategories(counts, names, model);
  const { booklets, bookletOf, score, emptyPersons } = findRaschBooklets(data, steps);
  refuseAdaptive(booklets, data.persons - emptyPersons);
  requireConnected(data, steps, names);
  return { ids: names, steps, counts, booklets, bookletOf, score, emptyPersons };
}

function countCategories(data: ResponseMatrix): Float64Array[] {
  const highest = new Int32Array(data.items).fill(-1);
  data.item.forEach((item, n) => {
    highest[item] = Math.max(highest[item], data.category[n]);
  });
  const counts = Array.from(highest, (value) => new Float64Array(value + 1));
  data.item.forEach((item, n) => {
    const own = counts[item];
    const category = data.category[n];
    if (own !== undefined) own[category] += 1;
  });
  return counts;
}

function checkCategories(counts: readonly Float64Array[], ids: readonly string[], model: RaschModel): void {
  const most = Math.max(...counts.map(({ length }) => length));
  const inAll = new Float64Array(most);
  counts.forEach((own, item) => {
    const name = ids[item];
    if (own.length === 0) throw new IrtError('item-without-responses', name, 0, 'must have responses');
    if (own.length === 1 || own.filter((n) => n > 0).length === 1)
      throw new IrtError('item-without-variance', name, own.length - 1, 'is the only category given: two are needed');
    if (model === 'rasch' && own.length > 2)
      throw new IrtError('unknown-category', name, own.length - 1, 'must be 0 or 1 under the Rasch model');
    own.forEach((n, k) => {
      inAll[k] += n;
      if (n === 0 && model === 'pcm')
        throw new IrtError(
          'category-without-responses',
          name,
          k,
          'has no answers, so its steps are infinite: close the categories up',
        );
    });
  });
  inAll.forEach((n, k) => {
    if (n === 0)
      throw new IrtError(
        'category-without-responses',
        'rating scale',
        k,
        'has no answers on any item: close the categories up',
      );
  });
}

/** Order of the answers does not matter: booklets are sets of items. */
function findRaschBooklets(
  data: ResponseMatrix,
  steps: Uint8Array,
): Pick<RaschData, 'booklets' | 'bookletOf' | 'score' | 'emptyPersons'> {
  const known = new Map<string, number>();
  const booklets: Booklet[] = [];
  const bookletOf = new Int32Array(data.persons).fill(-1);
  const score = new Uint32Array(data.persons);
  let emptyPersons = 0;
  for (let person = 0; person < data.persons; person += 1) {
    const [from, to] = [data.rowStart[person], data.rowStart[person + 1]];
    if (from === to) {
      emptyPersons += 1;
      continue;
    }
    const items = data.item.slice(from, to).sort();
    items.forEach((item, n) => {
      if (n > 0 && item === items[n - 1])
        throw new IrtError('duplicate-response', `person ${person}`, item, 'is an item answered twice');
    });
    const key = items.join();
    const booklet = known.get(key) ?? booklets.length;
    if (booklet === booklets.length) {
      known.set(key, booklet);
      const highestScore = items.reduce((sum, item) => sum + steps[item], 0);
      booklets.push({ items: Array.from(items), highestScore, persons: new Float64Array(highestScore + 1) });
    }
    bookletOf[person] = booklet;
    const total = data.category.subarray(from, to).reduce((sum, category) => sum + category, 0);
    score[person] = total;
    const persons = booklets[booklet].persons;
    if (persons !== undefined) persons[total] += 1;
  }
  return { booklets, bookletOf, score, emptyPersons };
}

/** Printed forms are few and shared; an adaptive test gives nearly everybody a set of their own. */
function refuseAdaptive(booklets: readonly Booklet[], persons: number): void {
  if (persons >= 10 && booklets.length > persons / 2)
    throw new IrtError(
      'adaptive-data',
      'data',
      `${booklets.length} sets of items for ${persons} persons`,
      'looks adaptive (or has answers missing all over): use marginal maximum likelihood',
    );
}

/**
 * Finite estimates need a way from every item to every other, each time over a person who got something on the one and
 * did not get everything on the other (Fischer 1981; enough for two categories, needed for more). Items and persons are
 * nodes of one graph, so that the search is linear.
 */
function requireConnected(data: ResponseMatrix, steps: Uint8Array, ids: readonly string[]): void {
  const byItem: number[][] = Array.from({ length: data.items }, () => []);
  for (let person = 0; person < data.persons; person += 1)
    for (let n = data.rowStart[person]; n < data.rowStart[person + 1]; n += 1)
      byItem[data.item[n]].push(person, data.category[n]);
  const gets = (_: number, category: number): boolean => category > 0;
  const misses = (item: number, category: number): boolean => category < steps[item];
  const reach = (leaves: typeof gets, enters: typeof gets): Uint8Array => {
    const [items, persons, queue] = [new Uint8Array(data.items), new Uint8Array(data.persons), [0]];
    items[0] = 1;
    for (let item = queue.pop(); item !== undefined; item = queue.pop()) {
      const own = byItem[item];
      for (let n = 0; n < own.length; n += 2) {
        const person = own[n];
        if (persons[person] === 1 || !leaves(item, own[n + 1])) continue;
        persons[person] = 1;
        for (let m = data.rowStart[person]; m < data.rowStart[person + 1]; m += 1) {
          const other = data.item[m];
          if (items[other] === 0 && enters(other, data.category[m])) {
            items[other] = 1;
            queue.push(other);
          }
        }
      }
    }
    return items;
  };
  const [forward, backward] = [reach(gets, misses), reach(misses, gets)];
  const apart = ids.filter((_, item) => forward[item] === 0 || backward[item] === 0);
  if (apart.length > 0)
    throw new IrtError(
      'disconnected-items',
      'data',
      apart.join(', '),
      `cannot be compared with ${ids[0]}: no persons in common who do better on the one and on the other`,
    );
}

/** Persons whose score says only that they are beyond the test. */
export function isExtreme({ booklets, bookletOf, score }: RaschData, person: number): boolean {
  const total = score[person];
  return total === 0 || total === booklets[bookletOf[person]].highestScore;
}
