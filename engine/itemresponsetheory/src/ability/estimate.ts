/**
 * Ability by maximum likelihood, maximum a posteriori, or Warm's weighted likelihood. The root of the estimating equation is
 * bracketed around the best point of a grid and found by secant steps that keep the bracket; at a bound the estimate says so.
 */
import { IrtError, requireFinite } from '../errors.ts';
import { informationOf, warmOf } from '../information/item.ts';
import { createCurves, evaluate } from '../models/curves.ts';
import { log } from '../numeric/elementary.ts';
import { type ItemParameters, requireCategory, requireItem } from '../parameters/item-parameters.ts';
import { type GridOptions, normalGrid } from '../quadrature/grid.ts';
import { tabulate } from '../parameters/table.ts';
import { createPosterior } from './posterior.ts';

export type AbilityMethod = 'ml' | 'map' | 'wle' | 'eap';

export interface AbilityEstimate {
  readonly theta: number;
  /** ml, wle: 1/√I (expected information); map: 1/√(I + 1/σ²); eap: posterior SD. */
  readonly standardError: number;
  readonly method: AbilityMethod;
  readonly converged: boolean;
  readonly atBound?: 'lower' | 'upper';
}

export interface AbilityOptions {
  readonly method: AbilityMethod;
  /** Bounds of ml, map and wle; default [−6, 6]. */
  readonly lower?: number;
  readonly upper?: number;
  /** Prior of map and eap; default N(0, 1). */
  readonly mean?: number;
  readonly sd?: number;
  /** Grid points of eap; default 61. */
  readonly points?: number;
}

interface Equation { readonly value: number; readonly information: number }
type Likelihood = (theta: number) => { readonly logLikelihood: number; readonly score: number; readonly information: number; readonly warm: number };

const curves = createCurves();

function likelihoodOf(bank: ItemParameters, items: ArrayLike<number>, categories: ArrayLike<number>): Likelihood {
  return (theta) => {
    let [logLikelihood, score, information, warm] = [0, 0, 0, 0];
    for (let n = 0; n < items.length; n += 1) {
      const count = evaluate(bank, items[n] ?? 0, theta, curves);
      const u = categories[n] ?? 0;
      const p = curves.probability[u] ?? 0;
      logLikelihood += log(p);
      score += (curves.first[u] ?? 0) / p;
      information += informationOf(curves, count);
      warm += warmOf(curves, count);
    }
    return { logLikelihood, score, information, warm };
  };
}

/** ML: S = 0 (Lord 1980). MAP: S + (μ − θ)/σ² = 0 (Samejima 1969). WLE: S + J/(2I) = 0 (Warm 1989; Penfield & Bergeron 2005). */
function equationOf(likelihood: Likelihood, method: 'ml' | 'map' | 'wle', mean: number, sd: number): (theta: number) => Equation {
  return (theta) => {
    const { score, information, warm } = likelihood(theta);
    if (method === 'map') return { value: score + (mean - theta) / (sd * sd), information: information + 1 / (sd * sd) };
    return { value: method === 'wle' && information > 0 ? score + warm / (2 * information) : score, information };
  };
}

/** Root in [lower, upper] by the Illinois method (Dowell & Jarratt 1971): secant steps that never leave the bracket. `lower` has a positive value, `upper` a negative one. */
function solve(equation: (theta: number) => Equation, lower: number, upper: number): { theta: number; converged: boolean } {
  let low = { theta: lower, value: equation(lower).value };
  let high = { theta: upper, value: equation(upper).value };
  let side = 0;
  for (let step = 0; step < 100; step += 1) {
    const theta = (low.theta * high.value - high.theta * low.value) / (high.value - low.value);
    const { value } = equation(theta);
    if (value === 0 || high.theta - low.theta < 1e-13) return { theta, converged: true };
    if (Math.abs(value) < 1e-14) return { theta, converged: true };
    if (value > 0) {
      low = { theta, value };
      if (side === 1) high = { ...high, value: high.value / 2 };
      side = 1;
    } else {
      high = { theta, value };
      if (side === -1) low = { ...low, value: low.value / 2 };
      side = -1;
    }
  }
  return { theta: (low.theta + high.theta) / 2, converged: high.theta - low.theta < 1e-9 };
}

/** Points of the search grid: two every tenth of a logit, so that no mode of a short test lies between two of them. */
const gridStep = 0.05;

/** The bracket [θ_q, θ_{q+1}] in which the equation falls through zero and the likelihood is highest; or the bound it runs to. */
function bracket(equation: (theta: number) => Equation, objective: (theta: number) => number, lower: number, upper: number): { low: number; high: number } | 'lower' | 'upper' {
  const steps = Math.max(2, Math.round((upper - lower) / gridStep));
  let best: { low: number; high: number } | undefined;
  let bestObjective = -Infinity;
  let before = { theta: lower, value: equation(lower).value };
  for (let q = 1; q <= steps; q += 1) {
    const theta = lower + ((upper - lower) * q) / steps;
    const { value } = equation(theta);
    if (before.value >= 0 && value < 0) {
      const height = Math.max(objective(before.theta), objective(theta));
      if (height > bestObjective) { best = { low: before.theta, high: theta }; bestObjective = height; }
    }
    before = { theta, value };
  }
  const [atLower, atUpper] = [objective(lower), objective(upper)];
  if (best === undefined || Math.max(atLower, atUpper) > bestObjective) {
    if (equation(lower).value < 0 && (best === undefined || atLower > bestObjective)) return 'lower';
    if (before.value > 0 && (best === undefined || atUpper > bestObjective)) return 'upper';
  }
  return best ?? (atLower > atUpper ? 'lower' : 'upper');
}

function byEquation(bank: ItemParameters, items: ArrayLike<number>, categories: ArrayLike<number>, options: AbilityOptions & { readonly method: 'ml' | 'map' | 'wle' }): AbilityEstimate {
  const { method, lower = -6, upper = 6, mean = 0, sd = 1 } = options;
  if (!(upper > lower)) throw new IrtError('empty-range', 'upper', upper, `must be above lower (${lower})`);
  const likelihood = likelihoodOf(bank, items, categories);
  const equation = equationOf(likelihood, method, mean, sd);
  const objective = (theta: number): number => {
    const { logLikelihood, information } = likelihood(theta);
    return method === 'map' ? logLikelihood - 0.5 * ((theta - mean) / sd) ** 2 : method === 'wle' ? logLikelihood + 0.5 * log(information) : logLikelihood;
  };
  const found = bracket(equation, objective, lower, upper);
  if (typeof found === 'string') {
    const theta = found === 'lower' ? lower : upper;
    return { theta, standardError: 1 / Math.sqrt(equation(theta).information), method, converged: true, atBound: found };
  }
  const { theta, converged } = solve(equation, found.low, found.high);
  return { theta, standardError: 1 / Math.sqrt(equation(theta).information), method, converged };
}

/** Throws IrtError for an unknown item, a category outside its item, no responses under ml or wle. */
export function estimateAbility(bank: ItemParameters, items: ArrayLike<number>, categories: ArrayLike<number>, options: AbilityOptions): AbilityEstimate {
  if (items.length !== categories.length) throw new IrtError('unequal-lengths', 'categories', categories.length, `must have as many members as items (${items.length})`);
  for (let n = 0; n < items.length; n += 1) { requireItem(bank, items[n] ?? -1); requireCategory(bank, items[n] ?? -1, categories[n] ?? -1); }
  const { method, mean = 0, sd = 1, points, lower, upper } = options;
  requireFinite('mean', mean);
  if (!(sd > 0)) throw new IrtError('sd-not-positive', 'sd', sd, 'must be greater than 0');
  if (method === 'eap') {
    const grid: GridOptions = { mean, sd, ...(points === undefined ? {} : { points }), ...(lower === undefined ? {} : { lower }), ...(upper === undefined ? {} : { upper }) };
    const posterior = createPosterior(tabulate(bank, normalGrid(grid)));
    for (let n = 0; n < items.length; n += 1) posterior.update(items[n] ?? 0, categories[n] ?? 0);
    return { ...posterior.moments(), method, converged: true };
  }
  if (items.length === 0 && method !== 'map') throw new IrtError('no-responses', 'items', '[]', `must have at least one member under ${method}`);
  return byEquation(bank, items, categories, { ...options, method });
}
