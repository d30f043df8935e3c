/**
 * Many-facet Rasch by joint maximum likelihood, the method of the classic reports: every facet and the steps sum to
 * zero, persons float. Biased where persons have few ratings.
 */
import { IrtError } from '../errors.ts';
import { log } from '../numeric/elementary.ts';
import { type RatingTable, ratingsOf } from '../responses/rating-table.ts';
import { createRatingAt, type RatingAt, ratingAt } from './cells.ts';
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

/** What the sweeps work on: estimates, which they move, and the ratings that count. */
interface JointState {
  readonly table: RatingTable;
  /** Ratings of the persons who are not at an end of the scale. */
  readonly used: Uint32Array;
  readonly isExtreme: Uint8Array;
  readonly theta: Float64Array;
  readonly measures: readonly Float64Array[];
  readonly steps: Float64Array;
  readonly at: RatingAt;
}

const weightOf = ({ weight }: RatingTable, n: number): number => weight?.[n] ?? 1;
const severityOf = ({ table, measures }: JointState, n: number): number =>
  measures.reduce((total, list, f) => total + list[table.facets[f].of[n]], 0);

/** Fills `at` for a rating, at the present estimates. */
function predictRating(state: JointState, n: number): void {
  ratingAt(state.theta[state.table.person[n]] - severityOf(state, n), state.steps, state.at);
}

/** One Newton step of a list of parameters that enter with `sign`; returns the largest move. */
function sweep(
  state: JointState,
  list: Float64Array,
  of: (n: number) => number,
  sign: 1 | -1,
  centre: boolean,
): number {
  const { table, used, at } = state;
  const [residual, variance] = [new Float64Array(list.length), new Float64Array(list.length)];
  for (const n of used) {
    predictRating(state, n);
    const e = of(n);
    const w = weightOf(table, n);
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
}

/** The same for the steps, a little shorter than Newton's, since neighbours move together. */
function sweepSteps(state: JointState): number {
  const { table, used, steps, at } = state;
  const m = steps.length;
  const [observed, expected, variance] = [new Float64Array(m), new Float64Array(m), new Float64Array(m)];
  for (const n of used) {
    predictRating(state, n);
    const w = weightOf(table, n);
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
}

/** Persons, every facet and the steps in turn, until nothing moves. */
function maximise(
  state: JointState,
  { tolerance, maximumSweeps }: Pick<Required<JointOptions>, 'tolerance' | 'maximumSweeps'>,
): { readonly sweeps: number; readonly converged: boolean } {
  const { table, theta, measures } = state;
  let [sweeps, converged] = [0, false];
  while (!converged && sweeps < maximumSweeps) {
    sweeps += 1;
    let largest = sweep(state, theta, (n) => table.person[n], 1, false);
    measures.forEach((list, f) => {
      largest = Math.max(
        largest,
        sweep(state, list, (n) => table.facets[f].of[n], -1, true),
      );
    });
    largest = Math.max(largest, sweepSteps(state));
    converged = largest < tolerance;
  }
  return { sweeps, converged };
}

/** ln L, and the information on every person and element: ΣV over their ratings. */
function informationAt(state: JointState): {
  readonly logLikelihood: number;
  readonly ofPersons: Float64Array;
  readonly ofElements: readonly Float64Array[];
} {
  const { table, used, theta, measures, at } = state;
  const ofPersons = new Float64Array(theta.length);
  const ofElements = measures.map((list) => new Float64Array(list.length));
  let logLikelihood = 0;
  for (const n of used) {
    predictRating(state, n);
    const w = weightOf(table, n);
    logLikelihood += w * logOf(at.p[table.score[n]]);
    ofPersons[table.person[n]] += w * at.variance;
    ofElements.forEach((list, f) => {
      list[table.facets[f].of[n]] += w * at.variance;
    });
  }
  return { logLikelihood, ofPersons, ofElements };
}

/** 1 for persons whose every rating is the lowest, or the highest: no finite θ. */
function extremePersons(table: RatingTable): Uint8Array {
  const [sum, count] = [new Float64Array(table.persons.length), new Float64Array(table.persons.length)];
  table.score.forEach((score, n) => {
    const p = table.person[n];
    sum[p] += score;
    count[p] += 1;
  });
  return Uint8Array.from(sum, (s, p) => (s === 0 || s === table.highest * count[p] ? 1 : 0));
}

/**
 * Throws IrtError when the ratings do not connect all elements, or when, without the persons at an end of the scale,
 * they no longer do, or leave an element without a finite measure.
 *
 * @example
 * ```ts
 * import { createRng } from 'itemresponsetheory';
 * import { calibrateFacetsJointly, ratingTable } from 'itemresponsetheory/facets';
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
 * console.log(calibrateFacetsJointly(table).converged); // → true
 * ```
 */
export function calibrateFacetsJointly(
  table: RatingTable,
  { extreme = 0.3, tolerance = 1e-10, maximumSweeps = 5000 }: JointOptions = {},
): JointFacets {
  requireScale(table);
  requireConnected(table, 'by common persons');
  const isExtreme = extremePersons(table);
  const state: JointState = {
    table,
    used: Uint32Array.from(table.score.keys()).filter((n) => isExtreme[table.person[n]] === 0),
    isExtreme,
    theta: new Float64Array(table.persons.length),
    measures: table.facets.map(({ elements }) => new Float64Array(elements.length)),
    steps: new Float64Array(table.highest),
    at: createRatingAt(table.highest),
  };
  requireEstimable(ratingsOf(table, state.used));
  const search = maximise(state, { tolerance, maximumSweeps });
  const { logLikelihood, ofPersons, ofElements } = informationAt(state);
  placeExtremePersons(state, ofPersons, extreme);
  const root = (list: Float64Array): Float64Array => list.map((value) => 1 / Math.sqrt(value));
  return {
    facets: table.facets.map(({ name, elements }, f) => ({
      name,
      elements,
      measure: state.measures[f],
      standardError: root(ofElements[f]),
    })),
    scales: [{ steps: state.steps }],
    theta: state.theta,
    thetaError: root(ofPersons),
    isExtreme,
    logLikelihood,
    ...search,
  };
}

/** What is left without extreme persons must still be a scale, connected, and leave every element a finite measure. */
function requireEstimable(rest: RatingTable): void {
  requireScale(rest);
  requireConnected(
    rest,
    'also without the persons who got the highest or the lowest score only; marginal estimation keeps them',
  );
  const [unbounded] = unboundedElements(rest, undefined);
  if (unbounded !== undefined)
    throw new IrtError(
      'element-extreme',
      rest.facets[unbounded.facet].name,
      rest.facets[unbounded.facet].elements[unbounded.element],
      'gave one end of the scale only, which has no finite measure: leave it out, or take marginal estimation',
    );
}

const logOf = (p: number): number => log(Math.max(1e-300, p));

/** θ of the persons left out: Newton on a score moved inwards by `by`; `information` gets their ΣV. */
function placeExtremePersons(state: JointState, information: Float64Array, by: number): void {
  const { table, isExtreme, theta, steps, at } = state;
  const rows: number[][] = table.persons.map(() => []);
  table.person.forEach((p, n) => {
    if (isExtreme[p] === 1) rows[p].push(n);
  });
  rows.forEach((list, p) => {
    if (list.length === 0) return;
    const total = list.reduce((s, n) => s + weightOf(table, n) * table.score[n], 0);
    const target = total === 0 ? by : total - by;
    let t = total === 0 ? -3 : 3;
    for (let step = 0; step < 200; step += 1) {
      let [mean, variance] = [0, 0];
      for (const n of list) {
        ratingAt(t - severityOf(state, n), steps, at);
        const w = weightOf(table, n);
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
