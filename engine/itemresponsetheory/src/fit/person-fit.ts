/**
 * How likely a person's answers are at their own θ: lz (Drasgow, Levine & Williams 1985), called Zh for polytomous
 * items, is the standardised log-likelihood; lz* (Snijders 2001; Sinharay 2016 for mixed forms) takes into account that
 * θ̂ came from the same answers. Low is aberrant.
 */
import { warmOf, informationOf } from '../information/item.ts';
import { IrtError } from '../errors.ts';
import { createCurves, evaluate } from '../models/curves.ts';
import { normalDistribution } from '../numeric/normal.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { requireThetas, rowOf } from './abilities.ts';
import { requireResponses } from './responses.ts';

export interface PersonFitOptions {
  /** How θ was estimated, which decides the correction of lz*; `known` makes it lz. Default wle. */
  readonly method?: 'ml' | 'wle' | 'map' | 'known';
  /** Prior of map; default N(0, 1). */
  readonly mean?: number;
  readonly sd?: number;
}

export interface PersonFit {
  readonly responses: number;
  readonly logLikelihood: number;
  /** NaN without responses. */
  readonly lz: number;
  readonly lzStar: number;
  /** P(lz* or less) under the model, from the normal distribution. */
  readonly p: number;
}

const curves = createCurves();

/**
 * Sums over the items of a row at θ, with u_k = ln P_k: deviation ΣlnP_x − E, and variances and covariance of u and of
 * the score ℓ'.
 */
interface RowSums {
  logLikelihood: number;
  deviation: number;
  variance: number;
  covariance: number;
  information: number;
  warm: number;
}

function sumsAt(bank: ItemParameters, items: ArrayLike<number>, categories: ArrayLike<number>, theta: number): RowSums {
  const sums: RowSums = { logLikelihood: 0, deviation: 0, variance: 0, covariance: 0, information: 0, warm: 0 };
  for (let n = 0; n < items.length; n += 1) {
    const count = evaluate(bank, items[n], theta, curves);
    const given = curves.logProbability[categories[n]];
    let [mean, square, product] = [0, 0, 0];
    for (let k = 0; k < count; k += 1) {
      const [p, u] = [curves.probability[k], curves.logProbability[k]];
      if (!(p > 0)) continue;
      mean += p * u;
      square += p * u * u;
      product += curves.first[k] * u;
    }
    sums.logLikelihood += given;
    sums.deviation += given - mean;
    sums.variance += square - mean * mean;
    sums.covariance += product;
    sums.information += informationOf(curves, count);
    sums.warm += warmOf(curves, count);
  }
  return sums;
}

/**
 * θ̂ solves r₀(θ) + Σℓ' = 0. With c = Cov(Σu, Σℓ')/I, Σu − E + c·r₀ is to first order that of u − cℓ', whose variance
 * is Var u − c²I.
 */
function personFitAt(sums: RowSums, responses: number, r0: number, known: boolean): PersonFit {
  const lz = sums.deviation / Math.sqrt(sums.variance);
  const c = sums.covariance / sums.information;
  const lzStar = known
    ? lz
    : (sums.deviation + c * r0) / Math.sqrt(Math.max(0, sums.variance - c * c * sums.information));
  return responses === 0
    ? { responses, logLikelihood: 0, lz: NaN, lzStar: NaN, p: NaN }
    : { responses, logLikelihood: sums.logLikelihood, lz, lzStar, p: normalDistribution(lzStar) };
}

/**
 * One result for each person; θ must be the estimate that `method` names. Sparse rows are welcome; lz* is close to
 * normal from some 20 items.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { estimateAbilities, personFit } from 'itemresponsetheory/fit';
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
 * const { theta } = estimateAbilities(bank, data, { method: 'wle' });
 * console.log(personFit(bank, data, theta)[0]?.lz.toFixed(2)); // → 0.31
 * ```
 */
export function personFit(
  bank: ItemParameters,
  data: ResponseMatrix,
  theta: ArrayLike<number>,
  { method = 'wle', mean = 0, sd = 1 }: PersonFitOptions = {},
): readonly PersonFit[] {
  requireResponses(bank, data);
  requireThetas(data, theta);
  if (!(sd > 0)) throw new IrtError('sd-not-positive', 'sd', sd, 'must be greater than 0');
  return Array.from({ length: data.persons }, (_, person) => {
    const { items, categories } = rowOf(data, person);
    const at = theta[person];
    const sums = sumsAt(bank, items, categories, at);
    const r0 = method === 'wle' ? sums.warm / (2 * sums.information) : method === 'map' ? (mean - at) / (sd * sd) : 0;
    return personFitAt(sums, items.length, r0, method === 'known');
  });
}
