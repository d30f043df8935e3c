/** The likelihood of one person's responses as a function of θ, with everything an estimating equation needs. */
import { informationDerivativeOf, informationOf, warmOf } from '../information/item.ts';
import { createCurves, evaluate } from '../models/curves.ts';
import { type ItemParameters, Model } from '../parameters/item-parameters.ts';

export interface LikelihoodAt {
  logLikelihood: number;
  /** S = Σ P'/P of the given categories. */
  score: number;
  /** −ℓ'', observed information. */
  observed: number;
  /** I, expected information. */
  information: number;
  /** dI/dθ. */
  informationDerivative: number;
  /** Warm's J. */
  warm: number;
}

const curves = createCurves();

/** P''/P of one category; 0 where P has vanished, as ℓ'² then is too or the model is out of its range. */
const secondRatio = (count: number, u: number): number => {
  const p = curves.probability[u];
  return p > 0 && u < count ? curves.second[u] / p : 0;
};

/** Overwrites `out`. */
export function likelihoodAt(
  bank: ItemParameters,
  items: ArrayLike<number>,
  categories: ArrayLike<number>,
  theta: number,
  out: LikelihoodAt,
): void {
  out.logLikelihood = out.score = out.observed = out.information = out.informationDerivative = out.warm = 0;
  for (let n = 0; n < items.length; n += 1) {
    const count = evaluate(bank, items[n], theta, curves);
    const u = categories[n];
    out.logLikelihood += curves.logProbability[u];
    const score = curves.score[u];
    out.score += score;
    out.observed += score * score - secondRatio(count, u);
    out.information += informationOf(curves, count);
    out.informationDerivative += informationDerivativeOf(curves, count);
    out.warm += warmOf(curves, count);
  }
}

export const createLikelihoodAt = (): LikelihoodAt => ({
  logLikelihood: 0,
  score: 0,
  observed: 0,
  information: 0,
  informationDerivative: 0,
  warm: 0,
});

/** 1PL, 2PL, partial credit and nominal items have a log-concave likelihood; 3PL and 4PL may have several modes. */
export function hasOneMode(bank: ItemParameters, items: ArrayLike<number>): boolean {
  for (let n = 0; n < items.length; n += 1) {
    const item = items[n];
    if (bank.model[item] === Model.Logistic && (bank.lower[item] !== 0 || bank.upper[item] !== 1)) return false;
  }
  return true;
}
