/**
 * Robust ability: answers far from where an item measures (careless errors, lucky guesses) count for less. Dichotomous
 * items.
 */
import { informationOf } from '../information/item.ts';
import { createCurves, evaluate } from '../models/curves.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';

export interface RobustWeight {
  /**
   * Huber: 1 up to the tuning constant, then tuning/|r|. Biweight (Tukey): (1 − (r/tuning)²)² up to it, then 0. r = a(θ
   * − b).
   */
  readonly kind: 'huber' | 'biweight';
  readonly tuning: number;
}

function weightOf({ kind, tuning }: RobustWeight, r: number): number {
  const size = Math.abs(r);
  if (kind === 'huber') return size <= tuning ? 1 : tuning / size;
  return size <= tuning ? (1 - (size / tuning) ** 2) ** 2 : 0;
}

const curves = createCurves();

/**
 * Σ w·P'/P (Mislevy & Bock 1982; Schuster & Yuan 2011), with Σ w·I and Σ w²·I for the standard error √(Σw²I)/(Σ wI).
 */
export function robustScoreAt(
  bank: ItemParameters,
  items: ArrayLike<number>,
  categories: ArrayLike<number>,
  theta: number,
  weight: RobustWeight,
): { readonly score: number; readonly bread: number; readonly meat: number } {
  let [score, bread, meat] = [0, 0, 0];
  for (let n = 0; n < items.length; n += 1) {
    const item = items[n];
    const w = weightOf(weight, bank.slope[item] * (theta - bank.step[bank.stepStart[item]]));
    const information = informationOf(curves, evaluate(bank, item, theta, curves));
    score += w * curves.score[categories[n]];
    bread += w * information;
    meat += w * w * information;
  }
  return { score, bread, meat };
}
