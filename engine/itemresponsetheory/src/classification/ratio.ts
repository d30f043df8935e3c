/** Likelihood-ratio decisions at a cut: above or below, or not yet. */
import { IrtError } from '../errors.ts';
import { log } from '../numeric/elementary.ts';
import { createLikelihoodAt, likelihoodAt } from '../ability/likelihood.ts';
import { type ItemParameters, requireCategory, requireItem } from '../parameters/item-parameters.ts';

export interface RatioOptions {
  readonly cut: number;
  /** δ: the hypotheses are cut ± δ. */
  readonly halfWidth: number;
  /** Tolerated chance of deciding above below cut − δ, and below above cut + δ. */
  readonly alpha: number;
  readonly beta: number;
}
export interface RatioDecision {
  readonly logRatio: number;
  readonly upper: number;
  readonly lower: number;
  readonly decision: 'above' | 'below' | undefined;
}

const at = createLikelihoodAt();

function logLikelihood(
  bank: ItemParameters,
  items: ArrayLike<number>,
  categories: ArrayLike<number>,
  theta: number,
): number {
  likelihoodAt(bank, items, categories, theta, at);
  return at.logLikelihood;
}

function check(
  bank: ItemParameters,
  items: ArrayLike<number>,
  categories: ArrayLike<number>,
  { halfWidth, alpha, beta }: RatioOptions,
): void {
  for (let n = 0; n < items.length; n += 1) {
    requireItem(bank, items[n]);
    requireCategory(bank, items[n], categories[n]);
  }
  if (!(halfWidth > 0)) throw new IrtError('half-width-not-positive', 'halfWidth', halfWidth, 'must be greater than 0');
  for (const [field, value] of [
    ['alpha', alpha],
    ['beta', beta],
  ] as const)
    if (!(value > 0 && value < 0.5))
      throw new IrtError('error-rate-out-of-range', field, value, 'must be above 0 and below 0.5');
}

/** Wald's bounds: above from ln((1−β)/α), below from ln(β/(1−α)). */
function decide(logRatio: number, { alpha, beta }: RatioOptions): RatioDecision {
  const [upper, lower] = [log((1 - beta) / alpha), log(beta / (1 - alpha))];
  return { logRatio, upper, lower, decision: logRatio >= upper ? 'above' : logRatio <= lower ? 'below' : undefined };
}

/**
 * Sequential probability ratio test (Wald 1947; Reckase 1983): ℓ(cut + δ) − ℓ(cut − δ).
 *
 * @example
 * ```ts
 * import { createItemParameters, sequentialRatio } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const options = { cut: 0, halfWidth: 0.3, alpha: 0.05, beta: 0.05 };
 * console.log(sequentialRatio(bank, [0, 1], [1, 1], options).logRatio.toFixed(3)); // → 0.895
 * ```
 */
export function sequentialRatio(
  bank: ItemParameters,
  items: ArrayLike<number>,
  categories: ArrayLike<number>,
  options: RatioOptions,
): RatioDecision {
  check(bank, items, categories, options);
  const { cut, halfWidth } = options;
  return decide(
    logLikelihood(bank, items, categories, cut + halfWidth) - logLikelihood(bank, items, categories, cut - halfWidth),
    options,
  );
}

/**
 * Generalised ratio (Thompson 2009): the best θ ≥ cut + δ against the best θ ≤ cut − δ, searched on [−6, 6] in steps of
 * 0.05.
 *
 * @example
 * ```ts
 * import { createItemParameters, generalizedRatio } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const options = { cut: 0, halfWidth: 0.3, alpha: 0.05, beta: 0.05 };
 * console.log(generalizedRatio(bank, [0, 1], [1, 1], options).logRatio.toFixed(3)); // → 2.485
 * ```
 */
export function generalizedRatio(
  bank: ItemParameters,
  items: ArrayLike<number>,
  categories: ArrayLike<number>,
  options: RatioOptions,
): RatioDecision {
  check(bank, items, categories, options);
  const { cut, halfWidth } = options;
  const best = (from: number, to: number): number => {
    const steps = Math.max(1, Math.ceil((to - from) / 0.05));
    let highest = -Infinity;
    for (let q = 0; q <= steps; q += 1)
      highest = Math.max(highest, logLikelihood(bank, items, categories, from + ((to - from) * q) / steps));
    return highest;
  };
  return decide(
    best(cut + halfWidth, Math.max(6, cut + halfWidth)) - best(Math.min(-6, cut - halfWidth), cut - halfWidth),
    options,
  );
}
