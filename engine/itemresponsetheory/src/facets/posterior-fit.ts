/**
 * Infit and outfit averaged over each person's posterior (Wu, Tam & Jen 2016): expected to be 1 under marginal
 * estimation, where the same statistics at EAP abilities fall short of 1 because the estimate has followed the ratings.
 * Weights count in the posterior; every score is then judged once.
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

/** Posterior of every person at the nodes, normalised. */
function posteriorsOf(
  table: RatingTable,
  logPrior: Float64Array,
  momentsAt: (n: number) => CellMoments,
): Float64Array[] {
  const count = table.highest + 1;
  const posteriors = table.persons.map(() => Float64Array.from(logPrior));
  table.score.forEach((score, n) => {
    const [own, { logP }, weight] = [posteriors[table.person[n]], momentsAt(n), table.weight?.[n] ?? 1];
    for (let q = 0; q < own.length; q += 1) own[q] += weight * logP[q * count + score];
  });
  for (const own of posteriors) {
    const most = own.reduce((a, b) => Math.max(a, b), -Infinity);
    let total = 0;
    for (let q = 0; q < own.length; q += 1) {
      const w = exp(own[q] - most);
      own[q] = w;
      total += w;
    }
    for (let q = 0; q < own.length; q += 1) own[q] /= total;
  }
  return posteriors;
}

/** Of ratings: squared residuals, standardised squares, variances, and the variances of both. */
interface ResidualSums {
  n: number;
  squares: number;
  outfit: number;
  variance: number;
  outfitVariance: number;
  infitVariance: number;
}

/** One rating, averaged over the person's posterior. */
function residualOf(score: number, cell: CellMoments, posterior: Float64Array): ResidualSums {
  const out: ResidualSums = { n: 1, squares: 0, outfit: 0, variance: 0, outfitVariance: 0, infitVariance: 0 };
  for (let q = 0; q < posterior.length; q += 1) {
    const w = posterior[q];
    if (w < 1e-15) continue;
    const [v, f] = [cell.variance[q], cell.fourth[q]];
    const square = w * (score - cell.mean[q]) ** 2;
    out.squares += square;
    out.outfit += square / v;
    out.variance += w * v;
    out.outfitVariance += (w * f) / (v * v);
    out.infitVariance += w * (f - v * v);
  }
  out.outfitVariance -= 1;
  return out;
}

function addTo(sum: ResidualSums, one: ResidualSums): void {
  sum.n += one.n;
  sum.squares += one.squares;
  sum.outfit += one.outfit;
  sum.variance += one.variance;
  sum.outfitVariance += one.outfitVariance;
  sum.infitVariance += one.infitVariance;
}

/**
 * By facet, by element. `population`: mean and variance of θ.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { calibrateFacets, posteriorFit, ratingTable } from 'itemresponsetheory/facets';
 *
 * const rows = Array.from({ length: 60 }, (_, n) => n).flatMap((n) => {
 *   const random = createRng('ratings').fork(n);
 *   const theta = random.normal();
 *   return ['strict', 'mild', 'third'].map((rater, r) => ({
 *     person: `P${n}`,
 *     elements: [rater],
 *     score: Math.max(0, Math.min(3, Math.round(1.5 + theta + (r - 1) / 2 + random.normal()))),
 *   }));
 * });
 * const table = ratingTable(['rater'], rows);
 * const fit = calibrateFacets(table);
 * const [raters = []] = posteriorFit(table, fit, fit);
 * console.log(raters.map(({ infit }) => infit.toFixed(2)).join()); // → 1.02,0.91,1.10
 * ```
 */
export function posteriorFit(
  table: RatingTable,
  measures: Measures,
  population: { readonly mean: number; readonly variance: number },
  grid = 61,
): PosteriorFit[][] {
  const node = abilityGrid(grid, [population]);
  const cells = cellsOf(table);
  const moments = cells.elements.map((elements) => momentsOf(table, measures, elements, node));
  const momentsAt = (n: number): CellMoments => moments[cells.of[n]];
  const prior = normalOnGrid(node, population.mean, population.variance).logWeight;
  const posteriors = posteriorsOf(table, prior, momentsAt);
  const sums = table.facets.map(({ elements }) =>
    elements.map((): ResidualSums => ({
      n: 0,
      squares: 0,
      outfit: 0,
      variance: 0,
      outfitVariance: 0,
      infitVariance: 0,
    })),
  );
  table.score.forEach((score, n) => {
    const one = residualOf(score, momentsAt(n), posteriors[table.person[n]]);
    table.facets.forEach(({ of }, f) => {
      addTo(sums[f][of[n]], one);
    });
  });
  return table.facets.map(({ elements }, f) =>
    elements.map((element, e): PosteriorFit => {
      const { n, squares, outfit, variance, outfitVariance, infitVariance } = sums[f][e];
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
