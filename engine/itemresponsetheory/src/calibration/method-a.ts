/**
 * Stocking's Method A (1988) for new items of a live adaptive test: abilities estimated from the operational items are
 * taken as known, and every new item is a
 * regression on them. Quick and independent item by item; because the abilities have errors, slopes come out too small
 * (Method B, marginal
 * fixed-item calibration, has not that fault): a first look, not a calibration to publish.
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
import { priorOf, type Priors, requirePriors } from './parameter-prior.ts';

export interface MethodAItem {
  readonly item: ItemSpec;
  /** As if the abilities had no error. */ readonly standardErrors: readonly number[];
  readonly responses: number;
  readonly converged: boolean;
}

/**
 * One new item: abilities and answers of those who got it. Rating scales share thresholds between items, so `rsm` is
 * not for one item: take pcm.
 */
export function calibrateAtAbilities(
  theta: ArrayLike<number>,
  category: ArrayLike<number>,
  {
    model,
    id = 'item',
    priors,
  }: { readonly model: Exclude<ItemModelName, 'rsm'>; readonly id?: string; readonly priors?: Priors },
): MethodAItem {
  if (theta.length !== category.length)
    throw new IrtError(
      'unequal-lengths',
      'theta',
      theta.length,
      `must have ${category.length} members, one for each answer`,
    );
  if (priors !== undefined) requirePriors(priors);
  const highest = Array.from(category).reduce((most, k) => Math.max(most, k), 0);
  const counts = new Uint32Array(highest + 1);
  for (let n = 0; n < category.length; n += 1) {
    if (!Number.isFinite(theta[n])) throw new IrtError('not-finite', `theta[${n}]`, theta[n], 'must be a number');
    counts[category[n]] += 1;
  }
  if (counts.length < 2 || counts.some((n) => n === 0))
    throw new IrtError('item-without-variance', id, highest, 'must have answers in every category, two at least');
  const x = Float64Array.from(startValues(model, counts));
  const names = parameterNames(model, counts.length);
  const own = names.map((name) => priorOf(priors, `${id}:${name}`));
  const size = x.length;
  const work = createFamilyWork(counts.length);
  const evaluate = (at: Float64Array): { value: number; gradient: Float64Array; information: Float64Array } => {
    const [gradient, information] = [new Float64Array(size), new Float64Array(size * size)];
    let value = 0;
    prepareFamily(model, counts.length, at, work);
    for (let n = 0; n < category.length; n += 1) {
      evaluateFamily(model, counts.length, at, theta[n], work);
      const k = category[n];
      value += work.logP[k];
      for (let i = 0; i < size; i += 1) gradient[i] += work.score[k * size + i];
      for (let c = 0; c < counts.length; c += 1)
        for (let i = 0; i < size; i += 1) {
          const s = work.p[c] * work.score[c * size + i];
          for (let j = 0; j <= i; j += 1) information[i * size + j] += s * work.score[c * size + j];
        }
    }
    own.forEach((prior, i) => {
      const p = prior?.(at[i]);
      if (p !== undefined) {
        value += p.value;
        gradient[i] += p.gradient;
        information[i * size + i] += p.information;
      }
    });
    return { value, gradient, information };
  };
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
  const covariance = invertSymmetric(here.information, size);
  const index = Array.from(x.keys());
  const reported =
    covariance === undefined ? undefined : reportedCovariance(model, counts.length, index, x, covariance, size);
  return {
    item: specOf(model, id, x, counts.length),
    standardErrors: reportedErrors(model, counts.length, index, x, reported),
    responses: category.length,
    converged,
  };
}
