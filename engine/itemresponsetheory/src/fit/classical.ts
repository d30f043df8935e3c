/** Classical test statistics from complete forms: shares right, item-total correlations, Cronbach's α, McDonald's ω. */
import { IrtError } from '../errors.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { completeForms, requireAtLeast } from './responses.ts';

export interface ItemCounts {
  readonly responses: number;
  /** How many gave each category, 0 to the highest seen. */
  readonly counts: readonly number[];
  /** Mean score over the highest score: for right/wrong items the share right. NaN without responses. */
  readonly p: number;
}

export interface ClassicalItem extends ItemCounts {
  /**
   * Correlation of the item with the total score, itself included, and with the rest: NaN for an item or rest without
   * variance.
   */
  readonly itemTotal: number;
  readonly itemRest: number;
  /** α of the test without it; NaN for two items. */
  readonly alphaIfDeleted: number;
}

export interface ClassicalStatistics {
  readonly items: readonly ClassicalItem[];
  readonly persons: number;
  /** Of the sum score; the variance with N − 1. */
  readonly mean: number;
  readonly variance: number;
  readonly alpha: number;
  /** ω (McDonald 1999): (Σλ)²/((Σλ)² + Σψ) of one common factor; NaN for two items, where it is not identified. */
  readonly omega: number;
  /** √(variance·(1 − α)). */
  readonly standardErrorOfMeasurement: number;
}

/**
 * Sparse rows are welcome. `maximum`: highest score of each item, by default the highest seen.
 *
 * @example
 * ```ts
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { itemCounts } from 'itemresponsetheory/fit';
 *
 * const rows = [
 *   [1, 0],
 *   [1, 1],
 *   [0, 1],
 *   [1, 1],
 * ];
 * console.log(itemCounts(responseMatrix(rows)).map(({ p }) => p).join()); // → 0.75,0.75
 * ```
 */
export function itemCounts(data: ResponseMatrix, maximum?: ArrayLike<number>): readonly ItemCounts[] {
  const counts: number[][] = Array.from({ length: data.items }, () => []);
  data.item.forEach((item, n) => {
    const row = counts[item];
    if (row === undefined) return;
    const category = data.category[n];
    while (row.length <= category) row.push(0);
    row[category] += 1;
  });
  return counts.map((row, item) => {
    const highest = maximum?.[item] ?? Math.max(1, row.length - 1);
    if (!(highest >= row.length - 1 && highest > 0))
      throw new IrtError(
        'out-of-range',
        `maximum[${item}]`,
        highest,
        `must be at least 1 and the highest category seen (${row.length - 1})`,
      );
    const responses = row.reduce((sum, count) => sum + count, 0);
    return { responses, counts: row, p: row.reduce((sum, count, k) => sum + k * count, 0) / (responses * highest) };
  });
}

/** Covariances of the items, row-major, N − 1. */
function covariances(forms: Uint8Array, items: number): Float64Array {
  const persons = forms.length / items;
  const mean = new Float64Array(items);
  forms.forEach((x, n) => {
    mean[n % items] += x / persons;
  });
  const out = new Float64Array(items * items);
  const centred = new Float64Array(items);
  for (let start = 0; start < forms.length; start += items) {
    for (let i = 0; i < items; i += 1) centred[i] = forms[start + i] - mean[i];
    for (let i = 0; i < items; i += 1) for (let j = 0; j <= i; j += 1) out[i * items + j] += centred[i] * centred[j];
  }
  for (let i = 0; i < items; i += 1)
    for (let j = 0; j <= i; j += 1) {
      const value = out[i * items + j] / (persons - 1);
      out[i * items + j] = value;
      out[j * items + i] = value;
    }
  return out;
}

const alphaOf = (items: number, sumOfVariances: number, variance: number): number =>
  items > 1 ? (items / (items - 1)) * (1 - sumOfVariances / variance) : NaN;

/**
 * One factor by unweighted least squares: λ from the first eigenvector of S − Ψ, Ψ = diag(S − λλ'), until nothing
 * moves; ψ stays at 0 or above.
 */
export function oneFactor(
  covariance: Float64Array,
  items: number,
): { readonly loading: Float64Array; readonly unique: Float64Array } {
  const unique = Float64Array.from({ length: items }, (_, i) => 0.5 * covariance[i * items + i]);
  let loading = Float64Array.from({ length: items }, (_, i) => Math.sqrt(0.5 * covariance[i * items + i]));
  for (let step = 0; step < 10_000; step += 1) {
    const squared = loading.reduce((sum, value) => sum + value * value, 0);
    const next = Float64Array.from({ length: items }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < items; j += 1) sum += (covariance[i * items + j] - (i === j ? unique[i] : 0)) * loading[j];
      return sum / squared;
    });
    let change = 0;
    next.forEach((value, i) => {
      change = Math.max(change, Math.abs(value - loading[i]));
      unique[i] = Math.max(0, covariance[i * items + i] - value * value);
    });
    loading = next;
    if (change < 1e-12) break;
  }
  return { loading, unique };
}

function omegaOf(covariance: Float64Array, items: number): number {
  if (items < 3) return NaN;
  const { loading, unique } = oneFactor(covariance, items);
  const common = loading.reduce((sum, value) => sum + value, 0) ** 2;
  return common / (common + unique.reduce((sum, value) => sum + value, 0));
}

/**
 * Throws IrtError for incomplete forms (itemCounts takes sparse rows), fewer than two items or two persons.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { classicalStatistics } from 'itemresponsetheory/fit';
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
 * const { alpha, items } = classicalStatistics(data);
 * console.log(alpha.toFixed(2), items[0]?.p.toFixed(2)); // → 0.44 0.74
 * ```
 */
export function classicalStatistics(data: ResponseMatrix, maximum?: ArrayLike<number>): ClassicalStatistics {
  requireAtLeast('items', data.items, 2, 'item-total correlations and α');
  requireAtLeast('persons', data.persons, 2, 'item-total correlations and α');
  const forms = completeForms(data, 'item-total correlations, α and ω');
  const { items, persons } = data;
  const covariance = covariances(forms, items);
  const withTotal = Float64Array.from({ length: items }, (_, i) =>
    covariance.subarray(i * items, (i + 1) * items).reduce((sum, value) => sum + value, 0),
  );
  const variance = withTotal.reduce((sum, value) => sum + value, 0);
  const own = (i: number): number => covariance[i * items + i];
  const sumOfVariances = withTotal.reduce((sum, _, i) => sum + own(i), 0);
  const alpha = alphaOf(items, sumOfVariances, variance);
  const perItem = itemCounts(data, maximum).map((counts, i) => {
    const joint = withTotal[i];
    const rest = variance - 2 * joint + own(i);
    return {
      ...counts,
      itemTotal: joint / Math.sqrt(own(i) * variance),
      itemRest: (joint - own(i)) / Math.sqrt(own(i) * rest),
      alphaIfDeleted: alphaOf(items - 1, sumOfVariances - own(i), rest),
    };
  });
  return {
    items: perItem,
    persons,
    mean: forms.reduce((sum, x) => sum + x, 0) / persons,
    variance,
    alpha,
    omega: omegaOf(covariance, items),
    standardErrorOfMeasurement: Math.sqrt(variance * (1 - alpha)),
  };
}
