/**
 * Abilities of many persons at once. 1PL and 2PL items have fast ways: EAP from Σau and one base line for each set of
 * items; ML, MAP and WLE by Newton's method with exact derivatives (one root each). Other rows go to estimateAbility
 * one by one. The numbers are the same either way, within 1e-9.
 */
import { IrtError } from '../errors.ts';
import { exp, log, logSigmoid } from '../numeric/elementary.ts';
import { type ItemParameters, Model } from '../parameters/item-parameters.ts';
import { normalGrid } from '../quadrature/grid.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { type AbilityEstimate, estimateAbility } from './estimate.ts';
import { createPlainRoot } from './plain-root.ts';

export interface ScoreOptions {
  readonly method: 'eap' | 'map' | 'wle' | 'ml';
  /** Prior of eap and map; default N(0, 1). */
  readonly mean?: number;
  readonly sd?: number;
  readonly lower?: number;
  readonly upper?: number;
  readonly points?: number;
}

export interface ScoredAbilities {
  readonly theta: Float64Array;
  readonly standardError: Float64Array;
  /**
   * 1 where θ is a bound or the search did not converge; persons without responses under ml and wle, too (θ and SE
   * NaN).
   */
  readonly flagged: Uint8Array;
}

type ScoreSettings = Required<ScoreOptions>;

/** Right/wrong items without asymptotes. */
export const isPlain = (bank: ItemParameters, item: number): boolean =>
  bank.model[item] === Model.Logistic && bank.lower[item] === 0 && bank.upper[item] === 1;

/**
 * Throws IrtError for items or categories that the bank does not have.
 *
 * @example
 * ```ts
 * import { createItemParameters, scoreResponses } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const data = responseMatrix([
 *   [1, 0, 2],
 *   [0, null, 1],
 * ]);
 * const { theta } = scoreResponses(bank, data, { method: 'eap' });
 * console.log(Array.from(theta, (own) => own.toFixed(3)).join()); // → 0.428,-0.501
 * ```
 */
export function scoreResponses(bank: ItemParameters, data: ResponseMatrix, options: ScoreOptions): ScoredAbilities {
  const { method, mean = 0, sd = 1, lower = -6, upper = 6, points = 61 } = options;
  const settings: ScoreSettings = { method, mean, sd, lower, upper, points };
  if (data.items !== bank.size)
    throw new IrtError('unequal-lengths', 'data.items', data.items, `must be the bank's ${bank.size}`);
  const plain = Uint8Array.from({ length: bank.size }, (_, item) => (isPlain(bank, item) ? 1 : 0));
  const scores: ScoredAbilities = {
    theta: new Float64Array(data.persons).fill(NaN),
    standardError: new Float64Array(data.persons).fill(NaN),
    flagged: new Uint8Array(data.persons).fill(1),
  };
  const byPosterior = method === 'eap' ? createPlainEap(bank, settings) : undefined;
  const byRoot = method === 'eap' ? undefined : createPlainRoot(bank, { ...settings, method });
  for (let person = 0; person < data.persons; person += 1) {
    const [from, to] = [data.rowStart[person], data.rowStart[person + 1]];
    let fast = true;
    for (let n = from; n < to && fast; n += 1) fast = plain[data.item[n]] === 1 && data.category[n] <= 1;
    if (from === to && (method === 'ml' || method === 'wle')) continue;
    if (fast && byPosterior !== undefined) {
      byPosterior(data, from, to, scores, person);
      continue;
    }
    if (fast && byRoot?.(data, from, to, scores, person) === true) {
      scores.flagged[person] = 0;
      continue;
    }
    put(
      scores,
      person,
      estimateAbility(bank, data.item.subarray(from, to), data.category.subarray(from, to), settings),
    );
  }
  return scores;
}

function put({ theta, standardError, flagged }: ScoredAbilities, person: number, estimate: AbilityEstimate): void {
  theta[person] = estimate.theta;
  standardError[person] = estimate.standardError;
  flagged[person] = estimate.converged && estimate.atBound === undefined ? 0 : 1;
}

/** ln of prior and P(wrong) of all items of a row at the nodes, and e to it. */
interface PlainBase {
  readonly base: Float64Array;
  readonly factor: Float64Array;
  /** From the least to the largest of base. */
  widest: number;
  /** Of the nodes: their distance, and that of the first from the last. */
  readonly spacing: number;
  readonly range: number;
}

function setBase(
  bank: ItemParameters,
  row: Uint32Array,
  node: Float64Array,
  logPrior: Float64Array,
  at: PlainBase,
): void {
  const { base, factor } = at;
  base.set(logPrior);
  for (const item of row) {
    const [a, b] = [bank.slope[item], bank.step[bank.stepStart[item]]];
    for (let q = 0; q < node.length; q += 1) base[q] += logSigmoid(-a * (node[q] - b));
  }
  const [least, most] = [Math.min(...base), Math.max(...base)];
  for (let q = 0; q < node.length; q += 1) factor[q] = exp(base[q] - most);
  at.widest = most - least;
}

/** The posterior of a person with Σau = right, up to a factor, into `out`. */
function fillPosterior(
  { base, factor, widest, spacing, range }: PlainBase,
  node: Float64Array,
  right: number,
  out: Float64Array,
): void {
  if (widest + right * range < 600) {
    const ratio = exp(right * spacing);
    for (let q = 0, power = 1; q < node.length; q += 1) {
      out[q] = factor[q] * power;
      power *= ratio;
    }
    return;
  }
  let most = -Infinity;
  for (let q = 0; q < node.length; q += 1) {
    const w = base[q] + right * node[q];
    out[q] = w;
    if (w > most) most = w;
  }
  for (let q = 0; q < node.length; q += 1) out[q] = exp(out[q] - most);
}

/**
 * ln L(θ_q) = θ_q·Σau − Σabu + Σ ln(1 − P): the last sum is kept while the items stay the same; the middle one cancels.
 * On equally spaced nodes e^(θ_q·s) is a geometric sequence, so a person costs one exponential; where that would pass
 * the range of doubles, one a node.
 */
function createPlainEap(
  bank: ItemParameters,
  { lower, upper, mean, sd, points }: ScoreSettings,
): (data: ResponseMatrix, from: number, to: number, scores: ScoredAbilities, person: number) => void {
  const { node, weight } = normalGrid({ points, lower, upper, mean, sd });
  const logPrior = weight.map(log);
  const at: PlainBase = {
    base: new Float64Array(points),
    factor: new Float64Array(points),
    widest: Infinity,
    spacing: (upper - lower) / (points - 1),
    range: upper - lower,
  };
  const work = new Float64Array(points);
  let items: Uint32Array = Uint32Array.of(0xffffffff);
  return (data, from, to, { theta, standardError, flagged }, person) => {
    let same = to - from === items.length;
    for (let n = from; n < to && same; n += 1) same = data.item[n] === items[n - from];
    if (!same) {
      items = data.item.subarray(from, to);
      setBase(bank, items, node, logPrior, at);
    }
    let right = 0;
    for (let n = from; n < to; n += 1) if (data.category[n] === 1) right += bank.slope[data.item[n]];
    fillPosterior(at, node, right, work);
    let [total, first, second] = [0, 0, 0];
    for (let q = 0; q < points; q += 1) {
      const w = work[q];
      total += w;
      first += w * node[q];
    }
    const eap = first / total;
    for (let q = 0; q < points; q += 1) {
      const d = node[q] - eap;
      second += work[q] * d * d;
    }
    theta[person] = eap;
    standardError[person] = Math.sqrt(second / total);
    flagged[person] = 0;
  };
}
