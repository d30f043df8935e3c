/**
 * Two groups, matched on a score: the tables from which the observed-score methods start. Complete dichotomous forms
 * only.
 */
import { IrtError } from '../errors.ts';
import { chiSquareTail } from '../numeric/chi-square.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';

/** Dense answers, and who is in the focal group. */
export interface TwoGroups {
  readonly persons: number;
  readonly items: number;
  /** person·items + item. */ readonly answer: Uint8Array;
  readonly isFocal: Uint8Array;
}

/**
 * Throws IrtError for rows that are not complete: adaptive data have no common raw score; match those on ability
 * (matchedOn).
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { twoGroups } from 'itemresponsetheory/dif';
 * import { drawCategory } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters(
 *   [-1, -0.5, 0, 0.5, 1].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * const rows = Array.from({ length: 400 }, (_, person) => {
 *   const random = createRng('example').fork(person);
 *   const theta = random.normal();
 *   return Array.from(bank.id, (__, item) => drawCategory(bank, item, theta, random));
 * });
 * const data = responseMatrix(rows);
 * const groups = twoGroups(data, rows.map((_, person) => person % 2 === 1));
 * console.log(groups.persons, groups.items); // → 400 5
 * ```
 */
export function twoGroups(data: ResponseMatrix, isFocal: ArrayLike<number | boolean>): TwoGroups {
  if (isFocal.length !== data.persons)
    throw new IrtError(
      'unequal-lengths',
      'isFocal',
      isFocal.length,
      `must have a member for each of ${data.persons} persons`,
    );
  const answer = new Uint8Array(data.persons * data.items).fill(255);
  for (let person = 0; person < data.persons; person += 1)
    for (let n = data.rowStart[person]; n < data.rowStart[person + 1]; n += 1)
      answer[person * data.items + data.item[n]] = data.category[n];
  const bad = answer.findIndex((value) => value > 1);
  if (bad >= 0)
    throw answer[bad] === 255
      ? new IrtError(
          'rows-not-complete',
          `person ${Math.floor(bad / data.items)}`,
          'sparse',
          'must have every item: a raw score matches complete forms only',
        )
      : new IrtError('unknown-category', `person ${Math.floor(bad / data.items)}`, answer[bad], 'must be 0 or 1');
  const focal = Uint8Array.from(isFocal, (value) => (value === true || value === 1 ? 1 : 0));
  const size = focal.reduce((sum, value) => sum + value, 0);
  if (size === 0 || size === data.persons)
    throw new IrtError('one-group', 'isFocal', size, 'must name persons of both groups');
  return { persons: data.persons, items: data.items, answer, isFocal: focal };
}

/** Total over the matching items and the studied one. */
export function matchingScore(
  { persons, items, answer }: TwoGroups,
  item: number,
  matching: readonly number[],
): Uint32Array {
  const list = matching.includes(item) ? matching : [...matching, item];
  return Uint32Array.from({ length: persons }, (_, person) =>
    list.reduce((sum, one) => sum + answer[person * items + one], 0),
  );
}

/** Right and wrong of both groups in one stratum. */
export interface Stratum {
  readonly score: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** a, b: reference right, wrong; c, d: focal right, wrong. */
export function strataOf({ items, answer, isFocal }: TwoGroups, item: number, score: Uint32Array): Stratum[] {
  const cells = new Map<number, [number, number, number, number]>();
  score.forEach((value, person) => {
    const row = cells.get(value) ?? [0, 0, 0, 0];
    cells.set(value, row);
    const at = (isFocal[person] === 1 ? 2 : 0) + (answer[person * items + item] === 1 ? 0 : 1);
    row[at] += 1;
  });
  return [...cells].sort(([x], [y]) => x - y).map(([value, [a, b, c, d]]) => ({ score: value, a, b, c, d }));
}

export interface PurifyOptions {
  /** Items known to be fair: matching is on these (and the studied item) alone, and they are not tested. */
  readonly anchors?: readonly number[];
  /** Repeat, matching on the items not flagged, until the same are flagged; default false. */
  readonly purify?: boolean;
  /** Level of the test, default 0.05. */
  readonly level?: number;
}

export interface ChiSquareTest {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly p: number;
  readonly isFlagged: boolean;
}
export const chiSquareTest = (statistic: number, degreesOfFreedom: number, level: number): ChiSquareTest => {
  const p = chiSquareTail(statistic, degreesOfFreedom);
  return { statistic, degreesOfFreedom, p, isFlagged: p < level };
};

/** Runs `test` on every item not an anchor, purifying as asked; at most 20 rounds. Anchors get undefined. */
export function testItems<T extends { readonly isFlagged: boolean }>(
  { items }: TwoGroups,
  { anchors, purify = false }: PurifyOptions,
  test: (item: number, matching: readonly number[]) => T,
): (T | undefined)[] {
  const all = Array.from({ length: items }, (_, item) => item);
  for (const item of anchors ?? [])
    if (!(item >= 0 && item < items))
      throw new IrtError('unknown-item', 'anchors', item, `must be a whole number from 0 to ${items - 1}`);
  if (anchors !== undefined) return all.map((item) => (anchors.includes(item) ? undefined : test(item, anchors)));
  let results = all.map((item) => test(item, all));
  for (let round = 0; purify && round < 20; round += 1) {
    const before = results.map(({ isFlagged }) => isFlagged);
    const fair = all.filter((item) => before[item] !== true);
    if (fair.length < 2) break;
    results = all.map((item) => test(item, fair));
    if (results.every(({ isFlagged }, n) => isFlagged === before[n])) break;
  }
  return results;
}
