/**
 * The selection criteria as the reference files define them: trapezoid rule on 33 points of [−4, 4], prior N(0, 1),
 * unnormalised likelihood.
 */
import {
  type AbilityEstimate,
  type AbilityMethod,
  createItemParameters,
  estimateAbility,
  exp,
  expectedInformation,
  expectedPosteriorVariance,
  type GridTable,
  globalDiscrimination,
  itemInformation,
  nearnessOfDifficulty,
  nearnessOfMaximum,
  normalDensity,
  normalGrid,
  tabulate,
  weightedInformation,
  weightedKullbackLeibler,
} from 'itemresponsetheory';
import { readReference } from './folder.ts';
import { type ReferenceItem, specOf } from './items.ts';

const points = 33;

const tables = new Map<string, GridTable>();
/** The bank of `cat/select-NAME.json`. */
export function tableOf(bank: string): GridTable {
  const known = tables.get(bank);
  if (known !== undefined) return known;
  const { bank: items } = readReference<{ bank: ReferenceItem[] }>(`cat/select-${bank}.json`);
  const table = tabulate(createItemParameters(items.map(specOf)), normalGrid({ points, lower: -4, upper: 4 }));
  tables.set(bank, table);
  return table;
}

const methods: Readonly<Record<string, AbilityMethod>> = { EAP: 'eap', BM: 'map', WL: 'wle', ML: 'ml' };
export function estimate(
  { bank }: GridTable,
  items: readonly number[],
  responses: readonly number[],
  method: string,
): AbilityEstimate {
  const own = methods[method];
  if (own === undefined) throw new Error(`no method ${method}`);
  return estimateAbility(bank, items, responses, {
    method: own,
    lower: -4,
    upper: 4,
    points,
    rule: 'trapezoid',
  });
}

export interface State {
  readonly table: GridTable;
  /** 0-based. */ readonly items: readonly number[];
  readonly responses: readonly number[];
  readonly method: string;
  readonly theta: number;
}

/** L(θ_q)·(prior), times the quadrature weights when `rule` is trapezoid. */
function weightsOf({ table, items, responses }: State, prior: boolean, rule: 'trapezoid' | 'normalised'): Float64Array {
  const { node } = table.grid;
  const raw = node.map(
    (theta, q) =>
      exp(
        items.reduce(
          (sum, item, n) =>
            sum + (table.logProbability[((table.rowStart[item] ?? 0) + (responses[n] ?? 0)) * points + q] ?? 0),
          0,
        ),
      ) * (prior ? normalDensity(theta) : 1),
  );
  if (rule === 'trapezoid') return raw.map((w, q) => w * (q === 0 || q === points - 1 ? 0.125 : 0.25));
  const total = raw.reduce((sum, w) => sum + w, 0);
  return raw.map((w) => w / total);
}

/** The criterion as a function of the item; bOpt, thOpt and MEPV are distances or variances, to be minimised. */
export function criterion(name: string, state: State): (item: number) => number {
  const { table, theta, items, responses, method } = state;
  const { bank } = table;
  const after =
    (item: number) =>
    (category: number): number =>
      estimate(table, [...items, item], [...responses, category], method).theta;
  const [likelihood, posterior] = [weightsOf(state, false, 'trapezoid'), weightsOf(state, true, 'trapezoid')];
  switch (name) {
    case 'MFI':
      return (item) => itemInformation(bank, item, theta);
    case 'bOpt':
      return (item) => -nearnessOfDifficulty(bank, item, theta);
    case 'thOpt':
      return (item) => -nearnessOfMaximum(bank, item, theta);
    case 'KL':
      return (item) => weightedKullbackLeibler(table, likelihood, item, theta);
    case 'KLP':
      return (item) => weightedKullbackLeibler(table, posterior, item, theta);
    case 'MLWI':
      return (item) => weightedInformation(table, likelihood, item);
    case 'MPWI':
      return (item) => weightedInformation(table, posterior, item);
    case 'MEI':
      return (item) => expectedInformation(bank, item, theta, after(item), 'observed');
    case 'MEI-Fisher':
      return (item) => expectedInformation(bank, item, theta, after(item), 'fisher');
    case 'MEPV':
      return (item) => expectedPosteriorVariance(table, posterior, item, theta);
    case 'GDI': {
      const weight = weightsOf(state, false, 'normalised');
      return (item) => globalDiscrimination(table, weight, item);
    }
    case 'GDIP': {
      const weight = weightsOf(state, true, 'normalised');
      return (item) => globalDiscrimination(table, weight, item);
    }
    default:
      throw new Error(`no criterion ${name}`);
  }
}

/** The best unused item by a criterion. */
export function choose(name: string, state: State): { item: number; value: number } {
  const value = criterion(name, state);
  const sign = ['bOpt', 'thOpt', 'MEPV'].includes(name) ? -1 : 1;
  let best = { item: -1, value: NaN };
  for (let item = 0; item < state.table.bank.size; item += 1) {
    if (state.items.includes(item)) continue;
    const here = value(item);
    if (best.item < 0 || sign * here > sign * best.value) best = { item, value: here };
  }
  return best;
}
