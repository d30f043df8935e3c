/**
 * A study: many simulated candidates sit a test that is given as a function. Candidate n's draws depend on seed and n
 * alone.
 */
import { IrtError } from '../errors.ts';
import { informationAt } from '../information/item.ts';
import { createRng } from '../numeric/rng.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import { drawAbility, drawCategory, type Population } from './generate.ts';
import type { SimulatedSession } from './summary.ts';

/** One simulated test: asks `answer` for every item given, and says what came out. */
export interface TestOutcome {
  readonly theta: number;
  readonly standardError: number;
  /** Everything given, and what of it counted. */ readonly items: readonly number[];
  readonly counted: readonly number[];
  readonly reason: string;
}
export type SimulatedTest = (answer: (item: number) => number, simulee: number) => TestOutcome;

export interface SimulationDesign {
  readonly bank: ItemParameters;
  /**
   * How many, beginning with candidate `first` (default 0): a study may be cut into pieces, done anywhere, and put
   * together in order.
   */
  readonly simulees: number;
  readonly first?: number;
  readonly seed: number;
  readonly population: Population;
  readonly sit: SimulatedTest;
  /**
   * The items that a test without constraints would give to the same candidate, so many: what the information is
   * compared with. Without it, the best items at the true θ, which a real test cannot know.
   */
  readonly unconstrained?: (answer: (item: number) => number, simulee: number, length: number) => readonly number[];
  /** Called after every hundred. */
  readonly onProgress?: (done: number) => void;
  /** Looked at after every hundred; an AbortSignal fits. */
  readonly signal?: { throwIfAborted(): void };
}

/** The `count` items with the largest information at θ. */
function bestItems(bank: ItemParameters, theta: number, count: number): readonly number[] {
  const order = Array.from({ length: bank.size }, (_, item) => ({ item, value: informationAt(bank, item, theta) }));
  return order
    .sort((a, b) => b.value - a.value)
    .slice(0, count)
    .map(({ item }) => item);
}

function sitOne(design: SimulationDesign, simulee: number): SimulatedSession {
  const { bank, seed, population, sit, unconstrained } = design;
  const random = createRng(seed).fork('simulee', simulee);
  const truth = drawAbility(population, random);
  // An answer belongs to candidate and item, not to the order: policies are compared under common random numbers.
  const answer = (item: number): number => drawCategory(bank, item, truth, random.fork('answer', item));
  const { theta, standardError, items, counted, reason } = sit(answer, simulee);
  const information = (list: readonly number[]): number =>
    list.reduce((sum, item) => sum + informationAt(bank, item, truth), 0);
  const reference = unconstrained?.(answer, simulee, counted.length) ?? bestItems(bank, truth, counted.length);
  return {
    truth,
    estimate: theta,
    standardError,
    items,
    scored: counted.length,
    reason,
    informationKept: information(counted) / information(reference),
  };
}

/**
 * Throws IrtError unless `simulees` is a positive integer, and what `signal` throws when it is aborted.
 *
 * @example
 * ```ts
 * import { createItemParameters, normalGrid, tabulate } from 'itemresponsetheory';
 * import { QuickTest, simulate } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters(
 *   Array.from({ length: 20 }, (_, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty: (n - 10) / 5 })),
 * );
 * const test = new QuickTest(tabulate(bank, normalGrid()));
 * const sat = simulate({
 *   bank,
 *   simulees: 10,
 *   seed: 1,
 *   population: { mean: 0, sd: 1 },
 *   // Five items for everybody.
 *   sit: (answer) => {
 *     test.reset();
 *     const items = Array.from({ length: 5 }, () => {
 *       const item = test.next();
 *       test.answer(item, answer(item));
 *       return item;
 *     });
 *     return { theta: test.theta, standardError: test.standardError, items, counted: items, reason: 'maximum-items' };
 *   },
 * });
 * console.log(sat.length, sat[0]?.items.join()); // → 10 10,12,11,13,14
 * ```
 */
export function simulate(design: SimulationDesign): SimulatedSession[] {
  const { simulees, first = 0, onProgress, signal } = design;
  if (!Number.isInteger(simulees) || simulees < 1)
    throw new IrtError('no-simulees', 'simulees', simulees, 'must be a whole number of at least 1');
  return Array.from({ length: simulees }, (_, n) => {
    const one = sitOne(design, first + n);
    if ((n + 1) % 100 === 0) {
      onProgress?.(n + 1);
      signal?.throwIfAborted();
    }
    return one;
  });
}
