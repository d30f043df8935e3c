/**
 * Item parameters as a struct of typed arrays: items are 0..size−1 inside, names live only at the border. Logistic
 * metric, D = 1.
 */
import { IrtError, requireFinite } from '../errors.ts';

/** Most categories an item may have. */
export const maximumCategories = 64;

export const Model = { Logistic: 0, GeneralizedPartialCredit: 1, GradedResponse: 2, Nominal: 3 } as const;
export type ModelCode = (typeof Model)[keyof typeof Model];

export type ItemSpec =
  /** P = lower + (upper − lower)·σ(slope·(θ − difficulty)); 1–4PL. */
  | {
      readonly model: 'logistic';
      readonly id: string;
      readonly slope?: number;
      readonly difficulty: number;
      readonly lower?: number;
      readonly upper?: number;
    }
  /** P(k) ∝ exp Σ_{v≤k} slope·(θ − steps_v); slope 1 is the partial credit model. Steps in any order. */
  | {
      readonly model: 'generalized-partial-credit';
      readonly id: string;
      readonly slope?: number;
      readonly steps: readonly number[];
    }
  /** P(X ≥ k) = σ(slope·(θ − steps_k)); steps ascending. */
  | {
      readonly model: 'graded-response';
      readonly id: string;
      readonly slope?: number;
      readonly steps: readonly number[];
    }
  /** P(k) ∝ exp(slopes_k·θ + intercepts_k), with slopes and intercepts of category 0 equal to 0 and left out. */
  | {
      readonly model: 'nominal';
      readonly id: string;
      readonly slopes: readonly number[];
      readonly intercepts: readonly number[];
    };

export interface ItemParameters {
  readonly size: number;
  readonly id: readonly string[];
  /** ModelCode of each item. */
  readonly model: Uint8Array;
  /** Number of categories K of each item, 2 for dichotomous. */
  readonly categories: Uint8Array;
  readonly slope: Float64Array;
  /** size + 1 offsets into `step`. */
  readonly stepStart: Uint32Array;
  /** Difficulty, or K−1 steps; nominal: K−1 slopes, then K−1 intercepts. */
  readonly step: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

const codes = {
  logistic: Model.Logistic,
  'generalized-partial-credit': Model.GeneralizedPartialCredit,
  'graded-response': Model.GradedResponse,
  nominal: Model.Nominal,
} as const;

function stepsOf(item: ItemSpec): readonly number[] {
  switch (item.model) {
    case 'logistic':
      return [item.difficulty];
    case 'nominal':
      return [...item.slopes, ...item.intercepts];
    case 'generalized-partial-credit':
    case 'graded-response':
      return item.steps;
  }
}

function check(item: ItemSpec, path: string): void {
  const steps = stepsOf(item);
  if (steps.length === 0) throw new IrtError('no-steps', `${path}.steps`, '[]', 'must name at least one step');
  if (categoriesOf(item) > maximumCategories)
    throw new IrtError(
      'too-many-categories',
      `${path}.steps`,
      categoriesOf(item),
      `must be at most ${maximumCategories} categories`,
    );
  const field = (n: number): string =>
    item.model === 'logistic'
      ? 'difficulty'
      : item.model === 'nominal'
        ? n < item.slopes.length
          ? `slopes[${n}]`
          : `intercepts[${n - item.slopes.length}]`
        : `steps[${n}]`;
  steps.forEach((step, n) => requireFinite(`${path}.${field(n)}`, step));
  if (item.model === 'nominal') {
    if (item.slopes.length !== item.intercepts.length)
      throw new IrtError(
        'unequal-lengths',
        `${path}.intercepts`,
        item.intercepts.length,
        `must have ${item.slopes.length} members, like slopes`,
      );
    return;
  }
  const slope = item.slope ?? 1;
  requireFinite(`${path}.slope`, slope);
  if (slope <= 0) throw new IrtError('slope-not-positive', `${path}.slope`, slope, 'must be greater than 0');
  if (item.model === 'graded-response')
    steps.forEach((step, n) => {
      if (n > 0 && step <= steps[n - 1])
        throw new IrtError('steps-crossed', `${path}.steps[${n}]`, step, 'must be greater than the step before');
    });
  if (item.model === 'logistic') checkAsymptotes(item.lower ?? 0, item.upper ?? 1, path);
}

function checkAsymptotes(lower: number, upper: number, path: string): void {
  if (!(lower >= 0 && lower < 1))
    throw new IrtError('lower-out-of-range', `${path}.lower`, lower, 'must be at least 0 and below 1');
  if (!(upper > lower && upper <= 1))
    throw new IrtError('upper-out-of-range', `${path}.upper`, upper, 'must be above lower and at most 1');
}

const categoriesOf = (item: ItemSpec): number =>
  item.model === 'logistic' ? 2 : item.model === 'nominal' ? item.slopes.length + 1 : item.steps.length + 1;

/**
 * Validates everything; throws IrtError naming item and field.
 *
 * @example
 * ```ts
 * import { createItemParameters } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * console.log(bank.size, bank.id.join()); // → 3 easy,hard,rated
 * ```
 */
export function createItemParameters(items: readonly ItemSpec[]): ItemParameters {
  if (items.length === 0) throw new IrtError('empty-bank', 'items', '[]', 'must have at least one item');
  const seen = new Set<string>();
  items.forEach((item, n) => {
    if (seen.has(item.id)) throw new IrtError('duplicate-item', `items[${n}].id`, item.id, 'is there twice');
    seen.add(item.id);
    check(item, `items[${n}] (${item.id})`);
  });
  const stepStart = new Uint32Array(items.length + 1);
  items.forEach((item, n) => {
    stepStart[n + 1] = stepStart[n] + stepsOf(item).length;
  });
  return {
    size: items.length,
    id: items.map(({ id }) => id),
    model: Uint8Array.from(items, (item) => codes[item.model]),
    categories: Uint8Array.from(items, categoriesOf),
    slope: Float64Array.from(items, (item) => (item.model === 'nominal' ? 1 : (item.slope ?? 1))),
    stepStart,
    step: Float64Array.from(items.flatMap(stepsOf)),
    lower: Float64Array.from(items, (item) => (item.model === 'logistic' ? (item.lower ?? 0) : 0)),
    upper: Float64Array.from(items, (item) => (item.model === 'logistic' ? (item.upper ?? 1) : 1)),
  };
}

/** Throws IrtError for an item that the bank does not have. */
export function requireItem(bank: ItemParameters, item: number): void {
  if (!Number.isInteger(item) || item < 0 || item >= bank.size)
    throw new IrtError('unknown-item', 'item', item, `must be a whole number from 0 to ${bank.size - 1}`);
}

export function requireCategory(bank: ItemParameters, item: number, category: number): void {
  const categories = bank.categories[item];
  if (!(Number.isInteger(category) && category >= 0 && category < categories))
    throw new IrtError(
      'category-outside-item',
      `category of ${bank.id[item]}`,
      category,
      `must be a whole number from 0 to ${categories - 1}`,
    );
}
