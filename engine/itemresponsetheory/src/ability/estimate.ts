/**
 * One person's ability from responses to items with known parameters. Every estimate carries its SE, method, bounds and
 * convergence.
 */
import { IrtError, requireFinite } from '../errors.ts';
import { testInformation } from '../information/item.ts';
import { log, logSigmoid, sigmoid } from '../numeric/elementary.ts';
import { type ItemParameters, Model, requireCategory, requireItem } from '../parameters/item-parameters.ts';
import { normalGrid } from '../quadrature/grid.ts';
import { createLikelihoodAt, hasOneMode, likelihoodAt } from './likelihood.ts';
import { momentsOf, normalise } from './posterior.ts';
import { type RobustWeight, robustScoreAt } from './robust.ts';
import { type EquationAt, findRoot } from './root.ts';

export type AbilityMethod = 'ml' | 'map' | 'wle' | 'jeffreys' | 'eap' | 'fence' | 'robust';

export interface AbilityEstimate {
  readonly theta: number;
  /**
   * ml, wle, jeffreys: 1/√I (expected information); map: 1/√(I + 1/σ²); fence: 1/√I with the fences'; robust: sandwich;
   * eap: posterior SD.
   */
  readonly standardError: number;
  readonly method: AbilityMethod;
  readonly converged: boolean;
  /** Present when the equation has no root inside the bounds: θ is then a bound, not a mode. */
  readonly atBound?: 'lower' | 'upper';
  /** Bounds of the search or of the grid. */
  readonly lower: number;
  readonly upper: number;
}

export interface AbilityOptions {
  readonly method: AbilityMethod;
  /** Bounds; default [−6, 6]. */
  readonly lower?: number;
  readonly upper?: number;
  /** Prior of map and eap; default N(0, 1). */
  readonly mean?: number;
  readonly sd?: number;
  /** Grid points of eap; default 61. */
  readonly points?: number;
  /** Quadrature rule of eap; default rectangle. */
  readonly rule?: 'rectangle' | 'trapezoid';
  /**
   * Information behind the standard error of ml and map: expected (default), or observed −ℓ'', which 3PL and 4PL may
   * make NaN.
   */
  readonly information?: 'expected' | 'observed';
  /** Of fence: slope of the two fence items, at the bounds; default 5. */
  readonly fenceSlope?: number;
  /** Of robust; default Huber, tuning 1. */
  readonly weight?: RobustWeight;
}

type AbilitySettings = Required<AbilityOptions>;

/**
 * ML: S = 0 (Lord 1980). MAP: S + (μ − θ)/σ² = 0 (Samejima 1969). WLE: S + J/(2I) = 0 (Warm 1989; Penfield & Bergeron
 * 2005). Jeffreys: S + I'/(2I) = 0, the same as WLE only where J = I' (1PL, 2PL, partial credit; Magis & Raîche 2012).
 * Fence: two more items, at the bounds, the lower one right and the upper one wrong, so that a finite root always
 * exists (Han 2016).
 */
function equationOf(
  bank: ItemParameters,
  items: ArrayLike<number>,
  categories: ArrayLike<number>,
  { method, mean, sd, lower, upper, fenceSlope, weight }: AbilitySettings,
): (theta: number) => EquationAt {
  const at = createLikelihoodAt();
  if (method === 'robust') return (theta) => ({ value: robustScoreAt(bank, items, categories, theta, weight).score });
  return (theta) => {
    likelihoodAt(bank, items, categories, theta, at);
    const { score, information, logLikelihood } = at;
    const deviation = (theta - mean) / sd;
    switch (method) {
      case 'map':
        return { value: score - deviation / sd, objective: logLikelihood - 0.5 * deviation * deviation };
      case 'wle':
        return { value: score + at.warm / (2 * information), objective: logLikelihood + 0.5 * log(information) };
      case 'jeffreys':
        return {
          value: score + at.informationDerivative / (2 * information),
          objective: logLikelihood + 0.5 * log(information),
        };
      case 'fence': {
        const [below, above] = [fenceSlope * (theta - lower), fenceSlope * (theta - upper)];
        return {
          value: score + fenceSlope * (sigmoid(-below) - sigmoid(above)),
          objective: logLikelihood + logSigmoid(below) + logSigmoid(-above),
        };
      }
      default:
        return { value: score, objective: logLikelihood };
    }
  };
}

function check(
  bank: ItemParameters,
  items: ArrayLike<number>,
  categories: ArrayLike<number>,
  { method, lower, upper, mean, sd, fenceSlope, weight }: AbilitySettings,
): void {
  if (items.length !== categories.length)
    throw new IrtError(
      'unequal-lengths',
      'categories',
      categories.length,
      `must have as many members as items (${items.length})`,
    );
  for (let n = 0; n < items.length; n += 1) {
    requireItem(bank, items[n]);
    requireCategory(bank, items[n], categories[n]);
  }
  for (const [field, value] of Object.entries({ lower, upper, mean, sd, fenceSlope, tuning: weight.tuning }))
    requireFinite(field, value);
  for (const [field, value] of [
    ['fenceSlope', fenceSlope],
    ['tuning', weight.tuning],
  ] as const)
    if (!(value > 0)) throw new IrtError('not-positive', field, value, 'must be greater than 0');
  if (method === 'robust')
    for (let n = 0; n < items.length; n += 1)
      if (bank.model[items[n]] !== Model.Logistic)
        throw new IrtError(
          'model-not-dichotomous',
          `item ${bank.id[items[n]]}`,
          'polytomous',
          'must be a 1–4PL item under robust',
        );
  if (!(sd > 0)) throw new IrtError('sd-not-positive', 'sd', sd, 'must be greater than 0');
  if (!(upper > lower)) throw new IrtError('empty-range', 'upper', upper, `must be above lower (${lower})`);
  if (items.length === 0 && method !== 'map' && method !== 'eap')
    throw new IrtError('no-responses', 'items', '[]', `must have at least one member under ${method}`);
}

/** Only the given items are evaluated, not the bank. */
function byPosterior(
  bank: ItemParameters,
  items: ArrayLike<number>,
  categories: ArrayLike<number>,
  { lower, upper, mean, sd, points, rule }: AbilitySettings,
): AbilityEstimate {
  const { node, weight } = normalGrid({ points, lower, upper, mean, sd, rule });
  const at = createLikelihoodAt();
  const logWeight = weight.map((w, q) => {
    likelihoodAt(bank, items, categories, node[q], at);
    return log(w) + at.logLikelihood;
  });
  return { ...momentsOf(node, normalise(logWeight, weight)), method: 'eap', converged: true, lower, upper };
}

/**
 * Throws IrtError for an unknown item, a category outside its item, a bad option, or no responses under ml, wle or
 * jeffreys.
 *
 * @example
 * ```ts
 * import { createItemParameters, estimateAbility } from 'itemresponsetheory';
 *
 * const bank = createItemParameters([
 *   { model: 'logistic', id: 'easy', difficulty: -1 },
 *   { model: 'logistic', id: 'hard', slope: 1.5, difficulty: 1 },
 *   { model: 'generalized-partial-credit', id: 'rated', steps: [-1, 0.5] },
 * ]);
 * const { theta, standardError } = estimateAbility(bank, [0, 1, 2], [1, 0, 2], { method: 'wle' });
 * console.log(theta.toFixed(3), standardError.toFixed(3)); // → 0.776 0.973
 * ```
 */
export function estimateAbility(
  bank: ItemParameters,
  items: ArrayLike<number>,
  categories: ArrayLike<number>,
  options: AbilityOptions,
): AbilityEstimate {
  const {
    method,
    lower = -6,
    upper = 6,
    mean = 0,
    sd = 1,
    points = 61,
    rule = 'rectangle',
    information = 'expected',
    fenceSlope = 5,
    weight = { kind: 'huber', tuning: 1 },
  } = options;
  const settings: AbilitySettings = { method, lower, upper, mean, sd, points, rule, information, fenceSlope, weight };
  check(bank, items, categories, settings);
  if (method === 'eap') return byPosterior(bank, items, categories, settings);
  const equation = equationOf(bank, items, categories, settings);
  const steps = Math.max(
    4,
    Math.ceil((upper - lower) / (hasOneMode(bank, items) && method !== 'robust' ? 0.25 : 0.05)),
  );
  // Fences stand at the bounds: the root lies within, but may pass them by a little.
  const margin = method === 'fence' ? 1 : 0;
  const root = findRoot(equation, lower - margin, upper + margin, steps);
  return {
    ...root,
    standardError: standardErrorAt(bank, items, categories, root.theta, settings),
    method,
    lower,
    upper,
  };
}

function standardErrorAt(
  bank: ItemParameters,
  items: ArrayLike<number>,
  categories: ArrayLike<number>,
  theta: number,
  { method, sd, lower, upper, information, fenceSlope, weight }: AbilitySettings,
): number {
  if (method === 'robust') {
    const { bread, meat } = robustScoreAt(bank, items, categories, theta, weight);
    return Math.sqrt(meat) / bread;
  }
  const fence = (at: number): number => {
    const s = sigmoid(fenceSlope * (theta - at));
    return fenceSlope * fenceSlope * s * (1 - s);
  };
  const extra = method === 'map' ? 1 / (sd * sd) : method === 'fence' ? fence(lower) + fence(upper) : 0;
  if (information === 'expected' || (method !== 'ml' && method !== 'map'))
    return 1 / Math.sqrt(testInformation(bank, items, theta) + extra);
  const at = createLikelihoodAt();
  likelihoodAt(bank, items, categories, theta, at);
  return 1 / Math.sqrt(at.observed + extra);
}
