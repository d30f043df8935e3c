/**
 * Cuts from people instead of items: contrasting groups (Zieky & Livingston 1977), borderline group, borderline
 * regression; errors by the bootstrap.
 */
import { IrtError } from '../errors.ts';
import { sigmoid } from '../numeric/elementary.ts';
import type { Rng } from '../numeric/rng.ts';
import type { CutScore } from './angoff.ts';

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** s.d. of the estimate over resamples of the persons; NaN when fewer than half of them give one. */
function bootstrap<T>(
  persons: readonly T[],
  estimate: (sample: readonly T[]) => number,
  random: Rng,
  resamples: number,
): number {
  const values = Array.from({ length: resamples }, () =>
    estimate(
      persons.flatMap(() => {
        const at = random.integer(persons.length);
        return persons.slice(at, at + 1);
      }),
    ),
  ).filter(Number.isFinite);
  if (values.length * 2 < resamples) return NaN;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

export interface JudgedPerson {
  readonly score: number;
  /** By the judgement of those who know the person, not by the test. */ readonly isMaster: boolean;
}

/**
 * Score at which P(master) is a half in a logistic regression of the judgement on the score. Throws when one group is
 * missing.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { contrastingGroups } from 'itemresponsetheory/standard-setting';
 *
 * const persons = [10, 12, 14, 15, 16, 18, 20, 22].map((score, n) => ({ score, isMaster: n > 4 || n === 2 }));
 * console.log(contrastingGroups(persons, createRng('panel')).cut.toFixed(2)); // → 15.75
 * ```
 */
export function contrastingGroups(persons: readonly JudgedPerson[], random: Rng, resamples = 500): CutScore {
  const masters = persons.filter(({ isMaster }) => isMaster).length;
  if (masters === 0 || masters === persons.length)
    throw new IrtError('one-group', 'persons', masters, 'must hold masters and others');
  const cut = logisticCrossing(persons);
  if (!Number.isFinite(cut))
    throw new IrtError('groups-not-ordered', 'persons', cut, 'must have masters with the higher scores');
  return { cut, standardError: bootstrap(persons, logisticCrossing, random, resamples) };
}

/**
 * −intercept/slope by Newton on standardised scores; NaN when the slope is not positive. Groups that do not overlap are
 * parted in the middle.
 */
function logisticCrossing(persons: readonly JudgedPerson[]): number {
  const [high, low] = [
    persons.filter(({ isMaster }) => isMaster).map(({ score }) => score),
    persons.filter(({ isMaster }) => !isMaster).map(({ score }) => score),
  ];
  if (high.length === 0 || low.length === 0) return NaN;
  const [least, most] = [Math.min(...high), Math.max(...low)];
  if (least > most) return (least + most) / 2;
  const centre = mean(persons.map(({ score }) => score));
  const spread = Math.sqrt(mean(persons.map(({ score }) => (score - centre) ** 2))) || 1;
  let [a, b] = [0, 0];
  for (let step = 0; step < 50; step += 1) {
    let [g0, g1, h00, h01, h11] = [0, 0, 1e-9, 0, 1e-9];
    for (const { score, isMaster } of persons) {
      const x = (score - centre) / spread;
      const p = sigmoid(a + b * x);
      const w = p * (1 - p);
      g0 += (isMaster ? 1 : 0) - p;
      g1 += ((isMaster ? 1 : 0) - p) * x;
      h00 += w;
      h01 += w * x;
      h11 += w * x * x;
    }
    const determinant = h00 * h11 - h01 * h01;
    const [da, db] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
    a += Math.max(-2, Math.min(2, da));
    b += Math.max(-2, Math.min(2, db));
    if (Math.abs(da) + Math.abs(db) < 1e-12) break;
  }
  return b > 0 ? centre - (spread * a) / b : NaN;
}

/**
 * Median score of the persons judged to be just at the border.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { borderlineGroup } from 'itemresponsetheory/standard-setting';
 *
 * console.log(borderlineGroup([14, 15, 15, 17, 18], createRng('panel')).cut); // → 15
 * ```
 */
export function borderlineGroup(scores: readonly number[], random: Rng, resamples = 500): CutScore {
  if (scores.length < 5)
    throw new IrtError('too-few-persons', 'scores', scores.length, 'must have at least five persons at the border');
  const median = (list: readonly number[]): number => {
    const sorted = [...list].sort((x, y) => x - y);
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  };
  return { cut: median(scores), standardError: bootstrap(scores, median, random, resamples) };
}

/**
 * Score that the regression of score on the examiner's global rating gives for the borderline rating.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { borderlineRegression } from 'itemresponsetheory/standard-setting';
 *
 * const persons = [8, 11, 15, 15, 20, 23].map((score, n) => ({ score, rating: 1 + Math.floor(n / 2) }));
 * console.log(borderlineRegression(persons, 2, createRng('panel')).cut.toFixed(2)); // → 15.33
 * ```
 */
export function borderlineRegression(
  persons: readonly { readonly score: number; readonly rating: number }[],
  borderline: number,
  random: Rng,
  resamples = 500,
): CutScore {
  const predict = (list: readonly { readonly score: number; readonly rating: number }[]): number => {
    const [mx, my] = [mean(list.map(({ rating }) => rating)), mean(list.map(({ score }) => score))];
    let [xy, xx] = [0, 0];
    for (const { rating, score } of list) {
      xy += (rating - mx) * (score - my);
      xx += (rating - mx) ** 2;
    }
    return xx === 0 ? NaN : my + (xy / xx) * (borderline - mx);
  };
  if (persons.length < 5 || !Number.isFinite(predict(persons)))
    throw new IrtError(
      'too-few-persons',
      'persons',
      persons.length,
      'must have at least five persons with different ratings',
    );
  return { cut: predict(persons), standardError: bootstrap(persons, predict, random, resamples) };
}
