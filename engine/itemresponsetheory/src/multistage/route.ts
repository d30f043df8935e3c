/** Routing: which module of the next stage. */
import { IrtError } from '../errors.ts';
import { testInformation } from '../information/item.ts';
import { normalDistribution } from '../numeric/normal.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import type { Panel } from './panel.ts';

function stageOf({ stages }: Panel, stage: number): readonly number[] {
  const modules = stages[stage];
  if (modules === undefined)
    throw new IrtError('unknown-stage', 'stage', stage, `must be a whole number from 0 to ${stages.length - 1}`);
  return modules;
}

/**
 * The module with the most information at θ; the easier one where two tie.
 *
 * @example
 * ```ts
 * import { createItemParameters, routeByInformation } from 'itemresponsetheory';
 *
 * const bank = createItemParameters(
 *   [-1, 0, -0.5, 1].map((difficulty, n) => ({ model: 'logistic', id: `i${n}`, difficulty })),
 * );
 * const panel = { modules: [[0, 1], [2], [3]], stages: [[0], [1, 2]] };
 * console.log(routeByInformation(bank, panel, 1, 0.9)); // → 2
 * ```
 */
export function routeByInformation(bank: ItemParameters, panel: Panel, stage: number, theta: number): number {
  const information = (m: number): number => testInformation(bank, panel.modules[m], theta);
  return stageOf(panel, stage).reduce((best, m) => (information(m) > information(best) ? m : best));
}

/**
 * Approximate maximum information (Luecht & Nungester 1998): the θ between neighbouring modules where their information
 * crosses, fixed before the test so that routing is a table. Searched on [−6, 6]; undefined where one module is better
 * everywhere.
 *
 * @example
 * ```ts
 * import { createItemParameters, crossings } from 'itemresponsetheory';
 *
 * const bank = createItemParameters(
 *   [-1, 0, -0.5, 1].map((difficulty, n) => ({ model: 'logistic', id: `i${n}`, difficulty })),
 * );
 * const panel = { modules: [[0, 1], [2], [3]], stages: [[0], [1, 2]] };
 * console.log(crossings(bank, panel, 1).map((theta) => theta?.toFixed(2)).join()); // → 0.25
 * ```
 */
export function crossings(bank: ItemParameters, panel: Panel, stage: number): readonly (number | undefined)[] {
  const modules = stageOf(panel, stage);
  return modules.slice(1).map((harder, n) => {
    const gain = (theta: number): number =>
      testInformation(bank, panel.modules[harder], theta) - testInformation(bank, panel.modules[modules[n]], theta);
    for (let theta = -6; theta < 6; theta += 0.05) {
      if (!(gain(theta) <= 0 && gain(theta + 0.05) > 0)) continue;
      let [low, high] = [theta, theta + 0.05];
      while (high - low > 1e-10) {
        const middle = (low + high) / 2;
        if (gain(middle) > 0) high = middle;
        else low = middle;
      }
      return (low + high) / 2;
    }
    return undefined;
  });
}

/**
 * Defined population intervals (Luecht & Nungester 1998): the θ that cut N(mean, sd) into these shares.
 *
 * @example
 * ```ts
 * import { shareCuts } from 'itemresponsetheory';
 *
 * console.log(shareCuts([0.3, 0.7], { mean: 0, sd: 1 }).map((cut) => cut.toFixed(2)).join()); // → -0.52
 * ```
 */
export function shareCuts(
  shares: readonly number[],
  { mean, sd }: { readonly mean: number; readonly sd: number },
): readonly number[] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (shares.some((share) => !(share > 0)) || Math.abs(total - 1) > 1e-9)
    throw new IrtError('shares-not-one', 'shares', shares.join(', '), 'must be positive and add to 1');
  let below = 0;
  return shares.slice(0, -1).map((share) => {
    below += share;
    let [low, high] = [-10, 10];
    while (high - low > 1e-12) {
      const middle = (low + high) / 2;
      if (normalDistribution(middle) < below) low = middle;
      else high = middle;
    }
    return mean + sd * ((low + high) / 2);
  });
}

/**
 * By cuts on θ or on the number-correct score: the module after as many cuts as the value reaches.
 *
 * @example
 * ```ts
 * import { createItemParameters, routeByCuts } from 'itemresponsetheory';
 *
 * const bank = createItemParameters(
 *   [-1, 0, -0.5, 1].map((difficulty, n) => ({ model: 'logistic', id: `i${n}`, difficulty })),
 * );
 * const panel = { modules: [[0, 1], [2], [3]], stages: [[0], [1, 2]] };
 * console.log(routeByCuts(panel, 1, 2, [1])); // → 2
 * ```
 */
export function routeByCuts(panel: Panel, stage: number, value: number, cuts: readonly number[]): number {
  const modules = stageOf(panel, stage);
  if (cuts.length !== modules.length - 1)
    throw new IrtError(
      'cuts-per-module',
      'cuts',
      cuts.length,
      `must be ${modules.length - 1}, one less than the stage's modules`,
    );
  return modules[cuts.filter((cut) => value >= cut).length];
}
