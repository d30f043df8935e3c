/** How often a test puts people on the right side of its cuts (accuracy), and twice on the same side (consistency). */
import { IrtError } from '../errors.ts';
import { normalDistribution } from '../numeric/normal.ts';
import { sumScoreDistribution } from '../ability/sum-score.ts';
import { expectedScore } from '../models/probability.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';

export interface Agreement {
  readonly accuracy: number;
  readonly consistency: number;
}
export interface ClassificationAgreement {
  /** At each cut alone. */ readonly perCut: readonly Agreement[];
  /** All levels at once. */ readonly all: Agreement;
}

/** From the chances of each level and the true one: accuracy p_true, consistency Σp². */
const agreement = (chances: readonly number[], truth: number): Agreement => ({
  accuracy: chances[truth],
  consistency: chances.reduce((sum, p) => sum + p * p, 0),
});

/** `atLeast[c]`: chance of being placed at or above cut c; `truth`: cuts reached in truth. */
function agreements(atLeast: readonly number[], truth: number): ClassificationAgreement {
  const perCut = atLeast.map((p, c) => agreement([1 - p, p], truth > c ? 1 : 0));
  const levels = Array.from(
    { length: atLeast.length + 1 },
    (_, k) => (k === 0 ? 1 : atLeast[k - 1]) - (k === atLeast.length ? 0 : atLeast[k]),
  );
  return { perCut, all: agreement(levels, truth) };
}

function requireCuts(cuts: readonly number[]): void {
  if (cuts.length === 0) throw new IrtError('no-cuts', 'cuts', '[]', 'must have at least one member');
  cuts.forEach((cut, n) => {
    if (!(cut > (n === 0 ? -Infinity : cuts[n - 1])))
      throw new IrtError('cuts-crossed', `cuts[${n}]`, cut, 'must be greater than the cut before');
  });
}

/**
 * Rudner (2001): the estimate of someone at θ is N(θ, SE); a level holds [cut, next cut).
 *
 * @example
 * ```ts
 * import { rudnerAgreement } from 'itemresponsetheory';
 *
 * console.log(rudnerAgreement(0.5, 0.4, [0]).all.accuracy.toFixed(3)); // → 0.894
 * ```
 */
export function rudnerAgreement(
  theta: number,
  standardError: number,
  cuts: readonly number[],
): ClassificationAgreement {
  requireCuts(cuts);
  // 1 − Φ(x) as Φ(−x), which does not cancel.
  return agreements(
    cuts.map((cut) => normalDistribution((theta - cut) / standardError)),
    cuts.filter((cut) => theta >= cut).length,
  );
}

/**
 * Lee (2010): the sum score of someone at θ has the Lord–Wingersky distribution; the true level is that of the expected
 * score.
 *
 * @example
 * ```ts
 * import { createItemParameters, leeAgreement } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * console.log(leeAgreement(bank, [0, 1, 2], 0.5, [2]).all.accuracy.toFixed(3)); // → 0.870
 * ```
 */
export function leeAgreement(
  bank: ItemParameters,
  items: ArrayLike<number>,
  theta: number,
  scoreCuts: readonly number[],
): ClassificationAgreement {
  requireCuts(scoreCuts);
  const distribution = sumScoreDistribution(bank, items, theta);
  let expected = 0;
  for (let n = 0; n < items.length; n += 1) expected += expectedScore(bank, items[n], theta);
  const atLeast = scoreCuts.map((cut) => distribution.reduce((sum, p, score) => (score >= cut ? sum + p : sum), 0));
  return agreements(atLeast, scoreCuts.filter((cut) => expected >= cut).length);
}

/**
 * Weighted mean over persons or nodes; weights need not sum to 1.
 *
 * @example
 * ```ts
 * import { meanAgreement, rudnerAgreement } from 'itemresponsetheory';
 *
 * const rows = [-1, 0.5].map((theta) => rudnerAgreement(theta, 0.4, [0]));
 * console.log(meanAgreement(rows).all.consistency.toFixed(3)); // → 0.899
 * ```
 */
export function meanAgreement(
  rows: readonly ClassificationAgreement[],
  weight?: ArrayLike<number>,
): ClassificationAgreement {
  const weights = rows.map((_, n) => weight?.[n] ?? 1);
  const total = weights.reduce((sum, w) => sum + w, 0);
  const average = (pick: (row: ClassificationAgreement) => Agreement | undefined): Agreement => ({
    accuracy: rows.reduce((sum, row, n) => sum + weights[n] * (pick(row)?.accuracy ?? 0), 0) / total,
    consistency: rows.reduce((sum, row, n) => sum + weights[n] * (pick(row)?.consistency ?? 0), 0) / total,
  });
  return {
    perCut: (rows.at(0)?.perCut ?? []).map((_, c) => average((row) => row.perCut[c])),
    all: average((row) => row.all),
  };
}
