/**
 * Pearson's X² of an item over groups of persons of similar θ̂ (after Bock 1960; Yen 1981): how many in each group gave
 * each category against the item's curve at the group's mean θ̂. θ̂ is taken as the truth, so X² is too large for short
 * tests: for a plot and a first look; S-X² decides.
 */
import { IrtError } from '../errors.ts';
import { createCurves, evaluate } from '../models/curves.ts';
import { chiSquareTail } from '../numeric/chi-square.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { requireThetas } from './abilities.ts';
import { type EstimatedParameters, freeParameters } from './estimated.ts';
import { requireResponses } from './responses.ts';

export interface AbilityGroup {
  readonly theta: number;
  readonly persons: number;
  /** Shares of the categories. */ readonly observed: readonly number[];
  readonly expected: readonly number[];
}
export interface GroupedChiSquare {
  readonly chiSquare: number;
  readonly degreesOfFreedom: number;
  readonly p: number;
  readonly groups: readonly AbilityGroup[];
}
export interface GroupedChiSquareOptions {
  /** Default 10, of equal size. */ readonly groups?: number;
  readonly estimated?: EstimatedParameters;
}

interface Answer {
  readonly theta: number;
  readonly category: number;
}

const curves = createCurves();

/**
 * Ten intervals of equal length over the ranks 0..n−1, each with its right end; equal θ̂ stay in the order of the
 * persons.
 */
function inGroups(answers: readonly Answer[], count: number): readonly (readonly Answer[])[] {
  const sorted = [...answers].sort((a, b) => a.theta - b.theta);
  const groups: Answer[][] = Array.from({ length: count }, () => []);
  sorted.forEach((answer, rank) =>
    groups[Math.max(0, Math.ceil((rank * count) / (sorted.length - 1)) - 1)].push(answer),
  );
  return groups;
}

function groupOf(bank: ItemParameters, item: number, answers: readonly Answer[]): AbilityGroup {
  const theta = answers.reduce((sum, answer) => sum + answer.theta, 0) / answers.length;
  const observed = new Array<number>(bank.categories[item]).fill(0);
  for (const { category } of answers) observed[category] += 1 / answers.length;
  evaluate(bank, item, theta, curves);
  return { theta, persons: answers.length, observed, expected: observed.map((_, k) => curves.probability[k]) };
}

/**
 * One result for each item, over those who answered it; NaN where there are fewer answers than groups.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { estimateAbilities, groupedChiSquare } from 'itemresponsetheory/fit';
 * import { drawCategory } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters(
 *   [-1, -0.5, 0, 0.5, 1].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * const rows = Array.from({ length: 400 }, (_, person) => {
 *   const random = createRng('example').fork(person);
 *   const theta = random.normal();
 *   return Array.from(bank.id, (__, item) => drawCategory(bank, item, theta, random));
 * });
 * const data = responseMatrix(rows);
 * const { theta } = estimateAbilities(bank, data, { method: 'eap' });
 * const items = groupedChiSquare(bank, data, theta, { groups: 4 });
 * console.log(items.map(({ degreesOfFreedom }) => degreesOfFreedom).join());
 * // → 2,2,2,2,2
 * ```
 */
export function groupedChiSquare(
  bank: ItemParameters,
  data: ResponseMatrix,
  theta: ArrayLike<number>,
  { groups = 10, estimated }: GroupedChiSquareOptions = {},
): readonly GroupedChiSquare[] {
  requireResponses(bank, data);
  requireThetas(data, theta);
  if (!Number.isInteger(groups) || groups < 2)
    throw new IrtError('too-few', 'groups', groups, 'must be a whole number of at least 2');
  const answers: Answer[][] = Array.from({ length: bank.size }, () => []);
  for (let person = 0; person < data.persons; person += 1) {
    for (let n = data.rowStart[person]; n < data.rowStart[person + 1]; n += 1)
      answers[data.item[n]].push({ theta: theta[person], category: data.category[n] });
  }
  const free = freeParameters(bank, estimated);
  return answers.map((list, item) => {
    if (list.length < groups) return { chiSquare: NaN, degreesOfFreedom: 0, p: NaN, groups: [] };
    const table = inGroups(list, groups)
      .filter(({ length }) => length > 0)
      .map((group) => groupOf(bank, item, group));
    const chiSquare = table.reduce(
      (sum, { persons, observed, expected }) =>
        sum + expected.reduce((part, e, k) => part + (persons * (observed[k] - e) ** 2) / e, 0),
      0,
    );
    const degreesOfFreedom = table.length * (bank.categories[item] - 1) - free[item].count;
    return {
      chiSquare,
      degreesOfFreedom,
      p: degreesOfFreedom > 0 ? chiSquareTail(chiSquare, degreesOfFreedom) : NaN,
      groups: table,
    };
  });
}
