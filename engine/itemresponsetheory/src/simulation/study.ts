/** A study: many simulated candidates sit a test that is given as a function. Candidate n's draws depend on seed and n alone. */
import { IrtError } from '../errors.ts';
import { informationAt } from '../information/item.ts';
import { createRng } from '../numeric/rng.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import { drawAbility, drawCategory, type Population } from './generate.ts';
import type { Sat } from './summary.ts';

/** One sitting: asks `answer` for every item given, and says what came out. */
export interface Sitting { readonly theta: number; readonly standardError: number; /** Everything given, and what of it counted. */ readonly items: readonly number[]; readonly counted: readonly number[]; readonly reason: string }
export type Sit = (answer: (item: number) => number, simulee: number) => Sitting;

export interface SimulationDesign {
  readonly bank: ItemParameters;
  readonly simulees: number; readonly seed: number;
  readonly population: Population;
  readonly sit: Sit;
  /** Items that unconstrained selection could choose from, for the share of information kept. */
  readonly isOperational?: (item: number) => boolean;
  readonly onProgress?: (done: number) => void;
}

/** Σ of the `count` largest informations at θ. */
function bestInformation({ bank, isOperational = () => true }: SimulationDesign, theta: number, count: number): number {
  const values: number[] = [];
  for (let item = 0; item < bank.size; item += 1) if (isOperational(item)) values.push(informationAt(bank, item, theta));
  return values.sort((a, b) => b - a).slice(0, count).reduce((sum, value) => sum + value, 0);
}

function sitOne(design: SimulationDesign, simulee: number): Sat {
  const { bank, seed, population, sit } = design;
  const random = createRng(seed).fork('simulee', simulee);
  const truth = drawAbility(population, random);
  // An answer belongs to candidate and item, not to the order: policies are compared under common random numbers.
  const { theta, standardError, items, counted, reason } = sit((item) => drawCategory(bank, item, truth, random.fork('answer', item)), simulee);
  const information = counted.reduce((sum, item) => sum + informationAt(bank, item, truth), 0);
  return { truth, estimate: theta, standardError, items, scored: counted.length, reason, informationKept: information / bestInformation(design, truth, counted.length) };
}

export function simulate(design: SimulationDesign): Sat[] {
  if (!Number.isInteger(design.simulees) || design.simulees < 1) throw new IrtError('no-simulees', 'simulees', design.simulees, 'must be a whole number of at least 1');
  return Array.from({ length: design.simulees }, (_, simulee) => {
    const one = sitOne(design, simulee);
    if ((simulee + 1) % 100 === 0) design.onProgress?.(simulee + 1);
    return one;
  });
}
