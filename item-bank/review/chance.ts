/** What a trick gets right, against somebody who guesses: a trick that beats chance by two standard errors is a cue. */

/** One item as a trick sees it: which answers it would take, of how many, and which is right. */
export interface TrickedItem {
  readonly picks: readonly number[];
  readonly options: number;
  readonly key: number;
}

export interface TrickFigure {
  /** Items on which the trick says anything: it picks some of the answers, and not all. */
  readonly items: number;
  /** Expected number of right answers of somebody who uses it; among several picks it guesses. */
  readonly right: number;
  readonly chance: number;
  /** Chance and two standard errors: above it the trick is a cue. */
  readonly bound: number;
}

/**
 * With k options and s picks the score of one item is 1/s with probability s/k where the key has nothing to do with the
 * trick: mean 1/k, variance 1/(ks) − 1/k².
 */
export function trickFigure(tricked: readonly TrickedItem[]): TrickFigure {
  const told = tricked.filter(({ picks, options }) => picks.length > 0 && picks.length < options);
  const right = told.reduce((sum, { picks, key }) => sum + (picks.includes(key) ? 1 / picks.length : 0), 0);
  const chance = told.reduce((sum, { options }) => sum + 1 / options, 0);
  const variance = told.reduce(
    (sum, { picks, options }) => sum + 1 / (options * picks.length) - 1 / (options * options),
    0,
  );
  return { items: told.length, right, chance, bound: chance + 2 * Math.sqrt(variance) };
}

/** Rounding must not make a finding of what stands exactly on the bound. */
const rounding = 1e-9;
export const isCue = ({ right, bound }: TrickFigure): boolean => right > bound + rounding;
