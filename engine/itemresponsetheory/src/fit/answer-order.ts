/**
 * Person fit without a model, from complete right/wrong forms: does a person get the easier items right and the harder
 * ones wrong? Items are ordered by the share of right answers. NaN for persons with all or nothing right.
 */
import { IrtError } from '../errors.ts';
import { log } from '../numeric/elementary.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { completeForms, requireAtLeast } from './responses.ts';

export interface AnswerOrder {
  /**
   * Guttman errors: pairs of an easier item wrong and a harder one right; Normed by right × wrong, 0 perfect and 1
   * upside down.
   */
  readonly guttmanErrors: number;
  readonly normedErrors: number;
  /** U3 (van der Flier 1982): the same with the pairs weighted by ln odds, 0 to 1. */
  readonly u3: number;
  /**
   * Hᵀ (Sijtsma & Meijer 1992): covariance with the other persons against the largest possible; low or negative is
   * aberrant.
   */
  readonly ht: number;
}

/** Pairs (easier wrong, harder right); `order` from easy to hard. */
function errorsOf(form: Uint8Array, order: readonly number[]): number {
  let [wrong, errors] = [0, 0];
  for (const item of order) {
    if (form[item] === 0) wrong += 1;
    else errors += wrong;
  }
  return errors;
}

/** (Σ of the r easiest − Σ of the right) over (Σ of the r easiest − Σ of the r hardest), in ln odds. */
function u3Of(form: Uint8Array, order: readonly number[], logOdds: Float64Array, right: number): number {
  const sum = (items: readonly number[]): number => items.reduce((total, item) => total + logOdds[item], 0);
  const [easiest, hardest, given] = [
    sum(order.slice(0, right)),
    sum(order.slice(order.length - right)),
    sum(order.filter((item) => form[item] === 1)),
  ];
  return (easiest - given) / (easiest - hardest);
}

/**
 * Σ over the other persons of the covariance of two rows, against its largest value for their numbers right: r_min/J −
 * r·r'/J².
 */
function htOf(
  form: Uint8Array,
  right: number,
  correct: Float64Array,
  persons: number,
  scoreCounts: Float64Array,
  total: number,
): number {
  const items = form.length;
  const shared = form.reduce((sum, x, item) => sum + x * correct[item], 0) - right;
  const covariance = shared / items - (right * (total - right)) / (items * items);
  let largest = 0;
  scoreCounts.forEach((count, score) => {
    largest += count * (Math.min(right, score) / items - (right * score) / (items * items));
  });
  largest -= right / items - (right * right) / (items * items);
  return persons > 1 ? covariance / largest : NaN;
}

/**
 * Throws IrtError for incomplete forms, or categories other than 0 and 1.
 *
 * @example
 * ```ts
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { answerOrder } from 'itemresponsetheory/fit';
 *
 * const rows = [
 *   [1, 1, 0],
 *   [1, 0, 0],
 *   [0, 0, 1],
 *   [1, 1, 1],
 * ];
 * console.log(answerOrder(responseMatrix(rows)).map(({ guttmanErrors }) => guttmanErrors).join()); // → 0,0,2,0
 * ```
 */
export function answerOrder(data: ResponseMatrix): readonly AnswerOrder[] {
  requireAtLeast('items', data.items, 2, 'Guttman errors');
  data.category.forEach((category, n) => {
    if (category > 1)
      throw new IrtError('unknown-category', `response ${n}`, category, 'must be 0 or 1 for Guttman errors, U3 and Ht');
  });
  const forms = completeForms(data, 'Guttman errors, U3 and Ht');
  const rows = Array.from({ length: data.persons }, (_, person) =>
    forms.subarray(person * data.items, (person + 1) * data.items),
  );
  const correct = new Float64Array(data.items);
  const scoreCounts = new Float64Array(data.items + 1);
  const scores = rows.map((form) => {
    let right = 0;
    form.forEach((x, item) => {
      right += x;
      correct[item] += x;
    });
    scoreCounts[right] += 1;
    return right;
  });
  const total = scores.reduce((sum, score) => sum + score, 0);
  const order = Array.from({ length: data.items }, (_, item) => item).sort((a, b) => correct[b] - correct[a]);
  const logOdds = correct.map((count) => log(count / (data.persons - count)));
  return rows.map((form, person) => {
    const right = scores[person];
    const guttmanErrors = errorsOf(form, order);
    if (right === 0 || right === data.items) return { guttmanErrors, normedErrors: NaN, u3: NaN, ht: NaN };
    return {
      guttmanErrors,
      normedErrors: guttmanErrors / (right * (data.items - right)),
      u3: u3Of(form, order, logOdds, right),
      ht: htOf(form, right, correct, data.persons, scoreCounts, total),
    };
  });
}
