/**
 * The same judges over rounds, with discussion in between: how far the cut moved, and whether they came closer
 * together.
 */
import { IrtError } from '../errors.ts';

export interface Round {
  readonly judges: readonly { readonly judge: string; readonly cut: number }[];
  /** Of the round: for Angoff the mean of the judges' cuts, for Bookmark their median. */ readonly cut: number;
}

export interface RoundSummary {
  readonly cut: number;
  readonly judges: number;
  /** Standard deviation of the judges' cuts. */
  readonly spread: number;
  /** From the round before, over the judges who sat in both; its error by their own changes: s(changes)/√judges. */
  readonly change?: { readonly judges: number; readonly mean: number; readonly standardError: number };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const spreadOf = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - meanOf(values)) ** 2, 0) / (values.length - 1));

/**
 * Throws IrtError for a judge who sat twice in a round.
 *
 * @example
 * ```ts
 * import { overRounds } from 'itemresponsetheory/standard-setting';
 *
 * const round = (...cuts: number[]) => ({
 *   judges: cuts.map((cut, n) => ({ judge: `J${n}`, cut })),
 *   cut: cuts.reduce((sum, cut) => sum + cut, 0) / cuts.length,
 * });
 * const [, second] = overRounds([round(10, 14, 18), round(12, 14, 15)]);
 * console.log(second?.change?.mean.toFixed(2), second?.spread.toFixed(2)); // → -0.33 1.53
 * ```
 */
export function overRounds(rounds: readonly Round[]): RoundSummary[] {
  return rounds.map(({ judges, cut }, r): RoundSummary => {
    const twice = judges.find(({ judge }, n) => judges.findIndex((other) => other.judge === judge) !== n);
    if (twice !== undefined)
      throw new IrtError('judge-twice', `rounds[${r}].judges`, twice.judge, 'must judge once in a round');
    const before = new Map(r === 0 ? [] : rounds[r - 1].judges.map((one) => [one.judge, one.cut]));
    const changes = judges.flatMap(({ judge, cut: own }) => {
      const earlier = before.get(judge);
      return earlier === undefined ? [] : [own - earlier];
    });
    return {
      cut,
      judges: judges.length,
      spread: spreadOf(judges.map((one) => one.cut)),
      ...(changes.length < 2
        ? {}
        : {
            change: {
              judges: changes.length,
              mean: meanOf(changes),
              standardError: spreadOf(changes) / Math.sqrt(changes.length),
            },
          }),
    };
  });
}
