/**
 * Andersen's likelihood-ratio test (1973): are the items alike in every part of the persons? Conditional estimates in
 * each part against those of all; items that cannot be estimated in a part (one category only, or one missing) are left
 * out of both.
 */
import { chiSquareTail } from '../numeric/chi-square.ts';
import { IrtError } from '../errors.ts';
import { categoriesInEvery } from '../responses/categories-in-every.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { calibrateConditional, type ConditionalCalibration, type ConditionalOptions } from './cml.ts';

export interface AndersenTest {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly p: number;
  readonly leftOut: readonly number[];
  readonly parts: readonly ConditionalCalibration[];
}

function subset(data: ResponseMatrix, isIn: (person: number) => boolean, items: readonly number[]): ResponseMatrix {
  const place = new Map(items.map((item, n) => [item, n]));
  const [rowStart, item, category]: [number[], number[], number[]] = [[0], [], []];
  for (let person = 0; person < data.persons; person += 1) {
    if (!isIn(person)) continue;
    for (let n = data.rowStart[person]; n < data.rowStart[person + 1]; n += 1) {
      const at = place.get(data.item[n]);
      if (at !== undefined) {
        item.push(at);
        category.push(data.category[n]);
      }
    }
    rowStart.push(item.length);
  }
  return {
    persons: rowStart.length - 1,
    items: items.length,
    rowStart: Uint32Array.from(rowStart),
    item: Uint32Array.from(item),
    category: Uint8Array.from(category),
  };
}

/**
 * `part`: of each person, 0-based; default by the median raw score, up to it and above. Throws IrtError as
 * calibrateConditional does.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { andersenTest, responseMatrix } from 'itemresponsetheory/calibration';
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
 * const { degreesOfFreedom, p } = andersenTest(data, { design: 'linear', model: 'rasch' });
 * console.log(degreesOfFreedom, p > 0.05); // → 4 true
 * ```
 */
export function andersenTest(
  data: ResponseMatrix,
  options: ConditionalOptions,
  part?: ArrayLike<number>,
): AndersenTest {
  if (part !== undefined && part.length !== data.persons)
    throw new IrtError(
      'unequal-lengths',
      'part',
      part.length,
      `must have a member for each of ${data.persons} persons`,
    );
  const of = part ?? byMedian(data);
  const parts = [...new Set(Array.from(of))].sort((a, b) => a - b);
  if (parts.length < 2) throw new IrtError('one-group', 'part', parts.length, 'must part the persons in two at least');
  const alike = categoriesInEvery(data, of);
  const items = Array.from({ length: data.items }, (_, item) => item).filter(
    (item) => options.model === 'rsm' || alike[item] !== undefined,
  );
  if (items.length < 2)
    throw new IrtError('too-few-items', 'data', items.length, 'items can be estimated in every part: 2 are needed');
  const own: ConditionalOptions = {
    ...options,
    ...(options.ids === undefined ? {} : { ids: items.map((item) => options.ids?.[item] ?? '') }),
  };
  const whole = calibrateConditional(
    subset(data, () => true, items),
    own,
  );
  const fits = parts.map((one) =>
    calibrateConditional(
      subset(data, (person) => of[person] === one, items),
      own,
    ),
  );
  const statistic = 2 * (fits.reduce((sum, { logLikelihood }) => sum + logLikelihood, 0) - whole.logLikelihood);
  const degreesOfFreedom = fits.reduce((sum, { freeParameters }) => sum + freeParameters, 0) - whole.freeParameters;
  return {
    statistic,
    degreesOfFreedom,
    p: chiSquareTail(statistic, degreesOfFreedom),
    leftOut: Array.from({ length: data.items }, (_, item) => item).filter((item) => !items.includes(item)),
    parts: fits,
  };
}

function byMedian(data: ResponseMatrix): Uint8Array {
  const score = Array.from({ length: data.persons }, (_, person) => {
    let sum = 0;
    for (let n = data.rowStart[person]; n < data.rowStart[person + 1]; n += 1) sum += data.category[n];
    return sum;
  });
  const sorted = score.toSorted((a, b) => a - b);
  const median = (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
  return Uint8Array.from(score, (value) => (value <= median ? 0 : 1));
}
