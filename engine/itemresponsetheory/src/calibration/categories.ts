/** The categories of one item: given beforehand, or made consecutive by a stated rule. */
import { IrtError } from '../errors.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';

export interface Flag {
  readonly item: number;
  readonly code:
    'few-responses' | 'forms-disconnected' | 'category-empty' | 'few-in-category' | 'negative-slope' | 'bias-kept';
  readonly message: string;
}

/** Fewer than this in a category: its step is hardly determined (Linacre's rule of ten). */
const fewInCategory = 10;
const fewResponses = 50;

export interface ItemCategories {
  /** Persons in each category, recoded. */
  readonly counts: Uint32Array;
  /** By category as answered; −1 = nobody is in it. */
  readonly recoding: Int16Array;
  readonly flags: readonly Flag[];
}

/** By item, how many answers are in each of 256 categories. */
export function countCategories(data: ResponseMatrix): readonly Uint32Array[] {
  const tally = new Uint32Array(256 * data.items);
  for (let n = 0; n < data.item.length; n += 1) tally[256 * data.item[n] + data.category[n]] += 1;
  return Array.from({ length: data.items }, (_, item) => tally.slice(256 * item, 256 * (item + 1)));
}

/** Categories nobody chose are closed up: the higher ones move down. */
function closingUp(counts: Uint32Array): Int16Array {
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

/** Throws IrtError for an item without responses or with one category only, or an answer beyond those given. */
export function categoriesOf(item: number, all: Uint32Array, name: string, given: number | undefined): ItemCategories {
  const highest = all.findLastIndex((n) => n > 0);
  if (given !== undefined) {
    if (highest >= given)
      throw new IrtError('category-outside-item', name, highest, `must be a whole number from 0 to ${given - 1}`);
    return { counts: all.slice(0, given), recoding: Int16Array.from({ length: 256 }, (_, k) => k), flags: [] };
  }
  if (highest < 0) throw new IrtError('item-without-responses', name, 0, 'must have responses');
  const used = all.slice(0, highest + 1);
  const counts = used.filter((n) => n > 0);
  if (counts.length < 2)
    throw new IrtError('item-without-variance', name, highest, 'must have answers in two categories at least');
  return { counts, recoding: closingUp(used), flags: flagsOf(item, name, used, counts) };
}

function flagsOf(item: number, name: string, used: Uint32Array, counts: Uint32Array): Flag[] {
  const empty = [...used.keys()].filter((k) => used[k] === 0);
  const responses = counts.reduce((sum, n) => sum + n, 0);
  return [
    ...(empty.length === 0
      ? []
      : [
          {
            item,
            code: 'category-empty' as const,
            message: `${name}: nobody in category ${empty.join(', ')}; the higher categories were moved down`,
          },
        ]),
    ...Array.from(counts.entries()).flatMap(([k, n]): Flag[] =>
      n < fewInCategory ? [{ item, code: 'few-in-category', message: `${name}: only ${n} in category ${k}` }] : [],
    ),
    ...(responses < fewResponses
      ? [{ item, code: 'few-responses' as const, message: `${name}: only ${responses} responses` }]
      : []),
  ];
}
