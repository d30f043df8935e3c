/** A calibration problem: the data made ready, and all that the EM steps work on. */
import { IrtError } from '../errors.ts';
import { exp, log } from '../numeric/elementary.ts';
import { categoryProbabilities } from '../models/probability.ts';
import { createItemParameters, type ItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { checkForms } from './disconnected-forms.ts';
import { createFamilyWork, type FamilyWork, hasUnitSlope } from './family.ts';
import { normalOnGrid } from './latent.ts';
import { type ItemLayout, type Latent, layOutItems, layOutLatent } from './layout.ts';
import type { CalibrateItemsOptions } from './options.ts';
import { type LogPrior, priorOf, requirePriors } from './parameter-prior.ts';
import { type Patterns, preparePatterns } from './patterns.ts';
import { densitiesOf, weightsOf } from './persons.ts';
import { countScored, prepareRows, type RowData } from './rows.ts';
import { type SliceShape, sumsLayout } from './slice.ts';
import { runAsTeam, type Runner, runHere } from './team.ts';

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
  /** s_k and t_k of exponential items, and whether the item is informative (new items under OEM are not), by cell. */
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

/** Throws IrtError for options that contradict each other or the data. */
function checkOptions(data: ResponseMatrix, options: CalibrateItemsOptions): void {
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
  for (const item of options.fixed?.keys() ?? [])
    if (!(item >= 0 && item < data.items))
      throw new IrtError('unknown-item', 'fixed', item, `must be a whole number from 0 to ${data.items - 1}`);
  if (options.density === 'histogram' && options.covariates !== undefined)
    throw new IrtError('not-possible', 'density', 'histogram', 'must be normal with covariates');
}

/** The fixed items as a bank, and the place of each in it. */
interface FixedItems {
  readonly bank: ItemParameters | undefined;
  readonly place: ReadonlyMap<number, number>;
}

function fixedItemsOf({ fixed = new Map<number, ItemSpec>() }: CalibrateItemsOptions): FixedItems {
  const list = [...fixed];
  return {
    bank:
      list.length === 0 ? undefined : createItemParameters(list.map(([item, spec]) => ({ ...spec, id: `${item}` }))),
    place: new Map(list.map(([item], n) => [item, n])),
  };
}

/** The table of ln P with the lines of the fixed items filled: they never change. */
function tableWithFixed({ bank, place }: FixedItems, parts: readonly ItemLayout[], shape: SliceShape): Float64Array {
  const { node, stride } = shape;
  const table = new Float64Array(shape.lines * stride);
  if (bank === undefined) return table;
  const out = new Float64Array(Math.max(...bank.categories));
  for (const [item, n] of place) {
    const line = parts[item].line;
    node.forEach((theta, q) => {
      const categories = categoryProbabilities(bank, n, theta, out);
      for (let k = 0; k < categories; k += 1) table[(line + k) * stride + q] = log(Math.max(1e-300, out[k]));
    });
  }
  return table;
}

/** By item and by cell, whether the posterior is made from the answers to it. */
function informative(
  parts: readonly ItemLayout[],
  cells: number,
  { posteriorFrom }: CalibrateItemsOptions,
): { readonly items: Uint8Array; readonly cells: Uint8Array } {
  const items = Uint8Array.from(parts, ({ model }) => (posteriorFrom === 'fixed' && model !== 'fixed' ? 0 : 1));
  const byCell = new Uint8Array(cells);
  parts.forEach(({ row, categories }, item) => {
    byCell.fill(items[item], row, row + categories);
  });
  return { items, cells: byCell };
}

function emptyCounts(shape: SliceShape, rowData: RowData): ExpectedCounts {
  const counts: ExpectedCounts = {
    sums: new Float64Array(sumsLayout(shape).length),
    persons: new Float64Array(shape.cells),
    allPersons: new Float64Array(shape.cells),
  };
  countScored(rowData, counts.allPersons);
  return counts;
}

/** `node`: equally spaced abilities. */
export function prepareProblem(
  data: ResponseMatrix,
  options: CalibrateItemsOptions,
  node: Float64Array,
): { problem: CalibrationProblem; parameters: string[]; start: Float64Array } {
  checkOptions(data, options);
  const names = (item: number): string => options.ids?.[item] ?? `item ${item}`;
  const fixed = fixedItemsOf(options);
  const fixedCategories = (item: number): number | undefined => {
    const n = fixed.place.get(item);
    return n === undefined ? undefined : fixed.bank?.categories[n];
  };
  const densities = densitiesOf(data, options);
  const patterns = preparePatterns(data, densities.of, names, fixedCategories, weightsOf(data, options));
  const disconnected = checkForms(patterns, options.fixed, names);
  const { parts, parameters, start, blocks } = layOutItems(patterns, options, names);
  const free = parts.flatMap(({ model }) => (model === 'fixed' ? [] : [model]));
  if (free.length === 0)
    throw new IrtError('nothing-to-estimate', 'fixed', fixed.place.size, 'must leave at least one item free');
  const latent = layOutLatent(options, densities, free.some(hasUnitSlope), parameters, start, node.length);
  for (const _ of latent.histogram) start.push(...normalOnGrid(node, 0, 1).logWeight.map((weight) => exp(weight / 2)));
  const shape = shapeOf(parts, node, latent);
  const isInformative = informative(parts, shape.cells, options);
  const rowData = prepareRows(patterns, parts, isInformative.items);
  return {
    problem: {
      parameters: parameters.length,
      patterns: { ...patterns, flags: [...patterns.flags, ...disconnected] },
      parts,
      blocks,
      node,
      priors: parameters.map((name) => priorOf(options.priors, name)),
      latent,
      shape,
      rowData,
      runner:
        options.team === undefined ? runHere(rowData, shape) : runAsTeam(rowData, shape, options.team, patterns.rows),
      table: tableWithFixed(fixed, parts, shape),
      slope: new Float64Array(shape.cells),
      shift: new Float64Array(shape.cells),
      isInformativeCell: isInformative.cells,
      counts: emptyCounts(shape, rowData),
      work: createFamilyWork(Math.max(...patterns.categories)),
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
