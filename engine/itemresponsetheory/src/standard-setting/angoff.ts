/**
 * Modified Angoff (1971): judges say how many of a hundred just-qualified candidates would answer each item right; over
 * rounds.
 */
import { IrtError } from '../errors.ts';

export interface CutScore {
  readonly cut: number;
  readonly standardError: number;
}

export interface AngoffResult extends CutScore {
  /** Each judge's own cut (sum over the items), and its correlation over the items with the other judges' mean. */
  readonly judges: readonly { readonly cut: number; readonly agreement: number }[];
  /** Variance components of the judge × item table (ANOVA): how much is the judges', the items', and left. */
  readonly variance: { readonly judge: number; readonly item: number; readonly residual: number };
  /**
   * Of the cut, a sum over I items, by what another panel session would draw anew (Brennan 2001), J judges: these
   * judges again √(I·σ²res/J); other judges √(I²·σ²judge/J + I·σ²res/J), which is `standardError` = s(judges' cuts)/√J;
   * other judges and another form of I items from the same domain, further I·σ²item.
   */
  readonly standardErrors: {
    readonly sameJudges: number;
    readonly otherJudges: number;
    readonly otherJudgesAndItems: number;
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function correlation(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  x.forEach((value, n) => {
    const [dx, dy] = [value - mx, y[n] - my];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  });
  return xy / Math.sqrt(xx * yy);
}

/**
 * `ratings[judge][item]`: chances from 0 to 1, complete. The cut is the mean over judges of the sum over items; its
 * error treats judges as drawn from all who could have sat there (items are the test's own): s(judges' cuts)/√judges.
 *
 * @example
 * ```ts
 * import { angoff } from 'itemresponsetheory/standard-setting';
 *
 * const ratings = [
 *   [0.5, 0.6, 0.7],
 *   [0.4, 0.6, 0.8],
 * ];
 * console.log(angoff(ratings).cut.toFixed(2)); // → 1.80
 * ```
 */
export function angoff(ratings: readonly (readonly number[])[]): AngoffResult {
  const items = ratings.at(0)?.length ?? 0;
  if (ratings.length < 2 || items < 2)
    throw new IrtError(
      'too-few-judgements',
      'ratings',
      `${ratings.length} × ${items}`,
      'must have at least two judges and two items',
    );
  ratings.forEach((row, j) => {
    if (row.length !== items)
      throw new IrtError('unequal-lengths', `ratings[${j}]`, row.length, `must have ${items} members`);
    row.forEach((value, i) => {
      if (!(value >= 0 && value <= 1))
        throw new IrtError('chance-out-of-range', `ratings[${j}][${i}]`, value, 'must be from 0 to 1');
    });
  });
  const cuts = ratings.map((row) => row.reduce((sum, value) => sum + value, 0));
  const itemMeans = Array.from({ length: items }, (_, i) => mean(ratings.map((row) => row[i])));
  const [grand, judges] = [mean(itemMeans), ratings.length];
  const judgeSquare = (items * cuts.reduce((sum, cut) => sum + (cut / items - grand) ** 2, 0)) / (judges - 1);
  const itemSquare = (judges * itemMeans.reduce((sum, value) => sum + (value - grand) ** 2, 0)) / (items - 1);
  const residual =
    ratings.reduce(
      (sum, row, j) => sum + row.reduce((s, value, i) => s + (value - cuts[j] / items - itemMeans[i] + grand) ** 2, 0),
      0,
    ) /
    ((judges - 1) * (items - 1));
  const spread = Math.sqrt(cuts.reduce((sum, cut) => sum + (cut - mean(cuts)) ** 2, 0) / (judges - 1));
  return {
    cut: mean(cuts),
    standardError: spread / Math.sqrt(judges),
    judges: ratings.map((row, j) => ({
      cut: cuts[j],
      agreement: correlation(
        row,
        row.map((value, i) => (itemMeans[i] * judges - value) / (judges - 1)),
      ),
    })),
    standardErrors: {
      sameJudges: Math.sqrt((items * residual) / judges),
      otherJudges: spread / Math.sqrt(judges),
      otherJudgesAndItems: Math.sqrt(
        (spread * spread) / judges + items * Math.max(0, (itemSquare - residual) / judges),
      ),
    },
    variance: {
      judge: Math.max(0, (judgeSquare - residual) / items),
      item: Math.max(0, (itemSquare - residual) / judges),
      residual,
    },
  };
}
