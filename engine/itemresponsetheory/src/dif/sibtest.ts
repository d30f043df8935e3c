/**
 * SIBTEST (Shealy & Stout 1993): the difference of an item's mean between groups matched on the other items, with the
 * regression correction for what raw scores of unequal groups hide; and its crossing version (Li & Stout 1996;
 * statistic of Chalmers 2018).
 *
 * Each group's mean at a score is moved along the line through its neighbours to the true score that both groups have
 * in common. So β is a linear combination of the means in all cells, and its variance is that combination's: a cell
 * also counts by what it lent to its neighbours. And where a group has no neighbour there is nothing to move along:
 * such a score, at the ends, is left out. Together they keep the level. Of 2,000 simulated fair 2PL items, level .05
 * (in brackets by the first definition, which leaves the ends where they are and takes the variance before moving):
 *
 *   items, persons a group   0 SD apart    .5            1             1.5
 *   12, 1,000                .051 (.048)   .055 (.062)   .063 (.091)   .051 (.122)
 *   8, 1,000                                             .067 (.121)   .068 (.213)
 *   20, 500                                                            .044 (.079)
 *   25, 1,000                                                          .047 (.079)
 *   12, 5,000 (500 items)                                .056 (.110)   .070 (.194)
 *
 * Kelley's line is straight and α a lower bound of the reliability; what is left of that shows with few items and many
 * persons. So it holds up to 1.5 SD from 12 items and up to 1,000 a group; with 8 items or 5,000 a group it is near
 * .07.
 *
 * The crossing test, p drawn, of 600 replications (their standard error is .009): 12 items, 1,000 a group: .062, .068,
 * .063 at 0, 1 and 1.5 SD; 12 items, 250: .073; 20 items, 500: .053; 25 items, 1,000: .050. So from 20 items on it
 * holds; with 12 it flags somewhat more often than it says, also where the groups are equal.
 */
import { chiSquareTail } from '../numeric/chi-square.ts';
import { createRng } from '../numeric/rng.ts';
import type { ChiSquareTest, PurifyOptions, TwoGroups } from './strata.ts';
import { chiSquareTest, testItems } from './strata.ts';

export interface SibtestOptions extends PurifyOptions {
  readonly kind?: 'uniform' | 'crossing';
  /** A score counts when each group has so many persons on it; default 6. */
  readonly fewest?: number;
  /**
   * 'corrected' (default): scores that cannot be moved are left out, and β's variance is that of all the means in it.
   * 'shealy-stout': they stay where they are, and the variance is of the means before they were moved, as the article
   * and the R package mirt have it.
   */
  readonly definition?: 'corrected' | 'shealy-stout';
  /**
   * Crossing: scores below this are the left part; default where the regression of the difference on the score is 0.
   */
  readonly crossing?: number;
  /**
   * Crossing: p from draws of the differences under no DIF, the crossing sought in each (default), or from χ², which
   * does not know that it was sought.
   */
  readonly p?: 'drawn' | 'chi-square';
}

/** β: reference minus focal, on the scale of the item's score; crossing: left part minus right part. */
export interface Sibtest extends ChiSquareTest {
  readonly beta: number;
  readonly standardError: number;
  /** Score at which the difference changes sign. */ readonly crossing?: number;
}

/** One group on the matching score. */
interface MatchedGroup {
  readonly mean: number;
  /** α, by which a score's distance from the mean is that of its true score (Kelley). */ readonly reliability: number;
  /** By score: persons, and those who were right. */ readonly count: Float64Array;
  readonly right: Float64Array;
}

/** The share of right answers in a cell, group · scores + score, and its variance p(1 − p)/(n − 1). */
interface Cells {
  readonly share: Float64Array;
  readonly variance: Float64Array;
}

/** A score that counts: the difference of the groups there is Σ weight · share of the cells. */
interface MatchedScore {
  readonly score: number;
  readonly persons: number;
  /** The cells of both groups at this score. */ readonly own: readonly number[];
  readonly terms: readonly { readonly cell: number; readonly weight: number }[];
}

interface Matched {
  readonly cells: Cells;
  readonly scores: readonly MatchedScore[];
  readonly persons: number;
  readonly definition: 'corrected' | 'shealy-stout';
}

function groupOf(
  { persons, items, answer, isFocal }: TwoGroups,
  focal: number,
  item: number,
  matching: readonly number[],
): MatchedGroup {
  const [count, right] = [new Float64Array(matching.length + 1), new Float64Array(matching.length + 1)];
  const ones = new Float64Array(matching.length);
  let [size, sum, squares] = [0, 0, 0];
  for (let person = 0; person < persons; person += 1) {
    if (isFocal[person] !== focal) continue;
    let score = 0;
    for (let n = 0; n < matching.length; n += 1) {
      const one = answer[person * items + matching[n]];
      score += one;
      ones[n] += one;
    }
    size += 1;
    sum += score;
    squares += score * score;
    count[score] += 1;
    right[score] += answer[person * items + item];
  }
  const variance = (squares - (sum * sum) / size) / (size - 1);
  const within = ones.reduce((total, n) => total + (n * (1 - n / size)) / (size - 1), 0);
  return {
    mean: sum / size,
    reliability: (matching.length / (matching.length - 1)) * (1 - within / variance),
    count,
    right,
  };
}

function cellsOf(groups: readonly MatchedGroup[]): Cells {
  const share = Float64Array.from(groups.flatMap(({ count, right }) => Array.from(count, (n, k) => right[k] / n)));
  const counts = groups.flatMap(({ count }) => Array.from(count));
  return { share, variance: share.map((p, cell) => (p * (1 - p)) / (counts[cell] - 1)) };
}

/**
 * The scores that both groups have enough persons on, moved to the same true score along each group's own regression.
 */
function match(
  groups: readonly MatchedGroup[],
  { fewest = 6, definition = 'corrected' }: Pick<SibtestOptions, 'fewest' | 'definition'>,
): Matched {
  const size = groups[0].count.length;
  const cells = cellsOf(groups);
  const trueScore = ({ mean, reliability }: MatchedGroup, k: number): number => mean + reliability * (k - mean);
  // A neighbour lends its mean, and in the corrected definition its variance, which one person alone has not.
  const least = definition === 'corrected' ? 2 : 1;
  const canMove = ({ count }: MatchedGroup, k: number): boolean =>
    k > 0 && k < size - 1 && count[k - 1] >= least && count[k + 1] >= least;
  const scores = Array.from({ length: size }, (_, k) => k).flatMap((score): MatchedScore[] => {
    const own = groups.map((_, g) => g * size + score);
    const isUsed = groups.every(({ count }, g) => count[score] >= fewest && cells.variance[own[g]] > 0);
    if (!isUsed || (definition === 'corrected' && !groups.every((group) => canMove(group, score)))) return [];
    const common = groups.reduce((sum, group) => sum + trueScore(group, score), 0) / groups.length;
    const terms = groups.flatMap((group, g) => {
      const [sign, cell] = [g === 0 ? 1 : -1, own[g]];
      const still = { cell, weight: sign };
      if (!canMove(group, score)) return [still];
      const span = trueScore(group, score + 1) - trueScore(group, score - 1);
      const lent = (sign * (common - trueScore(group, score))) / span;
      return [still, { cell: cell + 1, weight: lent }, { cell: cell - 1, weight: -lent }];
    });
    return [{ score, persons: groups.reduce((sum, { count }) => sum + count[score], 0), own, terms }];
  });
  return { cells, scores, definition, persons: scores.reduce((sum, { persons }) => sum + persons, 0) };
}

/** Difference of the groups at a score, the shares of the cells being these. */
const differenceAt = ({ terms }: MatchedScore, share: Float64Array): number =>
  terms.reduce((sum, { cell, weight }) => sum + weight * share[cell], 0);

/** Where the regression of the difference on the score, weighted by persons, is 0. */
function crossingOf({ scores, persons: total }: Matched, share: Float64Array): number {
  const values = scores.map((one) => differenceAt(one, share));
  const mean = (of: (one: MatchedScore, n: number) => number): number =>
    scores.reduce((sum, one, n) => sum + one.persons * of(one, n), 0) / total;
  const [mx, my] = [mean(({ score }) => score), mean((_, n) => values[n])];
  const slope = mean(({ score }, n) => (score - mx) * (values[n] - my)) / mean(({ score }) => (score - mx) ** 2);
  return mx - my / slope;
}

/** β over some of the scores, and its variance. */
function summed(
  { cells, persons: total, definition }: Matched,
  scores: readonly MatchedScore[],
  share: Float64Array,
): { readonly beta: number; readonly variance: number } {
  const weight = new Float64Array(share.length);
  let beta = 0;
  for (const { persons, own, terms } of scores) {
    for (const term of terms) beta += (persons / total) * term.weight * share[term.cell];
    if (definition === 'corrected') for (const term of terms) weight[term.cell] += (persons / total) * term.weight;
    else for (const cell of own) weight[cell] += persons / total;
  }
  const variance = cells.variance.reduce((sum, v, cell) => (weight[cell] === 0 ? sum : sum + weight[cell] ** 2 * v), 0);
  return { beta, variance };
}

interface Parted {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly beta: number;
}

/** Statistic of the two parts; of the whole where the differences do not cross among the scores. */
function parted(matched: Matched, share: Float64Array, crossing: number): Parted {
  const { scores } = matched;
  const partOf = (isLeft: boolean): ReturnType<typeof summed> =>
    summed(
      matched,
      scores.filter(({ score }) => score < crossing === isLeft),
      share,
    );
  const [left, right] = [partOf(true), partOf(false)];
  const square = ({ beta, variance }: { beta: number; variance: number }): number =>
    variance === 0 ? 0 : (beta * beta) / variance;
  const statistic = square(left) + square(right);
  if (left.variance === 0 || right.variance === 0)
    return { statistic, degreesOfFreedom: 1, beta: summed(matched, scores, share).beta };
  return { statistic, degreesOfFreedom: 2, beta: left.beta - right.beta };
}

const draws = 2000;

/**
 * Share of draws whose χ² p is as small: the cells' shares ~ N(0, variance), which is no difference, with a crossing of
 * their own; the same draws for the same data.
 */
function drawnP(matched: Matched, p: number, item: number): number {
  const random = createRng('crossing SIBTEST').fork(item);
  let count = 0;
  for (let n = 0; n < draws; n += 1) {
    // Of one person alone there is no variance: such a cell lends nothing here.
    const share = matched.cells.variance.map((variance) => (variance > 0 ? Math.sqrt(variance) * random.normal() : 0));
    const { statistic, degreesOfFreedom } = parted(matched, share, crossingOf(matched, share));
    if (chiSquareTail(statistic, degreesOfFreedom) <= p) count += 1;
  }
  return (count + 1) / (draws + 1);
}

function testOne(groups: TwoGroups, item: number, matching: readonly number[], options: SibtestOptions): Sibtest {
  const { kind = 'uniform', level = 0.05, p: pOf = 'drawn' } = options;
  const others = matching.filter((one) => one !== item);
  const matched = match([groupOf(groups, 0, item, others), groupOf(groups, 1, item, others)], options);
  const { share } = matched.cells;
  const { beta, variance } = summed(matched, matched.scores, share);
  const standardError = Math.sqrt(variance);
  if (kind === 'uniform') return { ...chiSquareTest((beta * beta) / variance, 1, level), beta, standardError };
  const crossing = options.crossing ?? crossingOf(matched, share);
  const parts = parted(matched, share, crossing);
  const byChiSquare = chiSquareTest(parts.statistic, parts.degreesOfFreedom, level);
  const p = pOf === 'drawn' && matched.scores.length > 0 ? drawnP(matched, byChiSquare.p, item) : byChiSquare.p;
  return {
    ...byChiSquare,
    p,
    isFlagged: p < level,
    beta: parts.beta,
    standardError,
    ...(parts.degreesOfFreedom === 2 ? { crossing } : {}),
  };
}

/**
 * One result for each item that is not an anchor. Too few persons on every score give NaN.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { sibtest, twoGroups } from 'itemresponsetheory/dif';
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
 * console.log(sibtest(groups).map((row) => row?.isFlagged).join()); // → false,false,false,false,true
 * ```
 */
export function sibtest(groups: TwoGroups, options: SibtestOptions = {}): (Sibtest | undefined)[] {
  return testItems(groups, options, (item, matching) => testOne(groups, item, matching, options));
}
