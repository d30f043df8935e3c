/** What the options of multiple-choice items attract: a working distractor draws the weak, the key draws the strong. */
import { IrtError } from '../errors.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';

export interface DistractorOption {
  readonly option: number;
  readonly isKey: boolean;
  readonly persons: number;
  /** Of those who answered. */
  readonly share: number;
  /** Correlation of choosing it with the rest score, over those who answered; NaN where nothing varies. */
  readonly restCorrelation: number;
  /** Mean rest score of those who chose it, as a share of the items they answered. */
  readonly meanRest: number;
  /** Share in each group of rest scores, weakest first. */
  readonly groupShares: readonly number[];
}
export type DistractorFlag = 'key-draws-the-weak' | 'distractor-draws-the-strong' | 'option-hardly-chosen';
export interface DistractorTable {
  readonly responses: number;
  readonly options: readonly DistractorOption[];
  readonly flags: readonly DistractorFlag[];
}
export interface DistractorOptions {
  /** Groups of about equal size; default 3. */ readonly groups?: number;
  /** An option below this share is hardly chosen; default 0.05. */ readonly leastShare?: number;
  /** Number of options of each item, by default up to the highest chosen. */ readonly options?: ArrayLike<number>;
}

interface ChosenOption {
  readonly option: number;
  readonly rest: number;
}

/**
 * Each person's answers as shares of right ones among the others answered, so that sparse rows can be compared; persons
 * with one answer are left out.
 */
function choicesOf(choices: ResponseMatrix, key: ArrayLike<number>): readonly ChosenOption[][] {
  const out: ChosenOption[][] = Array.from({ length: choices.items }, () => []);
  for (let person = 0; person < choices.persons; person += 1) {
    const [from, to] = [choices.rowStart[person], choices.rowStart[person + 1]];
    let right = 0;
    for (let n = from; n < to; n += 1) right += Number(choices.category[n] === key[choices.item[n]]);
    if (to - from < 2) continue;
    for (let n = from; n < to; n += 1) {
      const [item, option] = [choices.item[n], choices.category[n]];
      out[item].push({ option, rest: (right - Number(option === key[item])) / (to - from - 1) });
    }
  }
  return out;
}

function optionOf(
  list: readonly ChosenOption[],
  option: number,
  isKey: boolean,
  groups: readonly (readonly ChosenOption[])[],
): DistractorOption {
  const chosen = list.filter((choice) => choice.option === option);
  const share = chosen.length / list.length;
  const mean = list.reduce((sum, { rest }) => sum + rest, 0) / list.length;
  const variance = list.reduce((sum, { rest }) => sum + (rest - mean) ** 2, 0) / list.length;
  const meanRest = chosen.reduce((sum, { rest }) => sum + rest, 0) / chosen.length;
  const restCorrelation =
    chosen.length === 0 || chosen.length === list.length || !(variance > 0)
      ? NaN
      : (share * (meanRest - mean)) / Math.sqrt(share * (1 - share) * variance);
  return {
    option,
    isKey,
    persons: chosen.length,
    share,
    restCorrelation,
    meanRest,
    groupShares: groups.map((group) => group.filter((choice) => choice.option === option).length / group.length),
  };
}

function flagsOf(options: readonly DistractorOption[], leastShare: number): readonly DistractorFlag[] {
  return [
    ...(options.some(({ isKey, restCorrelation }) => isKey && restCorrelation <= 0)
      ? ['key-draws-the-weak' as const]
      : []),
    ...(options.some(({ isKey, restCorrelation }) => !isKey && restCorrelation > 0.05)
      ? ['distractor-draws-the-strong' as const]
      : []),
    ...(options.some(({ isKey, share }) => !isKey && share < leastShare) ? ['option-hardly-chosen' as const] : []),
  ];
}

/**
 * `choices`: option numbers from 0 instead of scores; `key`: the right one of each item. Sparse rows are welcome.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { distractorTables } from 'itemresponsetheory/fit';
 *
 * const random = createRng('choices');
 * // Of three options the first is right; the third is hardly chosen.
 * const rows = Array.from({ length: 200 }, () =>
 *   Array.from({ length: 4 }, () => (random.uniform() < 0.6 ? 0 : random.uniform() < 0.95 ? 1 : 2)),
 * );
 * console.log(distractorTables(responseMatrix(rows), [0, 0, 0, 0]).map(({ options }) => options.length).join());
 * // → 3,3,3,3
 * ```
 */
export function distractorTables(
  choices: ResponseMatrix,
  key: ArrayLike<number>,
  { groups = 3, leastShare = 0.05, options }: DistractorOptions = {},
): readonly DistractorTable[] {
  if (key.length !== choices.items)
    throw new IrtError('unequal-lengths', 'key', key.length, `must have ${choices.items} members, one for each item`);
  if (!Number.isInteger(groups) || groups < 2)
    throw new IrtError('too-few', 'groups', groups, 'must be a whole number of at least 2');
  return choicesOf(choices, key).map((list, item) => {
    const right = key[item];
    const count = Math.max(options?.[item] ?? 0, right + 1, ...list.map(({ option }) => option + 1));
    if (!Number.isInteger(right) || right < 0)
      throw new IrtError('out-of-range', `key[${item}]`, right, 'must be the number of an option');
    const sorted = [...list].sort((a, b) => a.rest - b.rest);
    const parts = Array.from({ length: groups }, (_, g) =>
      sorted.slice(Math.floor((g * sorted.length) / groups), Math.floor(((g + 1) * sorted.length) / groups)),
    );
    const rows = Array.from({ length: count }, (_, option) => optionOf(list, option, option === right, parts));
    return { responses: list.length, options: rows, flags: flagsOf(rows, leastShare) };
  });
}
