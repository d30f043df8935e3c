/** Where every free parameter stands in the vector x: of the items, and of the populations. */
import { IrtError } from '../errors.ts';
import { exp, log } from '../numeric/elementary.ts';
import { type ItemModelName, parameterNames, startValues } from './family.ts';
import type { CalibrateItemsOptions } from './options.ts';
import type { Patterns } from './patterns.ts';
import type { Densities } from './persons.ts';
import type { ItemPlace } from './rows.ts';

/** One item of the problem: where its free parameters stand in x. */
export interface ItemLayout extends ItemPlace {
  readonly model: ItemModelName | 'fixed';
  readonly categories: number;
  readonly index: readonly number[];
}

/** Where the populations' parameters stand in x: means, then ln of variances; −1 = fixed at 0 and 1. */
export interface Latent {
  readonly kind: 'groups' | 'regression';
  readonly mean: readonly number[];
  readonly logVariance: readonly number[];
  /** Regression: covariates of each density. */
  readonly design: readonly Float64Array[];
  /** Free weights: of each group where √weight at the nodes stands in x, and what of it is given. */
  readonly histogram: readonly { readonly at: number; readonly given: 'nothing' | 'mean' | 'mean and variance' }[];
}

/**
 * ln weight of every group's histogram at the nodes, group after group; empty for normal populations. Weights may be as
 * small as 1e-90.
 */
export function histogramsOf({ histogram }: Latent, points: number, x: Float64Array): Float64Array {
  const out = new Float64Array(histogram.length * points);
  histogram.forEach(({ at }, g) => {
    let total = 0;
    for (let q = 0; q < points; q += 1) total += x[at + q] ** 2;
    for (let q = 0; q < points; q += 1) out[g * points + q] = log(Math.max(1e-90, x[at + q] ** 2 / total));
  });
  return out;
}

export const meanOf = (latent: Latent, density: number, x: Float64Array): number =>
  latent.kind === 'groups'
    ? latent.mean[density] < 0
      ? 0
      : x[latent.mean[density]]
    : latent.design[density].reduce((sum, value, n) => sum + value * x[latent.mean[n]], 0);
export const varianceIndex = (latent: Latent, density: number): number =>
  latent.logVariance[latent.kind === 'groups' ? density : 0];
export const varianceOf = (latent: Latent, density: number, x: Float64Array): number => {
  const at = varianceIndex(latent, density);
  return at < 0 ? 1 : exp(x[at]);
};

function modelOf(models: CalibrateItemsOptions['models'], item: number): ItemModelName {
  const model = typeof models === 'string' ? models : models[item];
  if (model === undefined)
    throw new IrtError('unequal-lengths', 'models', models.length, `must have a model for item ${item}`);
  return model;
}

/** Parameter numbers of every item, rating-scale thresholds shared by the items of one number of categories. */
export function layOutItems(
  patterns: Patterns,
  options: CalibrateItemsOptions,
  names: (item: number) => string,
): { parts: ItemLayout[]; parameters: string[]; start: number[]; blocks: number[][] } {
  const [parameters, start]: [string[], number[]] = [[], []];
  const shared = new Map<number, number>();
  const ratingItems = new Map<number, number[]>();
  const blocks: number[][] = [];
  let [cell, line] = [0, 0];
  const parts = Array.from(patterns.categories, (categories, item): ItemLayout => {
    const isFixed = options.fixed?.has(item) === true;
    const model = isFixed ? 'fixed' : modelOf(options.models, item);
    const isExponential = model !== 'fixed' && model !== 'grm' && model !== '3pl';
    const place = { categories, row: cell, line, isExponential };
    cell += categories;
    line += isExponential ? 1 : categories;
    if (model === 'fixed') return { model, index: [], ...place };
    if (categories > 2 && (model === 'rasch' || model === '1pl' || model === '2pl' || model === '3pl'))
      throw new IrtError('unknown-category', names(item), categories - 1, `must be 0 or 1 under ${model}`);
    const values = startValues(model, patterns.counts[item]);
    const local = parameterNames(model, categories);
    if (model !== 'rsm') {
      blocks.push([item]);
      return {
        model,
        ...place,
        index: local.map((name, n) => {
          parameters.push(`${names(item)}:${name}`);
          start.push(values[n]);
          return parameters.length - 1;
        }),
      };
    }
    parameters.push(`${names(item)}:b`);
    start.push(values[0]);
    const own = parameters.length - 1;
    if (!shared.has(categories)) {
      shared.set(categories, parameters.length);
      local.slice(1).forEach((name, n) => {
        parameters.push(`rating scale of ${categories}:${name}`);
        start.push(values[n + 1]);
      });
    }
    const first = shared.get(categories) ?? 0;
    ratingItems.set(categories, [...(ratingItems.get(categories) ?? []), item]);
    return { model, ...place, index: [own, ...local.slice(1).map((_, n) => first + n)] };
  });
  return { parts, parameters, start, blocks: [...blocks, ...ratingItems.values()] };
}

/**
 * Populations: the reference is N(0, 1), or N(0, σ²) when items of slope 1 carry the unit; all are free when items are
 * fixed.
 */
export function layOutLatent(
  options: CalibrateItemsOptions,
  { count, design }: Pick<Densities, 'count' | 'design'>,
  unitSlopes: boolean,
  parameters: string[],
  start: number[],
  points: number,
): Latent {
  const hasFixed = (options.fixed?.size ?? 0) > 0;
  const free = (name: string): number => {
    parameters.push(name);
    start.push(0);
    return parameters.length - 1;
  };
  if (options.covariates !== undefined) {
    const { names } = options.covariates;
    return {
      kind: 'regression',
      design,
      histogram: [],
      mean: names.map((name) => free(`regression:${name}`)),
      logVariance: [hasFixed || unitSlopes ? free('regression:ln variance') : -1],
    };
  }
  const isFree = hasFixed && options.population !== 'standard';
  const none = Array.from({ length: count }, () => -1);
  if (options.density === 'histogram')
    return {
      kind: 'groups',
      design: [],
      mean: none,
      logVariance: none,
      histogram: none.map((_, g) => ({
        at: parameters.length + g * points,
        given: isFree || (g > 0 && !hasFixed) ? 'nothing' : unitSlopes && !hasFixed ? 'mean' : 'mean and variance',
      })),
    };
  return {
    kind: 'groups',
    design: [],
    histogram: [],
    mean: Array.from({ length: count }, (_, g) => (isFree || (g > 0 && !hasFixed) ? free(`group ${g}:mean`) : -1)),
    logVariance: Array.from({ length: count }, (_, g) =>
      isFree || (!hasFixed && (g > 0 || unitSlopes)) ? free(`group ${g}:ln variance`) : -1,
    ),
  };
}
