/**
 * S-X² (Orlando & Thissen 2000; polytomous Kang & Chen 2008): within each sum score, how many gave each category
 * against how many the model expects, P(X_j = k | score s) = ∫ P_jk·P(rest = s − k)φ / ∫ P(score = s)φ by the
 * Lord–Wingersky recursion. Sparse cells are merged.
 */
import { sumScoreDistribution } from '../ability/sum-score.ts';
import { createCurves, evaluate } from '../models/curves.ts';
import { chiSquareTail } from '../numeric/chi-square.ts';
import type { ItemParameters } from '../parameters/item-parameters.ts';
import { type Grid, normalGrid } from '../quadrature/grid.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { type EstimatedParameters, freeParameters } from './estimated.ts';
import { mergeSparse, type ScoreGroup } from './merge-cells.ts';
import { completeForms, requireAtLeast, requireResponses } from './responses.ts';

export interface SumScoreFitOptions {
  /** Density of the population; default N(0, 1) on 61 points. */
  readonly grid?: Grid;
  readonly estimated?: EstimatedParameters;
  /** Least expected count of a cell; default 1. */
  readonly leastExpected?: number;
}

export interface SumScoreFit {
  readonly chiSquare: number;
  /**
   * Free cells less the item's own estimated parameters. A variance free for all items costs one item next to nothing:
   * it is not counted.
   */
  readonly degreesOfFreedom: number;
  /** NaN without degrees of freedom. */
  readonly p: number;
  readonly rmsea: number;
  /** The table after merging, for a plot. */
  readonly groups: readonly ScoreGroup[];
}

/** Observed counts [score][category], scores 0..highest, of every item. */
function observedCounts(bank: ItemParameters, forms: Uint8Array, highest: number): readonly Float64Array[][] {
  const tables = Array.from(bank.categories, (categories) =>
    Array.from({ length: highest + 1 }, () => new Float64Array(categories)),
  );
  for (let start = 0; start < forms.length; start += bank.size) {
    const form = forms.subarray(start, start + bank.size);
    const score = form.reduce((sum, k) => sum + k, 0);
    form.forEach((k, item) => {
      const row = tables[item][score];
      if (row) row[k] += 1;
    });
  }
  return tables;
}

const curves = createCurves();

/** ∫ P_jk·P(rest = s − k)φ as [score][category]; 0 where the rest cannot reach s − k. */
function jointProbabilities(
  bank: ItemParameters,
  item: number,
  highest: number,
  { node, weight }: Grid,
): readonly Float64Array[] {
  const categories = bank.categories[item];
  const rest = Array.from({ length: bank.size }, (_, n) => n).filter((n) => n !== item);
  const joint = Array.from({ length: highest + 1 }, () => new Float64Array(categories));
  node.forEach((theta, q) => {
    const scores = sumScoreDistribution(bank, rest, theta);
    evaluate(bank, item, theta, curves);
    for (let k = 0; k < categories; k += 1) {
      const p = weight[q] * curves.probability[k];
      scores.forEach((r, s) => {
        const row = joint[s + k];
        if (row) row[k] += p * r;
      });
    }
  });
  return joint;
}

/** Scores 1..highest − 1; a category that the score rules out has expected null. */
function groupsOf(
  observed: readonly Float64Array[],
  joint: readonly Float64Array[],
  highest: number,
  categories: number,
): readonly ScoreGroup[] {
  return Array.from({ length: highest - 1 }, (_, n) => {
    const score = n + 1;
    const counts = Array.from(observed[score]);
    const persons = counts.reduce((sum, count) => sum + count, 0);
    const chance = joint[score];
    const total = chance.reduce((sum, p) => sum + p, 0);
    return {
      score,
      observed: counts,
      expected: Array.from(chance, (p, k) =>
        score - k < 0 || score - k > highest - (categories - 1) ? null : (persons * p) / total,
      ),
    };
  });
}

function statisticOf(groups: readonly ScoreGroup[], parameters: number, persons: number): SumScoreFit {
  let [chiSquare, cells] = [0, 0];
  for (const { observed, expected } of groups) {
    expected.forEach((e, k) => {
      if (e !== null) {
        chiSquare += (observed[k] - e) ** 2 / e;
        cells += 1;
      }
    });
    cells -= 1;
  }
  const degreesOfFreedom = cells - parameters;
  const possible = degreesOfFreedom > 0;
  return {
    chiSquare,
    degreesOfFreedom,
    p: possible ? chiSquareTail(chiSquare, degreesOfFreedom) : NaN,
    rmsea: possible ? Math.sqrt(Math.max(0, chiSquare - degreesOfFreedom) / (degreesOfFreedom * (persons - 1))) : NaN,
    groups,
  };
}

/**
 * One result for each item. Throws IrtError for incomplete forms or fewer than two items.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { responseMatrix } from 'itemresponsetheory/calibration';
 * import { sumScoreFit } from 'itemresponsetheory/fit';
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
 * const [first] = sumScoreFit(bank, data);
 * console.log(first?.degreesOfFreedom, (first?.p ?? 0) > 0.01); // → 2 true
 * ```
 */
export function sumScoreFit(
  bank: ItemParameters,
  data: ResponseMatrix,
  { grid = normalGrid(), estimated, leastExpected = 1 }: SumScoreFitOptions = {},
): readonly SumScoreFit[] {
  requireResponses(bank, data);
  requireAtLeast('items', bank.size, 2, 'S-X²');
  const forms = completeForms(data, 'S-X²');
  const highest = bank.categories.reduce((sum, categories) => sum + categories - 1, 0);
  const free = freeParameters(bank, estimated);
  return observedCounts(bank, forms, highest).map((observed, item) => {
    const groups = groupsOf(observed, jointProbabilities(bank, item, highest, grid), highest, bank.categories[item]);
    return statisticOf(mergeSparse(groups, leastExpected), free[item].count, data.persons);
  });
}
