/** Which parameters were estimated from the data that the fit is judged on: they cost degrees of freedom. */
import { IrtError } from '../errors.ts';
import { type ItemParameters, Model, requireItem } from '../parameters/item-parameters.ts';

export interface EstimatedParameters {
  /** Slopes, of all items or of each; default true. Under Rasch, partial credit and rating scale false. */
  readonly slope?: boolean | readonly boolean[];
  /** Lower and upper asymptotes; by default those that are not 0, and not 1. */
  readonly lower?: boolean;
  readonly upper?: boolean;
  /** Mean and variance of the population; default false. Under Rasch the variance is free. */
  readonly mean?: boolean;
  readonly variance?: boolean;
  /** Items whose parameters were all known beforehand, such as anchors. */
  readonly fixed?: readonly number[];
}

/** One item's estimated parameters in the order slope, steps (nominal: slopes, intercepts), lower, upper. */
export interface FreeOfItem {
  readonly slope: boolean;
  readonly steps: number;
  readonly lower: boolean;
  readonly upper: boolean;
  readonly count: number;
}

const none: FreeOfItem = { slope: false, steps: 0, lower: false, upper: false, count: 0 };

export function freeParameters(bank: ItemParameters, estimated: EstimatedParameters = {}): readonly FreeOfItem[] {
  const fixed = new Set(estimated.fixed);
  fixed.forEach((item) => requireItem(bank, item));
  return Array.from({ length: bank.size }, (_, item) => {
    if (fixed.has(item)) return none;
    const logistic = bank.model[item] === Model.Logistic;
    const slope =
      bank.model[item] !== Model.Nominal &&
      (typeof estimated.slope === 'object' ? estimated.slope[item] : (estimated.slope ?? true));
    const steps = bank.stepStart[item + 1] - bank.stepStart[item];
    const lower = logistic && (estimated.lower ?? bank.lower[item] > 0);
    const upper = logistic && (estimated.upper ?? bank.upper[item] < 1);
    return { slope, steps, lower, upper, count: Number(slope) + steps + Number(lower) + Number(upper) };
  });
}

/** The nodes' densities need a mean and a variance to differentiate by. */
export function requireSpread(variance: number): void {
  if (!(variance > 0)) throw new IrtError('grid-without-spread', 'grid', variance, 'must have a variance above 0');
}
