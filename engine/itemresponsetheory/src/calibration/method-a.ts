/**
 * Stocking's Method A (1988) for new items of a live adaptive test: abilities estimated from the operational items are
 * taken as known, and every new item is a regression on them. Quick, each item by itself. Because the abilities have
 * errors, slopes come out too small, which those of Method B (marginal fixed-item calibration) do not: a first look,
 * not a calibration to publish.
 */
import { IrtError } from '../errors.ts';
import { invertSymmetric } from '../numeric/cholesky.ts';
import type { ItemSpec } from '../parameters/item-parameters.ts';
import { reportedCovariance, reportedErrors } from './covariance.ts';
import {
  createFamilyWork,
  evaluateFamily,
  type ItemModelName,
  parameterNames,
  prepareFamily,
  specOf,
  startValues,
} from './family.ts';
import { type LogPrior, priorOf, type Priors, requirePriors } from './parameter-prior.ts';

export interface MethodAItem {
  readonly item: ItemSpec;
  /** As if the abilities had no error. */ readonly standardErrors: readonly number[];
  readonly responses: number;
  readonly converged: boolean;
}

export type OneItemModel = Exclude<ItemModelName, 'rsm'>;

/** Persons in each category. Throws IrtError where the item has no variance, or an ability is not a number. */
function countCategories(theta: ArrayLike<number>, category: ArrayLike<number>, id: string): Uint32Array {
  if (theta.length !== category.length)
    throw new IrtError(
      'unequal-lengths',
      'theta',
      theta.length,
      `must have ${category.length} members, one for each answer`,
    );
  const highest = Array.from(category).reduce((most, k) => Math.max(most, k), 0);
  const counts = new Uint32Array(highest + 1);
  for (let n = 0; n < category.length; n += 1) {
    if (!Number.isFinite(theta[n])) throw new IrtError('not-finite', `theta[${n}]`, theta[n], 'must be a number');
    counts[category[n]] += 1;
  }
  if (counts.length < 2 || counts.some((n) => n === 0))
    throw new IrtError('item-without-variance', id, highest, 'must have answers in every category, two at least');
  return counts;
}

interface ItemLikelihood {
  /** ln L and ln of the priors. */
  readonly value: number;
  readonly gradient: Float64Array;
  /** Expected; row-major, lower triangle. */
  readonly information: Float64Array;
}

/** The likelihood of one item's parameters, the abilities held to be known. */
function likelihoodOf(
  theta: ArrayLike<number>,
  category: ArrayLike<number>,
  model: OneItemModel,
  categories: number,
  priors: readonly (LogPrior | undefined)[],
): (at: Float64Array) => ItemLikelihood {
  const size = priors.length;
  const work = createFamilyWork(categories);
  return (at) => {
    const [gradient, information] = [new Float64Array(size), new Float64Array(size * size)];
    let value = 0;
    prepareFamily(model, categories, at, work);
    for (let n = 0; n < category.length; n += 1) {
      evaluateFamily(model, categories, at, theta[n], work);
      const k = category[n];
      value += work.logP[k];
      for (let i = 0; i < size; i += 1) gradient[i] += work.score[k * size + i];
      for (let c = 0; c < categories; c += 1)
        for (let i = 0; i < size; i += 1) {
          const s = work.p[c] * work.score[c * size + i];
          for (let j = 0; j <= i; j += 1) information[i * size + j] += s * work.score[c * size + j];
        }
    }
    priors.forEach((prior, i) => {
      const p = prior?.(at[i]);
      if (p === undefined) return;
      value += p.value;
      gradient[i] += p.gradient;
      information[i * size + i] += p.information;
    });
    return { value, gradient, information };
  };
}

/** Fisher scoring with halved steps; moves `x` to the maximum. */
function maximise(
  x: Float64Array,
  evaluate: (at: Float64Array) => ItemLikelihood,
): { readonly information: Float64Array; readonly converged: boolean } {
  const size = x.length;
  let here = evaluate(x);
  let converged = false;
  for (let step = 0; step < 200 && !converged; step += 1) {
    const inverse = invertSymmetric(here.information, size);
    if (inverse === undefined) break;
    const move = Float64Array.from({ length: size }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < size; j += 1) sum += inverse[i * size + j] * here.gradient[j];
      return Math.max(-1, Math.min(1, sum));
    });
    const from = Float64Array.from(x);
    let share = 1;
    for (;;) {
      for (let i = 0; i < size; i += 1) x[i] = from[i] + share * move[i];
      const next = evaluate(x);
      if (next.value >= here.value - 1e-10 * Math.abs(here.value)) {
        here = next;
        break;
      }
      share /= 2;
      if (share < 1e-6) {
        x.set(from);
        break;
      }
    }
    converged = move.every((value) => Math.abs(value) < 1e-8);
  }
  return { information: here.information, converged };
}

/**
 * One new item: abilities and answers of those who got it. Items of a rating scale share their thresholds, so `rsm`
 * cannot be estimated from one item: take pcm.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { calibrateAtAbilities } from 'itemresponsetheory/calibration';
 * import { drawCategory } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters([{ model: 'logistic', id: 'new', slope: 1, difficulty: 0.5 }]);
 * const random = createRng('example');
 * const theta = Array.from({ length: 1000 }, () => random.normal());
 * const answers = theta.map((ability) => drawCategory(bank, 0, ability, random));
 * const { item } = calibrateAtAbilities(theta, answers, { model: '2pl', id: 'new' });
 * console.log(item.model === 'logistic' && item.difficulty.toFixed(2)); // → 0.46
 * ```
 */
export function calibrateAtAbilities(
  theta: ArrayLike<number>,
  category: ArrayLike<number>,
  { model, id = 'item', priors }: { readonly model: OneItemModel; readonly id?: string; readonly priors?: Priors },
): MethodAItem {
  if (priors !== undefined) requirePriors(priors);
  const counts = countCategories(theta, category, id);
  const x = Float64Array.from(startValues(model, counts));
  const own = parameterNames(model, counts.length).map((name) => priorOf(priors, `${id}:${name}`));
  const { information, converged } = maximise(x, likelihoodOf(theta, category, model, counts.length, own));
  const covariance = invertSymmetric(information, x.length);
  const index = Array.from(x.keys());
  const reported =
    covariance === undefined ? undefined : reportedCovariance(model, counts.length, index, x, covariance, x.length);
  return {
    item: specOf(model, id, x, counts.length),
    standardErrors: reportedErrors(model, counts.length, index, x, reported),
    responses: category.length,
    converged,
  };
}
