/** Maximum expected information: what the item would tell at the estimate that each of its answers would lead to. */
import { informationAt, observedInformation } from '../information/item.ts';
import { createCurves, evaluate } from '../models/curves.ts';
import { type ItemParameters, requireItem } from '../parameters/item-parameters.ts';

const curves = createCurves();

/**
 * Σ_k P_k(θ)·I_j(θ_k), θ_k = `estimateAfter(k)` (van der Linden 1998); observed information of answer k (van der Linden
 * & Pashley 2000), or Fisher's (Choi & Swartz 2009).
 *
 * @example
 * ```ts
 * import { createItemParameters, estimateAbility, expectedInformation } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const after = (category: number) => estimateAbility(bank, [0, 1], [1, category], { method: 'eap' }).theta;
 * console.log(expectedInformation(bank, 1, 0, after, 'fisher').toFixed(3)); // → 0.366
 * ```
 */
export function expectedInformation(
  bank: ItemParameters,
  item: number,
  theta: number,
  estimateAfter: (category: number) => number,
  kind: 'observed' | 'fisher',
): number {
  requireItem(bank, item);
  const categories = evaluate(bank, item, theta, curves);
  const chances = curves.probability.slice(0, categories);
  return chances.reduce((sum, p, k) => {
    const at = estimateAfter(k);
    return sum + p * (kind === 'fisher' ? informationAt(bank, item, at) : observedInformation(bank, item, k, at));
  }, 0);
}
