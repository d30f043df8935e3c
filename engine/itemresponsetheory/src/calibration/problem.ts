/** A calibration problem: options, data made ready, and where every free parameter stands in the vector x. */
import { IrtError } from '../errors.ts';
import { exp, log } from '../numeric/elementary.ts';
import { categoryProbabilities } from '../models/probability.ts';
import { createItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import {
  createFamilyWork,
  type FamilyWork,
  hasUnitSlope,
  type ItemModelName,
  parameterNames,
  startValues,
} from './family.ts';
import { normalOnGrid } from './latent.ts';
import { type LogPrior, type Priors, priorOf, requirePriors } from './parameter-prior.ts';
import { type Flag, type Patterns, preparePatterns } from './patterns.ts';
import { countScored, prepareRows, type RowData } from './rows.ts';
import { type SliceShape, sumsLayout } from './slice.ts';
import { type CalibrationTeam, runAsTeam, type Runner, runHere } from './team.ts';

export interface CalibrateItemsOptions {
  /** One for all items, or one for each. */
  readonly models: ItemModelName | readonly ItemModelName[];
  readonly ids?: readonly string[];
  /** Group of each person, 0-based; the first is the reference. */
  readonly group?: ArrayLike<number>;
  /**
   * Of each person, e.g. from sampling; they count as so many persons in estimates and errors, 'sandwich' takes them
   * for weights. 0 leaves a person out.
   */
  readonly weights?: ArrayLike<number>;
  /** Items that keep these parameters; then mean and variance of every group are free. */
  readonly fixed?: ReadonlyMap<number, ItemSpec>;
  /**
   * With fixed items: the population stays N(0, 1) all the same (multiple EM cycles without prior updating). Default
   * free.
   */
  readonly population?: 'free' | 'standard';
  /**
   * With fixed items: whose answers tell about ability. 'fixed' alone is OEM (Wainer & Mislevy 1990); default 'all'.
   */
  readonly posteriorFrom?: 'all' | 'fixed';
  /** Row-major persons × covariates: θ ~ N(Xβ, σ²); instead of groups. */
  readonly covariates?: { readonly matrix: Float64Array; readonly names: readonly string[] };
  /**
   * Shape of every population: normal (default), or free weights at the nodes, of mean 0 and variance 1 where nothing
   * else gives the scale (Woods 2007).
   */
  readonly density?: 'normal' | 'histogram';
  readonly priors?: Priors;
  readonly points?: number;
  /**
   * EM stops when no parameter changed by more than this in a plain cycle; default 1e-6, with a free histogram 1e-4:
   * its maximum is a few spikes, and stopping early keeps it smooth.
   */
  readonly tolerance?: number;
  readonly maximumCycles?: number;
  readonly standardErrors?: 'oakes' | 'crossProduct' | 'sandwich' | 'none';
  /**
   * Estimates without their first-order bias (needs standard errors): matters for 3PL and with few persons. Likelihood,
   * covariance and cycles are those of the maximum.
   */
  readonly biasCorrection?: boolean;
  /** Threads that share the E-step; the same bits with or without. */
  readonly team?: CalibrationTeam;
  readonly onCycle?: (cycle: number, logLikelihood: number, largestChange: number) => void;
}

/** One item of the problem: where its free parameters stand in x. */
export interface ItemLayout {
  readonly model: ItemModelName | 'fixed';
  readonly categories: number;
  readonly index: readonly number[];
  /** First cell (item and category). */ readonly row: number;
  /** First line of the table: one for ln P_0 of an exponential item, else one for each category. */ readonly line: number;
  /** ln P_k = s_k·θ + t_k + a function of θ alone. */ readonly isExponential: boolean;
}

export interface CalibrationProblem {
  readonly patterns: Patterns;
  /** How many of x are parameters; the weights of histograms stand behind them. */
  readonly parameters: number;
  readonly parts: readonly ItemLayout[];
  /** Items that share parameters are maximised together. */
  readonly blocks: readonly (readonly number[])[];
  readonly node: Float64Array;
  readonly priors: readonly (LogPrior | undefined)[];
  readonly latent: Latent;
  readonly shape: SliceShape;
  readonly rowData: RowData;
  readonly runner: Runner;
  /** ln P by line and node. */
  readonly table: Float64Array;
  /**
   * s_k and t_k of exponential items, and whether the item is informative (new items under OEM are not), by cell.
   */
  readonly slope: Float64Array;
  readonly shift: Float64Array;
  readonly isInformativeCell: Uint8Array;
  readonly counts: ExpectedCounts;
  readonly work: FamilyWork;
}

/**
 * What the M-step needs: the sums of all rows (laid out by `sumsLayout`), and persons by cell above category 0, of
 * these rows and of all.
 */
export interface ExpectedCounts {
  readonly sums: Float64Array;
  readonly persons: Float64Array;
  readonly allPersons: Float64Array;
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
function layOut(
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
function layOutLatent(
  options: CalibrateItemsOptions,
  densities: number,
  design: readonly Float64Array[],
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
  const none = Array.from({ length: densities }, () => -1);
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
    mean: Array.from({ length: densities }, (_, g) => (isFree || (g > 0 && !hasFixed) ? free(`group ${g}:mean`) : -1)),
    logVariance: Array.from({ length: densities }, (_, g) =>
      isFree || (!hasFixed && (g > 0 || unitSlopes)) ? free(`group ${g}:ln variance`) : -1,
    ),
  };
}

function weightsOf(data: ResponseMatrix, { weights }: CalibrateItemsOptions): (person: number) => number {
  if (weights === undefined) return () => 1;
  if (weights.length !== data.persons)
    throw new IrtError(
      'unequal-lengths',
      'weights',
      weights.length,
      `must have a member for each of ${data.persons} persons`,
    );
  for (let n = 0; n < weights.length; n += 1) {
    const w = weights[n];
    if (!(w >= 0 && w < Infinity)) throw new IrtError('negative', `weights[${n}]`, w, 'must be a number of at least 0');
  }
  return (person) => weights[person];
}

/** Density of each person, and the covariates of each density. */
function densitiesOf(
  data: ResponseMatrix,
  { group, covariates }: CalibrateItemsOptions,
): { of: (person: number) => number; count: number; design: Float64Array[] } {
  if (covariates !== undefined) {
    const p = covariates.names.length;
    if (covariates.matrix.length !== p * data.persons)
      throw new IrtError(
        'unequal-lengths',
        'covariates.matrix',
        covariates.matrix.length,
        `must have ${p * data.persons} members`,
      );
    const known = new Map<string, number>();
    const design: Float64Array[] = [];
    const of = Array.from({ length: data.persons }, (_, person) => {
      const row = covariates.matrix.slice(person * p, (person + 1) * p);
      const key = row.join();
      const at = known.get(key) ?? design.length;
      if (at === design.length) {
        known.set(key, at);
        design.push(row);
      }
      return at;
    });
    return { of: (person) => of[person], count: design.length, design };
  }
  if (group === undefined) return { of: () => 0, count: 1, design: [] };
  if (group.length !== data.persons)
    throw new IrtError(
      'unequal-lengths',
      'group',
      group.length,
      `must have a member for each of ${data.persons} persons`,
    );
  let highest = 0;
  for (let n = 0; n < group.length; n += 1) {
    const g = group[n];
    if (!Number.isInteger(g) || g < 0 || g > 1000)
      throw new IrtError('unknown-group', `group[${n}]`, g, 'must be a whole number from 0 to 1000');
    highest = Math.max(highest, g);
  }
  return { of: (person) => group[person], count: highest + 1, design: [] };
}

/**
 * Sets of items that no person's answers join. Several groups: refused unless fixed items stand in each set, because a
 * group's mean and its items' difficulties
 * could move together. One population: the assumption that all are drawn from it joins them, and that is said.
 */
function checkForms(
  { rows, rowStart, item, categories, density }: Patterns,
  fixed: ReadonlyMap<number, ItemSpec> | undefined,
  names: (item: number) => string,
): Flag[] {
  const parent = Array.from(categories, (_, n) => n);
  const root = (n: number): number => {
    let at = n;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  };
  for (let row = 0; row < rows; row += 1) {
    const first = item[rowStart[row]];
    for (let n = rowStart[row]; n < rowStart[row + 1]; n += 1) {
      const one = item[n];
      if (parent[one] !== parent[first]) parent[root(one)] = root(first);
    }
  }
  const sets = new Map<number, number[]>();
  parent.forEach((_, n) => {
    const at = root(n);
    sets.set(at, [...(sets.get(at) ?? []), n]);
  });
  const loose = [...sets.values()].filter((members) => !members.some((n) => fixed?.has(n) === true));
  if (sets.size < 2 || loose.length === 0) return [];
  const inWords = [...sets.values()]
    .map((members) => members.map(names).slice(0, 8).join(' ') + (members.length > 8 ? ' …' : ''))
    .join(' | ');
  if (new Set(density).size > 1)
    throw new IrtError(
      'forms-disconnected',
      'data',
      inWords,
      'must be joined by persons or fixed items: with several groups these sets have no common scale',
    );
  return loose.map((members) => ({
    item: members[0],
    code: 'forms-disconnected',
    message: `no person joins these sets of items: ${inWords}; they are on one scale only if the persons are equivalent`,
  }));
}

/** `node`: equally spaced abilities. */
export function prepareProblem(
  data: ResponseMatrix,
  options: CalibrateItemsOptions,
  node: Float64Array,
): { problem: CalibrationProblem; parameters: string[]; start: Float64Array } {
  const names = (item: number): string => options.ids?.[item] ?? `item ${item}`;
  if (options.ids !== undefined && options.ids.length !== data.items)
    throw new IrtError(
      'unequal-lengths',
      'ids',
      options.ids.length,
      `must have a member for each of ${data.items} items`,
    );
  const { tolerance = 1, maximumCycles = 1 } = options;
  if (!(tolerance > 0)) throw new IrtError('not-positive', 'tolerance', tolerance, 'must be greater than 0');
  if (!Number.isInteger(maximumCycles) || maximumCycles < 1)
    throw new IrtError('not-positive', 'maximumCycles', maximumCycles, 'must be a whole number of at least 1');
  if (options.priors !== undefined) requirePriors(options.priors);
  const fixedBank = [...(options.fixed ?? [])];
  for (const [item] of fixedBank)
    if (!(item >= 0 && item < data.items))
      throw new IrtError('unknown-item', 'fixed', item, `must be a whole number from 0 to ${data.items - 1}`);
  const bank =
    fixedBank.length === 0
      ? undefined
      : createItemParameters(fixedBank.map(([item, spec]) => ({ ...spec, id: `${item}` })));
  const place = new Map(fixedBank.map(([item], n) => [item, n]));
  const densities = densitiesOf(data, options);
  const patterns = preparePatterns(
    data,
    densities.of,
    names,
    (item) => {
      const n = place.get(item);
      return n === undefined ? undefined : bank?.categories[n];
    },
    weightsOf(data, options),
  );
  const disconnected = checkForms(patterns, options.fixed, names);
  const { parts, parameters, start, blocks } = layOut(patterns, options, names);
  const free = parts.flatMap(({ model }) => (model === 'fixed' ? [] : [model]));
  if (free.length === 0)
    throw new IrtError('nothing-to-estimate', 'fixed', fixedBank.length, 'must leave at least one item free');
  if (options.density === 'histogram' && options.covariates !== undefined)
    throw new IrtError('not-possible', 'density', 'histogram', 'must be normal with covariates');
  const latent = layOutLatent(
    options,
    densities.count,
    densities.design,
    free.some(hasUnitSlope),
    parameters,
    start,
    node.length,
  );
  for (const _ of latent.histogram) start.push(...normalOnGrid(node, 0, 1).logWeight.map((weight) => exp(weight / 2)));
  const shape = shapeOf(parts, node, latent);
  const most = Math.max(...patterns.categories);
  const table = new Float64Array(shape.lines * shape.stride);
  if (bank !== undefined) {
    const out = new Float64Array(most);
    for (const [item, n] of place) {
      const line = parts[item].line;
      node.forEach((theta, q) => {
        const categories = categoryProbabilities(bank, n, theta, out);
        for (let k = 0; k < categories; k += 1) table[(line + k) * shape.stride + q] = log(Math.max(1e-300, out[k]));
      });
    }
  }
  const priors: (LogPrior | undefined)[] = parameters.map((name) => priorOf(options.priors, name));
  const isInformative = Uint8Array.from(parts, ({ model }) =>
    options.posteriorFrom === 'fixed' && model !== 'fixed' ? 0 : 1,
  );
  const isInformativeCell = new Uint8Array(shape.cells);
  parts.forEach(({ row, categories }, item) => {
    isInformativeCell.fill(isInformative[item], row, row + categories);
  });
  const rowData = prepareRows(patterns, parts, isInformative);
  const counts: ExpectedCounts = {
    sums: new Float64Array(sumsLayout(shape).length),
    persons: new Float64Array(shape.cells),
    allPersons: new Float64Array(shape.cells),
  };
  countScored(rowData, counts.allPersons);
  return {
    problem: {
      parameters: parameters.length,
      patterns: { ...patterns, flags: [...patterns.flags, ...disconnected] },
      parts,
      blocks,
      node,
      priors,
      latent,
      shape,
      rowData,
      runner:
        options.team === undefined ? runHere(rowData, shape) : runAsTeam(rowData, shape, options.team, patterns.rows),
      table,
      slope: new Float64Array(shape.cells),
      shift: new Float64Array(shape.cells),
      isInformativeCell,
      counts,
      work: createFamilyWork(most),
    },
    parameters,
    start: Float64Array.from(start),
  };
}

function shapeOf(parts: readonly ItemLayout[], node: Float64Array, latent: Latent): SliceShape {
  const last = parts.at(-1);
  return {
    node,
    stride: node.length + (node.length % 2),
    cells: parts.reduce((sum, { categories }) => sum + categories, 0),
    lines: last === undefined ? 0 : last.line + (last.isExponential ? 1 : last.categories),
    hasHistogram: latent.histogram.length > 0,
    densities: latent.kind === 'groups' ? latent.mean.length : latent.design.length,
    perDensity: latent.kind === 'groups' ? 'nodes' : 'moments',
  };
}
