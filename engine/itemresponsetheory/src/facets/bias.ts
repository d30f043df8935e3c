/**
 * First-order bias of maximum likelihood, of the order of 1/persons (steps and variance come out too wide), by the
 * parametric bootstrap (Efron & Tibshirani 1993): the fitted model makes ratings of the same plan, which are fitted
 * again. The score at the truth, carried over by the inverse information, has mean zero and makes up nearly all of a
 * replication's error; taken off as a control variate it leaves the bias, so that few replications are enough.
 */
import { accelerate } from '../calibration/accelerate.ts';
import { exp, log } from '../numeric/elementary.ts';
import { drawFrom, type Rng } from '../numeric/rng.ts';
import type { RatingTable } from '../responses/rating-table.ts';
import { valueOf } from './affine.ts';
import { createRatingAt, ratingAt } from './cells.ts';
import type { FacetsModel } from './design.ts';
import { emStep } from './em-step.ts';
import { expectation } from './expectation.ts';
import { type Marginal, marginalOf } from './marginal.ts';

export interface BiasCorrection {
  readonly random: Rng;
  /** Default 20. */ readonly replications?: number;
}

/**
 * Estimates x less their bias; the variance is corrected as such, not by its logarithm, and by at most half.
 * `covariance`: inverse information at x.
 */
export function withoutBias(
  marginal: Marginal,
  model: FacetsModel,
  x: Float64Array,
  covariance: Float64Array,
  { random, replications = 20 }: BiasCorrection,
): Float64Array {
  const { size, varianceAt, node } = marginal;
  const variance = exp(x[varianceAt]);
  const bias = new Float64Array(size);
  for (let r = 0; r < replications; r += 1) {
    const again = marginalOf(simulated(marginal, x, random.fork('bias', r)), node, model);
    const { gradient } = expectation(again, x, false);
    const refit = accelerate(emStep(again), x, { tolerance: 1e-6, maximumSteps: 500 }).x;
    for (let i = 0; i < size; i += 1) {
      let expected = 0;
      for (let j = 0; j < size; j += 1) expected += covariance[i * size + j] * gradient[j];
      const error = i === varianceAt ? exp(refit[i]) - variance - variance * expected : refit[i] - x[i] - expected;
      bias[i] += error / replications;
    }
  }
  return x.map((value, i) => (i === varianceAt ? log(Math.max(variance / 2, variance - bias[i])) : value - bias[i]));
}

/** Scores that the model at x gives in the same plan. */
function simulated({ table, cells, design, meanAt, varianceAt }: Marginal, x: Float64Array, random: Rng): RatingTable {
  const [mean, sd] = [meanAt < 0 ? 0 : x[meanAt], Math.sqrt(exp(x[varianceAt]))];
  const theta = table.persons.map(() => mean + sd * random.normal());
  const at = createRatingAt(table.highest);
  const rules = design.cells.map(({ severity, logSlope, group }) => {
    const slope = logSlope === undefined ? 1 : exp(valueOf(logSlope, x));
    return {
      slope,
      severity: valueOf(severity, x),
      steps: Float64Array.from(design.steps[group], (row) => slope * valueOf(row, x)),
    };
  });
  const score = Uint8Array.from(table.person, (person, n) => {
    const rule = rules[cells.of[n]];
    ratingAt(rule.slope * (theta[person] - rule.severity), rule.steps, at);
    return drawFrom(at.p, table.highest + 1, random);
  });
  return { ...table, score };
}
