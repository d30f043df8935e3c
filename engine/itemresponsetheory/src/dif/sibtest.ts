/**
 * SIBTEST (Shealy & Stout 1993): the difference of an item's mean between groups matched on the other items, with the
 * regression correction for what raw
 * scores of unequal groups hide; and its crossing version (Li & Stout 1996; statistic of Chalmers 2018).
 */
import { chiSquareTail } from '../numeric/chi-square.ts';
import { createRng } from '../numeric/rng.ts';
import type { PurifyOptions, ChiSquareTest, TwoGroups } from './strata.ts';
import { chiSquareTest, testItems } from './strata.ts';

export interface SibtestOptions extends PurifyOptions {
  readonly kind?: 'uniform' | 'crossing';
  /** A score counts when each group has so many persons on it; default 6. */
  readonly fewest?: number;
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

interface Group {
  readonly mean: number;
  readonly reliability: number;
  /** By score: persons, and those who were right. */ readonly count: Float64Array;
  readonly right: Float64Array;
}
interface Difference {
  readonly score: number;
  readonly persons: number;
  readonly value: number;
  readonly variance: number;
}

/** Scores on the matching items, their mean and α, which turns a score into an estimate of the true score (Kelley). */
function groupOf(
  { persons, items, answer, isFocal }: TwoGroups,
  focal: number,
  item: number,
  matching: readonly number[],
): Group {
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

/**
 * Difference at every score that both groups have enough persons on, both moved to the same true score along their own
 * regression.
 */
function differences(groups: readonly [Group, Group], scores: number, fewest: number): Difference[] {
  const shareAt = ({ count, right }: Group, k: number): number => right[k] / count[k];
  const trueScore = ({ mean, reliability }: Group, k: number): number => mean + reliability * (k - mean);
  /** p(1 − p)/(n − 1). */
  const varianceAt = (group: Group, k: number): number => {
    const p = shareAt(group, k);
    return (p * (1 - p)) / (group.count[k] - 1);
  };
  const [reference, focal] = groups;
  const moved = (group: Group, k: number): number => {
    const [own, below, above] = [shareAt(group, k), shareAt(group, k - 1), shareAt(group, k + 1)];
    // At the ends of the scale there is no slope to move along.
    if (!Number.isFinite(below) || !Number.isFinite(above)) return own;
    const common = (trueScore(reference, k) + trueScore(focal, k)) / 2;
    return (
      own + ((above - below) / (trueScore(group, k + 1) - trueScore(group, k - 1))) * (common - trueScore(group, k))
    );
  };
  return Array.from({ length: scores }, (_, k) => k).flatMap((score): Difference[] => {
    const [a, b] = [reference.count[score], focal.count[score]];
    if (a < fewest || b < fewest || varianceAt(reference, score) === 0 || varianceAt(focal, score) === 0) return [];
    return [
      {
        score,
        persons: a + b,
        value: moved(reference, score) - moved(focal, score),
        variance: varianceAt(reference, score) + varianceAt(focal, score),
      },
    ];
  });
}

/** Where the weighted regression of the difference on the score is 0. */
function crossingOf(list: readonly Difference[]): number {
  const total = list.reduce((sum, { persons }) => sum + persons, 0);
  const [mx, my] = [
    list.reduce((sum, { persons, score }) => sum + persons * score, 0) / total,
    list.reduce((sum, { persons, value }) => sum + persons * value, 0) / total,
  ];
  const slope =
    list.reduce((sum, { persons, score, value }) => sum + persons * (score - mx) * (value - my), 0) /
    list.reduce((sum, { persons, score }) => sum + persons * (score - mx) ** 2, 0);
  return mx - my / slope;
}

function summed(list: readonly Difference[], total: number): { beta: number; variance: number } {
  return {
    beta: list.reduce((sum, { persons, value }) => sum + (persons / total) * value, 0),
    variance: list.reduce((sum, { persons, variance }) => sum + (persons / total) ** 2 * variance, 0),
  };
}

/** Statistic of the two parts; of the whole where the differences do not cross among the scores. */
function crossed(
  list: readonly Difference[],
  total: number,
  crossing: number,
): { statistic: number; degreesOfFreedom: number; beta: number } {
  const [left, right] = [
    summed(
      list.filter(({ score }) => score < crossing),
      total,
    ),
    summed(
      list.filter(({ score }) => score >= crossing),
      total,
    ),
  ];
  const square = ({ beta, variance }: { beta: number; variance: number }): number =>
    variance === 0 ? 0 : (beta * beta) / variance;
  if (left.variance === 0 || right.variance === 0) {
    const { beta } = summed(list, total);
    return { statistic: square(left) + square(right), degreesOfFreedom: 1, beta };
  }
  return { statistic: square(left) + square(right), degreesOfFreedom: 2, beta: left.beta - right.beta };
}

const draws = 2000;

/**
 * Share of draws, differences ~ N(0, variance) with a crossing of their own, whose χ² p is as small; the same draws for
 * the same data.
 */
function drawnP(list: readonly Difference[], total: number, p: number, item: number): number {
  const random = createRng('crossing SIBTEST').fork(item);
  let count = 0;
  for (let n = 0; n < draws; n += 1) {
    const drawn = list.map((one): Difference => ({ ...one, value: Math.sqrt(one.variance) * random.normal() }));
    const { statistic, degreesOfFreedom } = crossed(drawn, total, crossingOf(drawn));
    if (chiSquareTail(statistic, degreesOfFreedom) <= p) count += 1;
  }
  return (count + 1) / (draws + 1);
}

function testOne(
  groups: TwoGroups,
  item: number,
  matching: readonly number[],
  { kind = 'uniform', fewest = 6, level = 0.05, crossing: given, p: pOf = 'drawn' }: SibtestOptions,
): Sibtest {
  const others = matching.filter((one) => one !== item);
  const list = differences(
    [groupOf(groups, 0, item, others), groupOf(groups, 1, item, others)],
    others.length + 1,
    fewest,
  );
  const total = list.reduce((sum, { persons }) => sum + persons, 0);
  const all = summed(list, total);
  const uniform = {
    ...chiSquareTest((all.beta * all.beta) / all.variance, 1, level),
    beta: all.beta,
    standardError: Math.sqrt(all.variance),
  };
  if (kind === 'uniform') return uniform;
  const crossing = given ?? crossingOf(list);
  const { statistic, degreesOfFreedom, beta } = crossed(list, total, crossing);
  const byChiSquare = chiSquareTest(statistic, degreesOfFreedom, level);
  const drawn = pOf === 'drawn' && list.length > 0 ? drawnP(list, total, byChiSquare.p, item) : byChiSquare.p;
  return {
    ...byChiSquare,
    p: drawn,
    isFlagged: drawn < level,
    beta,
    standardError: Math.sqrt(all.variance),
    ...(degreesOfFreedom === 2 ? { crossing } : {}),
  };
}

/** One result for each item that is not an anchor. Undefined strata: too few persons on every score give NaN. */
export function sibtest(groups: TwoGroups, options: SibtestOptions = {}): (Sibtest | undefined)[] {
  return testItems(groups, options, (item, matching) => testOne(groups, item, matching, options));
}
