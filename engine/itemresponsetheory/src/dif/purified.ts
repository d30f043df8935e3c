/**
 * Wald's test and RMSD with anchors chosen anew until the same items stand out (iterative purification; Candell &
 * Drasgow 1988).
 */
import { categoriesInEvery } from '../responses/categories-in-every.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import {
  type GroupDeviation,
  rmsdDif,
  type RmsdOptions,
  type WaldDif,
  waldDif,
  type WaldOptions,
} from './model-based.ts';
import { chiSquareTest as testOf } from './strata.ts';

export interface PurifiedWaldOptions extends Omit<WaldOptions, 'tested'> {
  /** The items that carry the scale in the first round; default all. */
  readonly anchors?: readonly number[];
  /**
   * Anchors are tested in so many parts, each part against the other anchors; default 5, and each by itself where there
   * are no more anchors than that.
   */
  readonly parts?: number;
  /** Default 10. */
  readonly maximumRounds?: number;
  /** So many anchors stay, those with the largest p; default a quarter of the items, at least 3. */
  readonly fewest?: number;
}

export interface PurifiedWald {
  /** Of every item; NaN where a group has not all scores of it, which cannot be tested. */
  readonly items: readonly WaldDif[];
  /** The items that did not stand out. */
  readonly anchors: readonly number[];
  readonly rounds: number;
  /** Whether the last round chose the anchors that it began with. */
  readonly isStable: boolean;
}

/** Items of which every group gave every score, two at least. */
const testable = (data: ResponseMatrix, group: ArrayLike<number>): boolean[] =>
  categoriesInEvery(data, group).map((count = 0) => count > 1);

const sameSet = (one: readonly number[], other: readonly number[]): boolean =>
  one.length === other.length && one.every((item, n) => item === other[n]);

/**
 * Each round: items that are no anchors are tested together against the anchors; the anchors part by part, with all
 * that are no anchors free; then every item whose p is at least `level` is an anchor. Ends when the anchors are those
 * of an earlier round; where the rounds repeat in a circle (an item is flagged as an anchor, but not as a non-anchor),
 * the round with the most flagged items is returned, because the others would flag too seldom. Throws IrtError when the
 * data cannot be calibrated.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { purifiedWald } from 'itemresponsetheory/dif';
 * import { drawCategory } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters(
 *   [-1, -0.5, 0, 0.5, 1].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * const isFocal = Array.from({ length: 1000 }, (_, person) => person % 2);
 * // The last item is harder for the focal group.
 * const rows = isFocal.map((focal, person) => {
 *   const random = createRng('example').fork(person);
 *   const theta = random.normal();
 *   return Array.from(bank.id, (__, item) => drawCategory(bank, item, item === 4 ? theta - focal : theta, random));
 * });
 * const { anchors } = purifiedWald(responseMatrix(rows), isFocal, { models: 'rasch' });
 * console.log(anchors.join()); // → 0,1,2,3
 * ```
 */
export function purifiedWald(
  data: ResponseMatrix,
  isFocal: ArrayLike<number>,
  { anchors: first, parts = 5, maximumRounds = 10, fewest, ...options }: PurifiedWaldOptions,
): PurifiedWald {
  const { level = 0.05 } = options;
  const can = testable(data, isFocal);
  const all = can.flatMap((isTestable, item) => (isTestable ? [item] : []));
  const least = Math.min(all.length - 1, fewest ?? Math.max(3, Math.ceil(all.length / 4)));
  let results: WaldDif[] = [];
  const test = (list: readonly number[], held: readonly number[], free: readonly number[]): void => {
    for (const one of waldDif(data, isFocal, { ...options, anchors: held, tested: free }))
      if (list.includes(one.item)) results[one.item] = one;
  };
  let anchors: readonly number[] = first === undefined ? all : all.filter((item) => first.includes(item));
  const before: { readonly anchors: readonly number[]; readonly found: PurifiedWald; readonly flagged: number }[] = [];
  for (let round = 1; ; round += 1) {
    results = Array.from({ length: data.items }, (_, item) => ({ item, difference: [], ...testOf(NaN, 0, level) }));
    const others = all.filter((item) => !anchors.includes(item));
    if (others.length > 0) test(others, anchors, others);
    const count = anchors.length <= parts ? anchors.length : parts;
    for (let part = 0; part < count; part += 1) {
      const own = anchors.filter((_, n) => n % count === part);
      test(
        own,
        anchors.filter((item) => !own.includes(item)),
        [...others, ...own],
      );
    }
    const pOf = (item: number): number => results[item].p;
    const fair = all.filter((item) => pOf(item) >= level);
    const next =
      fair.length >= least
        ? fair
        : all
            .toSorted((a, b) => pOf(b) - pOf(a) || a - b)
            .slice(0, least)
            .toSorted((a, b) => a - b);
    const isStable = sameSet(next, anchors);
    before.push({
      anchors,
      found: { items: results, anchors: next, rounds: round, isStable },
      flagged: all.length - fair.length,
    });
    const circle = before.findIndex((one) => sameSet(one.anchors, next));
    if (isStable || round >= maximumRounds || circle >= 0) {
      const { found } = before
        .slice(isStable ? -1 : Math.max(0, circle))
        .reduce((a, b) => (b.flagged > a.flagged ? b : a));
      return { ...found, rounds: round };
    }
    anchors = next;
  }
}

export interface PurifiedRmsd {
  readonly items: readonly GroupDeviation[];
  /** Items with parameters of their own in every group. */ readonly free: readonly number[];
  readonly rounds: number;
  readonly isStable: boolean;
}

/**
 * Each round frees the items whose RMSD in some group is above `bound` (default .1), until they are the same; at least
 * half of the items stay equal.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { purifiedRmsd } from 'itemresponsetheory/dif';
 * import { drawCategory } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters(
 *   [-1, -0.5, 0, 0.5, 1].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * const isFocal = Array.from({ length: 1000 }, (_, person) => person % 2);
 * // The last item is harder for the focal group.
 * const rows = isFocal.map((focal, person) => {
 *   const random = createRng('example').fork(person);
 *   const theta = random.normal();
 *   return Array.from(bank.id, (__, item) => drawCategory(bank, item, item === 4 ? theta - 3 * focal : theta, random));
 * });
 * const { free, isStable } = purifiedRmsd(responseMatrix(rows), isFocal, { models: 'rasch' });
 * console.log(free.join(), isStable); // → 4 true
 * ```
 */
export function purifiedRmsd(
  data: ResponseMatrix,
  group: ArrayLike<number>,
  {
    bound = 0.1,
    maximumRounds = 10,
    ...options
  }: Omit<RmsdOptions, 'free'> & { readonly bound?: number; readonly maximumRounds?: number },
): PurifiedRmsd {
  const can = testable(data, group);
  const most = Math.floor(can.filter(Boolean).length / 2);
  let free: readonly number[] = [];
  const before: (readonly number[])[] = [];
  for (let round = 1; ; round += 1) {
    const items = rmsdDif(data, group, { ...options, free });
    const worst = items.map(({ groups }) => Math.max(...groups.map(({ rmsd }) => rmsd)));
    const next = items
      .flatMap(({ item }) => (can[item] === true && worst[item] > bound ? [item] : []))
      .toSorted((a, b) => worst[b] - worst[a])
      .slice(0, most)
      .toSorted((a, b) => a - b);
    const isStable = sameSet(next, free);
    before.push(free);
    if (isStable || round >= maximumRounds || before.some((set) => sameSet(set, next)))
      return { items, free, rounds: round, isStable };
    free = next;
  }
}
