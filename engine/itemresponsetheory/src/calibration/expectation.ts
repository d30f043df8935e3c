/**
 * The E-step of Rasch and 2PL. These are exponential families: ln P_u(q) = u(aθ_q + d) + ln(1 − P(q)), so a person's row is
 * θ_q·Σau + Σdu + Σ ln(1 − P), whose last sum belongs to the booklet; and the M-step needs only Σu, Σu·EAP and the posterior mass of each
 * booklet. A cycle costs persons × (items + points) + booklets × items × points.
 */
import { exp, log, logSigmoid } from '../numeric/elementary.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import type { Booklets } from './booklets.ts';

export interface Parameters { readonly slope: Float64Array; readonly intercept: Float64Array; readonly variance: number }

export interface Expectation {
  readonly node: Float64Array;
  /** ln(1 − P): item j at node q is j·points + q. */
  readonly logWrong: Float64Array;
  /** Posterior weights of the person computed last. */
  readonly posterior: Float64Array;
  /** Posterior mass at each node by booklet. */
  readonly mass: Float64Array;
  /** Σ u·EAP of each item. */
  readonly rightTheta: Float64Array;
  /** Σ ln(1 − P) + ln prior, by booklet. */
  readonly base: Float64Array;
}

export function createExpectation(node: Float64Array, items: number, booklets: number): Expectation {
  const points = node.length;
  return { node, logWrong: new Float64Array(items * points), posterior: new Float64Array(points), mass: new Float64Array(booklets * points), rightTheta: new Float64Array(items), base: new Float64Array(booklets * points) };
}

/** Tables for these parameters; to be called before posteriorOf. */
export function prepare({ slope, intercept }: Parameters, logPrior: Float64Array, booklets: Booklets, work: Expectation): void {
  const points = work.node.length;
  for (let item = 0; item < slope.length; item += 1) for (let q = 0; q < points; q += 1) work.logWrong[item * points + q] = logSigmoid(-((slope[item] ?? 1) * (work.node[q] ?? 0) + (intercept[item] ?? 0)));
  booklets.items.forEach((list, booklet) => {
    const start = booklet * points;
    work.base.set(logPrior, start);
    for (const item of list) for (let q = 0; q < points; q += 1) work.base[start + q] = (work.base[start + q] ?? 0) + (work.logWrong[item * points + q] ?? 0);
  });
}

/** Posterior weights of one person into work.posterior; returns the person's log-likelihood. */
export function posteriorOf(data: ResponseMatrix, person: number, { slope, intercept }: Parameters, booklets: Booklets, work: Expectation): number {
  const { node, posterior, base } = work;
  let [s, t] = [0, 0];
  for (let n = data.rowStart[person] ?? 0; n < (data.rowStart[person + 1] ?? 0); n += 1) if (data.category[n] === 1) { const item = data.item[n] ?? 0; s += slope[item] ?? 1; t += intercept[item] ?? 0; }
  const start = (booklets.of[person] ?? 0) * node.length;
  let maximum = -Infinity;
  for (let q = 0; q < node.length; q += 1) { const w = (base[start + q] ?? 0) + s * (node[q] ?? 0); posterior[q] = w; if (w > maximum) maximum = w; }
  let sum = 0;
  for (let q = 0; q < node.length; q += 1) { const w = exp((posterior[q] ?? 0) - maximum); posterior[q] = w; sum += w; }
  for (let q = 0; q < node.length; q += 1) posterior[q] = (posterior[q] ?? 0) / sum;
  return maximum + t + log(sum);
}

/** Fills mass and rightTheta; the second moment is Σ E(θ²)/persons. */
export function expectation(data: ResponseMatrix, parameters: Parameters, logPrior: Float64Array, booklets: Booklets, work: Expectation): { logLikelihood: number; secondMoment: number } {
  const { node, posterior, mass, rightTheta } = work;
  prepare(parameters, logPrior, booklets, work);
  mass.fill(0);
  rightTheta.fill(0);
  let [logLikelihood, secondMoment] = [0, 0];
  for (let person = 0; person < data.persons; person += 1) {
    logLikelihood += posteriorOf(data, person, parameters, booklets, work);
    const start = (booklets.of[person] ?? 0) * node.length;
    let eap = 0;
    for (let q = 0; q < node.length; q += 1) {
      const [w, theta] = [posterior[q] ?? 0, node[q] ?? 0];
      mass[start + q] = (mass[start + q] ?? 0) + w;
      eap += w * theta;
      secondMoment += w * theta * theta;
    }
    for (let n = data.rowStart[person] ?? 0; n < (data.rowStart[person + 1] ?? 0); n += 1) if (data.category[n] === 1) rightTheta[data.item[n] ?? 0] = (rightTheta[data.item[n] ?? 0] ?? 0) + eap;
  }
  return { logLikelihood, secondMoment: secondMoment / data.persons };
}
