/**
 * Many-facet Rasch by joint maximum likelihood, the method of the classic reports: every facet and the steps sum to
 * zero, persons float. Biased where persons have few ratings.
 */
import { IrtError } from '../errors.ts';
import { log } from '../numeric/elementary.ts';
import { type RatingTable, ratingsOf } from '../responses/rating-table.ts';
import { createRatingAt, ratingAt } from './cells.ts';
import { type FacetMeasures, requireScale } from './calibrate-facets.ts';
import { requireConnected } from './connectedness.ts';
import { unboundedElements } from './ridge-prior.ts';

export interface JointFacets {
  readonly facets: readonly FacetMeasures[];
  readonly scales: readonly [{ readonly steps: Float64Array }];
  /**
   * Persons with only highest or lowest scores were left out of the estimation; their θ is that of a score moved
   * inwards by `extreme`.
   */
  readonly theta: Float64Array;
  readonly thetaError: Float64Array;
  readonly isExtreme: Uint8Array;
  readonly logLikelihood: number;
  readonly converged: boolean;
  readonly sweeps: number;
}

export interface JointOptions {
  readonly extreme?: number;
  readonly tolerance?: number;
  readonly maximumSweeps?: number;
}

/**
 * Throws IrtError when the ratings do not connect all elements, or when without the persons at an end of the scale they
 * no longer do, or no longer hold an element.
 */
export function calibrateFacetsJointly(
  table: RatingTable,
  { extreme = 0.3, tolerance = 1e-10, maximumSweeps = 5000 }: JointOptions = {},
): JointFacets {
  requireScale(table);
  requireConnected(table, 'by common persons');
  const m = table.highest;
  const [sum, count] = [new Float64Array(table.persons.length), new Float64Array(table.persons.length)];
  table.score.forEach((score, n) => {
    const p = table.person[n];
    sum[p] += score;
    count[p] += 1;
  });
  const isExtreme = Uint8Array.from(sum, (s, p) => (s === 0 || s === m * count[p] ? 1 : 0));
  const theta = new Float64Array(table.persons.length);
  const measures = table.facets.map(({ elements }) => new Float64Array(elements.length));
  const steps = new Float64Array(m);
  const at = createRatingAt(m);
  const used = Uint32Array.from(table.score.keys()).filter((n) => isExtreme[table.person[n]] === 0);
  requireEstimable(ratingsOf(table, used));
  const weightOf = (n: number): number => table.weight?.[n] ?? 1;
  const locationOf = (n: number): number =>
    theta[table.person[n]] - measures.reduce((total, list, f) => total + list[table.facets[f].of[n]], 0);
  /** One Newton step of a list of parameters that enter with `sign`; returns the largest move. */
  const sweep = (list: Float64Array, of: (n: number) => number, sign: 1 | -1, centre: boolean): number => {
    const [residual, variance] = [new Float64Array(list.length), new Float64Array(list.length)];
    for (const n of used) {
      ratingAt(locationOf(n), steps, at);
      const e = of(n);
      const w = weightOf(n);
      residual[e] += w * (table.score[n] - at.mean);
      variance[e] += w * at.variance;
    }
    let largest = 0;
    list.forEach((_, e) => {
      if (variance[e] === 0) return;
      const move = Math.max(-1, Math.min(1, (sign * residual[e]) / variance[e]));
      list[e] += move;
      largest = Math.max(largest, Math.abs(move));
    });
    if (centre) {
      const mean = list.reduce((total, v) => total + v, 0) / list.length;
      list.forEach((value, e) => {
        list[e] = value - mean;
      });
    }
    return largest;
  };
  const sweepSteps = (): number => {
    const [observed, expected, variance] = [new Float64Array(m), new Float64Array(m), new Float64Array(m)];
    for (const n of used) {
      ratingAt(locationOf(n), steps, at);
      const w = weightOf(n);
      for (let v = 1; v <= m; v += 1) {
        const tail = at.tail[v];
        observed[v - 1] += table.score[n] >= v ? w : 0;
        expected[v - 1] += w * tail;
        variance[v - 1] += w * tail * (1 - tail);
      }
    }
    let largest = 0;
    for (let v = 0; v < m; v += 1) {
      const move = Math.max(-1, Math.min(1, -(observed[v] - expected[v]) / variance[v]));
      steps[v] += 0.7 * move;
      largest = Math.max(largest, Math.abs(move));
    }
    const mean = steps.reduce((total, v) => total + v, 0) / m;
    for (let v = 0; v < m; v += 1) steps[v] -= mean;
    return largest;
  };
  let [sweeps, converged] = [0, false];
  while (!converged && sweeps < maximumSweeps) {
    sweeps += 1;
    let largest = sweep(theta, (n) => table.person[n], 1, false);
    measures.forEach((list, f) => {
      largest = Math.max(
        largest,
        sweep(list, (n) => table.facets[f].of[n], -1, true),
      );
    });
    largest = Math.max(largest, sweepSteps());
    converged = largest < tolerance;
  }
  const [error, errors] = [new Float64Array(theta.length), measures.map((list) => new Float64Array(list.length))];
  let logLikelihood = 0;
  for (const n of used) {
    ratingAt(locationOf(n), steps, at);
    const w = weightOf(n);
    logLikelihood += w * logOf(at.p[table.score[n]]);
    const p = table.person[n];
    error[p] += w * at.variance;
    errors.forEach((list, f) => {
      const e = table.facets[f].of[n];
      list[e] += w * at.variance;
    });
  }
  extremes(
    table,
    isExtreme,
    theta,
    error,
    (n) => measures.reduce((total, list, f) => total + list[table.facets[f].of[n]], 0),
    steps,
    extreme,
  );
  const root = (list: Float64Array): Float64Array => list.map((value) => 1 / Math.sqrt(value));
  return {
    facets: table.facets.map(({ name, elements }, f) => ({
      name,
      elements,
      measure: measures[f],
      standardError: root(errors[f]),
    })),
    scales: [{ steps }],
    theta,
    thetaError: root(error),
    isExtreme,
    logLikelihood,
    converged,
    sweeps,
  };
}

/** What is left without extreme persons must still be a scale, connected, and hold every element. */
function requireEstimable(rest: RatingTable): void {
  requireScale(rest);
  requireConnected(
    rest,
    'also without the persons who got the highest or the lowest score only; marginal estimation keeps them',
  );
  const [unheld] = unboundedElements(rest, undefined);
  if (unheld !== undefined)
    throw new IrtError(
      'element-extreme',
      rest.facets[unheld.facet].name,
      rest.facets[unheld.facet].elements[unheld.element],
      'gave one end of the scale only, which has no finite measure: leave it out, or take marginal estimation',
    );
}

const logOf = (p: number): number => log(Math.max(1e-300, p));

/** θ of the persons left out: Newton on a score moved inwards; `information` gets their ΣV. */
function extremes(
  table: RatingTable,
  isExtreme: Uint8Array,
  theta: Float64Array,
  information: Float64Array,
  severity: (n: number) => number,
  steps: Float64Array,
  by: number,
): void {
  const rows: number[][] = table.persons.map(() => []);
  table.person.forEach((p, n) => {
    if (isExtreme[p] === 1) rows[p].push(n);
  });
  const at = createRatingAt(table.highest);
  rows.forEach((list, p) => {
    if (list.length === 0) return;
    const weightOf = (n: number): number => table.weight?.[n] ?? 1;
    const total = list.reduce((s, n) => s + weightOf(n) * table.score[n], 0);
    const target = total === 0 ? by : total - by;
    let t = total === 0 ? -3 : 3;
    for (let step = 0; step < 200; step += 1) {
      let [mean, variance] = [0, 0];
      for (const n of list) {
        ratingAt(t - severity(n), steps, at);
        const w = weightOf(n);
        mean += w * at.mean;
        variance += w * at.variance;
      }
      information[p] = variance;
      const move = Math.max(-1, Math.min(1, (target - mean) / variance));
      t += move;
      if (Math.abs(move) < 1e-12) break;
    }
    theta[p] = t;
  });
}
