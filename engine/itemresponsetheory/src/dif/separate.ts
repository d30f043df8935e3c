/**
 * Each group calibrated by itself, the focal one brought onto the reference's scale through anchors: Lord's χ² and
 * Raju's signed area, with the errors of the link and of both samples in them (delta method over the whole covariance
 * of both calibrations). Taking the link as known would count what the items of a sample share as theirs.
 */
import { calibrateItems, type ItemsCalibration } from '../calibration/calibrate-items.ts';
import type { CalibrateItemsOptions } from '../calibration/options.ts';
import { IrtError } from '../errors.ts';
import { type LinkAnchor, type LinkMethod, linkScales, type ScaleTransform } from '../linking/link.ts';
import { linkGradients } from '../linking/link-gradient.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { personsWhere } from '../responses/persons-where.ts';
import { type Area, type GroupItem, lord, raju } from './parameters.ts';
import type { ChiSquareTest } from './strata.ts';

export interface SeparateOptions extends Pick<CalibrateItemsOptions, 'tolerance' | 'team'> {
  readonly model: 'rasch' | '2pl';
  /** At least two items, held to be the same in both groups. */
  readonly anchors: readonly number[];
  /** Default 'haebara'. */
  readonly link?: LinkMethod;
  readonly level?: number;
}

/**
 * Of an item whose slopes are above 0 in both groups; undefined for others, and for all when fewer than two such
 * anchors are left or a group does not determine its parameters.
 */
export interface SeparateDif {
  readonly item: number;
  readonly lord: ChiSquareTest;
  readonly raju: Area;
}

/** Slope and difficulty of every item, and their covariance: rows and columns 2·item and 2·item + 1. */
interface GroupEstimates {
  readonly slope: Float64Array;
  readonly difficulty: Float64Array;
  readonly covariance: Float64Array;
  readonly size: number;
}

/**
 * Throws IrtError when a group cannot be calibrated.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { separateDif } from 'itemresponsetheory/dif';
 * import { drawCategory } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters(
 *   [-1, -0.5, 0, 0.5, 1].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * const isFocal = Array.from({ length: 1000 }, (_, person) => person % 2);
 * // The last item is harder for the focal group.
 * const rows = isFocal.map((focal, person) => {
 *   const random = createRng('example').fork(person);
 *   const theta = random.normal();
 *   return Array.from(bank.id, (__, item) => drawCategory(bank, item, item === 4 ? theta - focal : theta, random));
 * });
 * const results = separateDif(responseMatrix(rows), isFocal, { model: 'rasch', anchors: [0, 1, 2, 3] });
 * console.log(results.map((row) => row?.lord.isFlagged).join()); // → false,false,false,false,true
 * ```
 */
export function separateDif(
  data: ResponseMatrix,
  isFocal: ArrayLike<number>,
  { model, anchors, link = 'haebara', level = 0.05, tolerance = 1e-5, team }: SeparateOptions,
): (SeparateDif | undefined)[] {
  if (isFocal.length !== data.persons)
    throw new IrtError(
      'unequal-lengths',
      'isFocal',
      isFocal.length,
      `must have a member for each of ${data.persons} persons`,
    );
  const sideOf = (g: number): GroupEstimates | undefined =>
    sideFrom(
      calibrateItems(
        personsWhere(data, (person) => isFocal[person] === g),
        { models: model, tolerance, ...(team === undefined ? {} : { team }) },
      ),
    );
  const [reference, focal] = [sideOf(0), sideOf(1)];
  if (reference === undefined || focal === undefined) return Array.from({ length: data.items }, () => undefined);
  const rises = (item: number): boolean => reference.slope[item] > 0 && focal.slope[item] > 0;
  const usable = anchors.filter(rises);
  const linked = usable.length < 2 ? undefined : linkThrough(reference, focal, usable, link);
  return Array.from({ length: data.items }, (_, item): SeparateDif | undefined => {
    if (linked === undefined || !rises(item)) return undefined;
    const { pair, covariance } = onOneScale(reference, focal, item, linked);
    return { item, lord: lord(...pair, covariance, level), raju: raju(...pair, covariance, 'signed') };
  });
}

/** Calibrated as aθ + d; b = −d/a moves by −b/a with a and by −1/a with d. Undefined without a covariance. */
function sideFrom({ items, parameters, covariance }: ItemsCalibration): GroupEstimates | undefined {
  if (covariance === undefined) return undefined;
  const [size, from] = [2 * items.length, parameters.length];
  const [slope, difficulty] = [new Float64Array(items.length), new Float64Array(items.length)];
  items.forEach(({ item }, n) => {
    if (item.model === 'logistic') {
      slope[n] = item.slope ?? 1;
      difficulty[n] = item.difficulty;
    }
  });
  const places = new Map(parameters.map((name, n) => [name, n]));
  /** What slope (0) or difficulty (1) is made of: places in x and factors. */
  const madeOf = (row: number): readonly (readonly [number, number])[] => {
    const item = row >> 1;
    const [a, d] = [places.get(`item ${item}:a`), places.get(`item ${item}:d`) ?? 0];
    const [steep, b] = [slope[item], difficulty[item]];
    if ((row & 1) === 0) return a === undefined ? [] : [[a, 1]];
    return a === undefined
      ? [[d, -1]]
      : [
          [a, -b / steep],
          [d, -1 / steep],
        ];
  };
  const rows = Array.from({ length: size }, (_, row) => madeOf(row));
  const out = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1)
    for (let j = 0; j < size; j += 1) {
      let sum = 0;
      for (const [n, f] of rows[i]) for (const [m, g] of rows[j]) sum += f * g * covariance[n * from + m];
      out[i * size + j] = sum;
    }
  return { slope, difficulty, covariance: out, size };
}

/** A and B; for each side the covariance of every parameter with them (2 a row), and that of A and B themselves. */
interface LinkWithErrors extends ScaleTransform {
  readonly withLink: readonly [Float64Array, Float64Array];
  readonly own: readonly [number, number, number, number];
}

function linkThrough(
  reference: GroupEstimates,
  focal: GroupEstimates,
  anchors: readonly number[],
  method: LinkMethod,
): LinkWithErrors {
  const of = ({ slope, difficulty }: GroupEstimates, item: number): LinkAnchor['from'] => ({
    model: 'logistic',
    id: `${item}`,
    slope: slope[item],
    difficulty: difficulty[item],
  });
  const pairs = anchors.map((item): LinkAnchor => ({ from: of(focal, item), to: of(reference, item) }));
  const blockOf = ({ covariance, size }: GroupEstimates, item: number): number[] =>
    [0, 1].flatMap((i) => [0, 1].map((j) => covariance[(2 * item + i) * size + 2 * item + j]));
  const covariances = anchors.map((item) => ({ from: blockOf(focal, item), to: blockOf(reference, item) }));
  const own: [number, number, number, number] = [0, 0, 0, 0];
  const through = ({ covariance, size }: GroupEstimates, side: 'from' | 'to'): Float64Array => {
    const gradient = new Float64Array(2 * size);
    linkGradients(pairs, { method }, { covariances }, side).forEach((list, n) => {
      list.forEach(({ a, b }, k) => {
        const at = 2 * (2 * anchors[n] + k);
        gradient[at] = a;
        gradient[at + 1] = b;
      });
    });
    const out = new Float64Array(2 * size);
    for (let i = 0; i < size; i += 1)
      for (let j = 0; j < size; j += 1)
        for (const k of [0, 1]) out[2 * i + k] += covariance[i * size + j] * gradient[2 * j + k];
    for (let i = 0; i < size; i += 1)
      for (const k of [0, 1]) for (const l of [0, 1]) own[2 * k + l] += gradient[2 * i + k] * out[2 * i + l];
    return out;
  };
  return { ...linkScales(pairs, { method }), withLink: [through(reference, 'to'), through(focal, 'from')], own };
}

/**
 * The item in both groups on the reference's scale, and the covariance of (a_R, b_R, a_F/A, A·b_F + B): each is f·(its
 * own parameter) and moves with A and B by `along`.
 */
function onOneScale(
  reference: GroupEstimates,
  focal: GroupEstimates,
  item: number,
  { a, b, withLink, own }: LinkWithErrors,
): { readonly pair: readonly [GroupItem, GroupItem]; readonly covariance: Float64Array } {
  const [slope, difficulty] = [focal.slope[item], focal.difficulty[item]];
  const outputs = [
    { group: 0, at: 2 * item, factor: 1, along: [0, 0] },
    { group: 0, at: 2 * item + 1, factor: 1, along: [0, 0] },
    { group: 1, at: 2 * item, factor: 1 / a, along: [-slope / (a * a), 0] },
    { group: 1, at: 2 * item + 1, factor: a, along: [difficulty, 1] },
  ] as const;
  const covariance = new Float64Array(16);
  outputs.forEach((one, i) => {
    outputs.forEach((other, j) => {
      const { covariance: of, size } = one.group === 0 ? reference : focal;
      let sum = one.group === other.group ? one.factor * other.factor * of[one.at * size + other.at] : 0;
      for (const k of [0, 1] as const) {
        sum +=
          one.factor * other.along[k] * withLink[one.group][2 * one.at + k] +
          other.factor * one.along[k] * withLink[other.group][2 * other.at + k];
        for (const l of [0, 1] as const) sum += one.along[k] * other.along[l] * own[2 * k + l];
      }
      covariance[4 * i + j] = sum;
    });
  });
  return {
    pair: [
      { slope: reference.slope[item], difficulty: reference.difficulty[item] },
      { slope: slope / a, difficulty: a * difficulty + b },
    ],
    covariance,
  };
}
