/**
 * The error of numbers made from a calibration's parameters (delta method), its items' errors and what they share
 * because its sample is one.
 */
import { IrtError } from '../errors.ts';
import type { ItemSpec } from '../parameters/item-parameters.ts';

/**
 * Covariance of an item's [slope, difficulty or steps…], row-major; a slope that is not estimated has a row of zeros.
 */
export type ItemCovariance = readonly number[];

/**
 * The persons whose ability gives a calibration its scale: so many, held to be drawn from N(mean, sd²) on that scale.
 * Another sample would have moved and stretched it for all items at once. Leave it out where fixed anchors gave the
 * scale.
 */
export interface CalibrationSample {
  readonly persons: number;
  readonly mean: number;
  readonly sd: number;
}

/** Difficulty or steps. Nominal items have none: only the curves link them. */
export const locations = (item: ItemSpec): readonly number[] => {
  switch (item.model) {
    case 'logistic':
      return [item.difficulty];
    case 'nominal':
      return [];
    default:
      return item.steps;
  }
};

/** Number `n` of [slope, steps…] moved by h. Lower asymptotes and nominal items are left as they are. */
export function nudge(item: ItemSpec, n: number, h: number): ItemSpec {
  if (item.model === 'nominal') return item;
  if (n === 0) return { ...item, slope: (item.slope ?? 1) + h };
  return item.model === 'logistic'
    ? { ...item, difficulty: item.difficulty + h }
    : { ...item, steps: item.steps.map((step, k) => (k === n - 1 ? step + h : step)) };
}

/**
 * Of [slope, steps…]: how each moves with the sample's mean (in logits) and with ln of its spread: da = a·ε, db = −m −
 * (b − mean)·ε. Given slopes (a row of zeros) hold the unit: ε is 0.
 */
function shared(
  item: ItemSpec,
  covariance: ItemCovariance,
  { mean }: CalibrationSample,
): readonly (readonly [number, number])[] {
  const isFree = covariance[0] > 0;
  const slope = item.model === 'nominal' ? 1 : (item.slope ?? 1);
  return [[0, isFree ? slope : 0], ...locations(item).map((b) => [-1, isFree ? mean - b : 0] as const)];
}

/** Variances of the sample's mean and of ln of its standard deviation, normal abilities. */
const sampleVariances = ({ persons, sd }: CalibrationSample): readonly [number, number] => [
  (sd * sd) / persons,
  1 / (2 * persons),
];

/** What is left of an item's covariance without what it shares with the others; at least a tenth of every variance. */
export function ownCovariance(
  item: ItemSpec,
  covariance: ItemCovariance,
  sample: CalibrationSample | undefined,
): ItemCovariance {
  if (sample === undefined) return covariance;
  const [moves, [m, e], size] = [
    shared(item, covariance, sample),
    sampleVariances(sample),
    Math.sqrt(covariance.length),
  ];
  const taken = covariance.map((_, cell) => {
    const [i, j] = [moves[Math.floor(cell / size)], moves[cell % size]];
    return i[0] * j[0] * m + i[1] * j[1] * e;
  });
  // Posteriors leave less of the sample's error in a short test's items than this: never more than nine tenths goes.
  const share = Math.min(
    1,
    ...Array.from({ length: size }, (_, n) => {
      const [own, part] = [covariance[n * size + n], taken[n * size + n]];
      return part > 0 ? (0.9 * own) / part : 1;
    }),
  );
  return covariance.map((value, cell) => value - share * taken[cell]);
}

/** One item's part: derivatives of every output in its [slope, steps…]. */
export interface ItemGradient {
  readonly item: ItemSpec;
  readonly covariance: ItemCovariance;
  readonly gradient: readonly ArrayLike<number>[];
}

/**
 * Covariance of the outputs, row-major: Σ g′Vg over the items, V without the shared part, which all items together
 * carry once.
 */
export function propagate(items: readonly ItemGradient[], outputs: number, sample?: CalibrationSample): Float64Array {
  const out = new Float64Array(outputs * outputs);
  const total = Array.from({ length: outputs }, (): [number, number] => [0, 0]);
  for (const { item, covariance, gradient } of items) {
    const size = locations(item).length + 1;
    if (covariance.length !== size * size)
      throw new IrtError(
        'unequal-lengths',
        `covariance of ${item.id}`,
        covariance.length,
        `must have ${size * size} members`,
      );
    const own = ownCovariance(item, covariance, sample);
    const moves = sample === undefined ? [] : shared(item, covariance, sample);
    gradient.forEach((one, a) => {
      const weighted = Array.from({ length: size }, (_, j) => {
        let sum = 0;
        for (let i = 0; i < size; i += 1) sum += one[i] * own[i * size + j];
        return sum;
      });
      gradient.forEach((other, b) => {
        let sum = 0;
        for (let j = 0; j < size; j += 1) sum += weighted[j] * other[j];
        out[a * outputs + b] += sum;
      });
      const at = total[a];
      moves.forEach(([m, e], i) => {
        if (at !== undefined) {
          at[0] += one[i] * m;
          at[1] += one[i] * e;
        }
      });
    });
  }
  if (sample === undefined) return out;
  const [m, e] = sampleVariances(sample);
  total.forEach((one, a) => {
    total.forEach((other, b) => {
      out[a * outputs + b] = out[a * outputs + b] + one[0] * other[0] * m + one[1] * other[1] * e;
    });
  });
  return out;
}
