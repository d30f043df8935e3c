/**
 * Infit and outfit averaged over each person's posterior (Wu, Tam & Jen 2016): expected to be 1 under marginal
 * estimation, where the same statistics at EAP
 * abilities fall short of 1 because the estimate has followed the ratings. Weights count in the posterior; every score
 * is then judged once.
 */
import { normalOnGrid } from '../calibration/latent.ts';
import { exp } from '../numeric/elementary.ts';
import type { RatingTable } from '../responses/rating-table.ts';
import { cellsOf, createRatingAt } from './cells.ts';
import { abilityGrid } from '../quadrature/ability-grid.ts';
import { type Measures, predict, ruleOf } from './prediction.ts';
import { standardised } from './report.ts';

export interface PosteriorFit {
  readonly element: string;
  readonly ratings: number;
  readonly infit: number;
  readonly outfit: number;
  readonly infitZ: number;
  readonly outfitZ: number;
}

/** Moments of a cell's score at every node. */
interface CellMoments {
  readonly logP: Float64Array;
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly fourth: Float64Array;
}

function momentsOf(
  table: RatingTable,
  measures: Measures,
  elements: readonly number[],
  node: Float64Array,
): CellMoments {
  const rule = ruleOf(table, measures)(elements);
  const at = createRatingAt(table.highest);
  const count = table.highest + 1;
  const out = {
    logP: new Float64Array(node.length * count),
    mean: new Float64Array(node.length),
    variance: new Float64Array(node.length),
    fourth: new Float64Array(node.length),
  };
  node.forEach((theta, q) => {
    predict(rule, theta, at);
    let exponent = 0;
    for (let k = 0; k < count; k += 1) {
      if (k > 0) exponent += rule.slope * (theta - rule.severity - rule.steps[k - 1]);
      out.logP[q * count + k] = exponent - at.logTotal;
    }
    out.mean[q] = at.mean;
    out.variance[q] = at.variance;
    out.fourth[q] = at.fourth;
  });
  return out;
}

/** By facet, by element. `population`: mean and variance of θ. */
export function posteriorFit(
  table: RatingTable,
  measures: Measures,
  population: { readonly mean: number; readonly variance: number },
  grid = 61,
): PosteriorFit[][] {
  const node = abilityGrid(grid, [population]);
  const points = node.length;
  const prior = normalOnGrid(node, population.mean, population.variance).logWeight;
  const cells = cellsOf(table);
  const moments = cells.elements.map((elements) => momentsOf(table, measures, elements, node));
  const count = table.highest + 1;
  const line = table.persons.map(() => Float64Array.from(prior));
  for (let n = 0; n < table.score.length; n += 1) {
    const [own, logP, score, weight] = [
      line[table.person[n]],
      moments[cells.of[n]].logP,
      table.score[n],
      table.weight?.[n] ?? 1,
    ];
    if (own !== undefined && logP !== undefined)
      for (let q = 0; q < points; q += 1) own[q] += weight * logP[q * count + score];
  }
  for (const own of line) {
    const most = own.reduce((a, b) => Math.max(a, b), -Infinity);
    let total = 0;
    for (let q = 0; q < points; q += 1) {
      const w = exp(own[q] - most);
      own[q] = w;
      total += w;
    }
    for (let q = 0; q < points; q += 1) own[q] /= total;
  }
  // Of each rating: its squared residual, standardised square, variance, and the variances of both.
  const sums = table.facets.map(({ elements }) =>
    elements.map(() => ({ n: 0, squares: 0, outfit: 0, variance: 0, outfitVariance: 0, infitVariance: 0 })),
  );
  for (let n = 0; n < table.score.length; n += 1) {
    const [own, cell, score] = [line[table.person[n]], moments[cells.of[n]], table.score[n]];
    if (own === undefined || cell === undefined) continue;
    let [squares, outfit, variance, outfitVariance, infitVariance] = [0, 0, 0, 0, 0];
    for (let q = 0; q < points; q += 1) {
      const w = own[q];
      if (w < 1e-15) continue;
      const [v, f] = [cell.variance[q], cell.fourth[q]];
      const square = w * (score - cell.mean[q]) ** 2;
      squares += square;
      outfit += square / v;
      variance += w * v;
      outfitVariance += (w * f) / (v * v);
      infitVariance += w * (f - v * v);
    }
    table.facets.forEach(({ of }, f) => {
      const sum = sums[f][of[n]];
      if (sum === undefined) return;
      sum.n += 1;
      sum.squares += squares;
      sum.outfit += outfit;
      sum.variance += variance;
      sum.outfitVariance += outfitVariance - 1;
      sum.infitVariance += infitVariance;
    });
  }
  return table.facets.map(({ elements }, f) =>
    elements.map((element, e): PosteriorFit => {
      const {
        n = 0,
        squares = NaN,
        outfit = NaN,
        variance = NaN,
        outfitVariance = NaN,
        infitVariance = NaN,
      } = sums[f][e];
      return {
        element,
        ratings: n,
        infit: squares / variance,
        outfit: outfit / n,
        infitZ: standardised(squares / variance, infitVariance / (variance * variance)),
        outfitZ: standardised(outfit / n, outfitVariance / (n * n)),
      };
    }),
  );
}
