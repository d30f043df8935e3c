/**
 * Many-facet Rasch (Linacre 1989) by marginal maximum likelihood: θ ~ N(0, σ²), ln P_k/P_{k−1} = θ − Σ severities − step_k. The elements of the first facet
 * are free; those of the others, and the steps, sum to zero. EM with Fisher's information, accelerated; errors from the whole observed information.
 */
import { accelerate } from '../calibration/accelerate.ts';
import { matchMoments, normalOnGrid } from '../calibration/latent.ts';
import { IrtError } from '../errors.ts';
import { invertSymmetric } from '../numeric/cholesky.ts';
import { exp, log } from '../numeric/elementary.ts';
import { normalGrid } from '../quadrature/grid.ts';
import type { RatingTable } from '../responses/rating-table.ts';
import { type Cells, cellsOf, createRatingAt, type RatingAt, ratingAt } from './cells.ts';
import { findSubsets } from './connectedness.ts';

export interface FacetsOptions { readonly points?: number; readonly tolerance?: number; readonly maximumCycles?: number; readonly standardErrors?: boolean; readonly onCycle?: (cycle: number, logLikelihood: number, largestChange: number) => void }

export interface FacetMeasures { readonly name: string; readonly elements: readonly string[]; readonly measure: Float64Array; readonly standardError: Float64Array }

export interface FacetsCalibration {
  readonly facets: readonly FacetMeasures[];
  readonly steps: Float64Array; readonly stepError: Float64Array;
  readonly variance: number;
  /** EAP and posterior SD of each person. */
  readonly theta: Float64Array; readonly thetaError: Float64Array;
  readonly logLikelihood: number; readonly cycles: number; readonly converged: boolean; readonly largestChange: number;
}

interface Model {
  readonly table: RatingTable; readonly cells: Cells; readonly node: Float64Array; readonly at: RatingAt; readonly parameters: number;
  /** ∂(severity of the cell)/∂x and ∂(step v)/∂x: sums to zero are folded in. */
  readonly severity: readonly Float64Array[]; readonly step: readonly Float64Array[];
  /** Σ score and, by step, ratings at or above it, by cell. */
  readonly total: Float64Array; readonly above: Float64Array;
  /** Persons with the same cells, and the sum of scores of each. */
  readonly patterns: readonly { readonly cells: Uint32Array; readonly persons: readonly number[] }[]; readonly sum: Float64Array;
}

const dot = (a: Float64Array | undefined, x: Float64Array): number => { let s = 0; if (a !== undefined) for (let n = 0; n < a.length; n += 1) s += (a[n] ?? 0) * (x[n] ?? 0); return s; };

function modelOf(table: RatingTable, points: number): Model {
  const cells = cellsOf(table);
  const m = table.highest;
  const sizes = table.facets.map(({ elements }, f) => (f === 0 ? elements.length : elements.length - 1));
  const parameters = sizes.reduce((sum, n) => sum + n, 0) + m - 1;
  const offsets = sizes.map((_, f) => sizes.slice(0, f).reduce((sum, n) => sum + n, 0));
  /** Free elements are themselves, the last of a centred list minus the others. */
  const row = (offset: number, count: number, element: number, into: Float64Array): void => { if (element < count) into[offset + element] = (into[offset + element] ?? 0) + 1; else for (let n = 0; n < count; n += 1) into[offset + n] = (into[offset + n] ?? 0) - 1; };
  const severity = cells.elements.map((elements) => { const out = new Float64Array(parameters + 1); elements.forEach((element, f) => { row(offsets[f] ?? 0, sizes[f] ?? 0, element, out); }); return out; });
  const step = Array.from({ length: m }, (_, v) => { const out = new Float64Array(parameters + 1); row(parameters - m + 1, m - 1, v, out); return out; });
  const [total, above] = [new Float64Array(cells.elements.length), new Float64Array(cells.elements.length * m)];
  const [sum, own] = [new Float64Array(table.persons.length), table.persons.map((): number[] => [])];
  table.score.forEach((score, n) => {
    const [cell, person] = [cells.of[n] ?? 0, table.person[n] ?? 0];
    total[cell] = (total[cell] ?? 0) + score;
    for (let v = 1; v <= score; v += 1) above[cell * m + v - 1] = (above[cell * m + v - 1] ?? 0) + 1;
    sum[person] = (sum[person] ?? 0) + score;
    own[person]?.push(cell);
  });
  const byCells = new Map<string, { cells: Uint32Array; persons: number[] }>();
  own.forEach((list, person) => { const sorted = Uint32Array.from(list).sort(); const key = sorted.join(); const pattern = byCells.get(key) ?? { cells: sorted, persons: [] }; byCells.set(key, pattern); pattern.persons.push(person); });
  return { table, cells, node: normalGrid({ points }).node, at: createRatingAt(m), parameters, severity, step, total, above, patterns: [...byCells.values()], sum };
}

interface Expected { readonly logLikelihood: number; readonly gradient: Float64Array; readonly information: Float64Array; readonly moments: readonly [number, number]; readonly theta: Float64Array; readonly thetaError: Float64Array }

/** The E-step, with the gradient (Fisher's identity) and the complete information at x; the last of x is ln σ². */
function expectation(model: Model, x: Float64Array): Expected {
  const { table, cells, node, at, parameters, severity, step, total, above, patterns, sum } = model;
  const [points, m, count] = [node.length, table.highest, cells.elements.length];
  const steps = Float64Array.from(step, (row) => dot(row, x));
  const location = severity.map((row) => dot(row, x));
  const prior = normalOnGrid(node, 0, exp(x[parameters] ?? 0));
  const logTotal = new Float64Array(count * points);
  for (let c = 0; c < count; c += 1) for (let q = 0; q < points; q += 1) { ratingAt((node[q] ?? 0) - (location[c] ?? 0), steps, at); logTotal[c * points + q] = at.logTotal; }
  const mass = new Float64Array(count * points);
  const [line, weight] = [new Float64Array(points), new Float64Array(points)];
  const [theta, thetaError] = [new Float64Array(table.persons.length), new Float64Array(table.persons.length)];
  let [logLikelihood, first, second] = [0, 0, 0];
  for (const pattern of patterns) {
    line.set(prior.logWeight);
    for (const c of pattern.cells) for (let q = 0; q < points; q += 1) line[q] = (line[q] ?? 0) - (logTotal[c * points + q] ?? 0);
    const shared = new Float64Array(points);
    for (const person of pattern.persons) {
      const s = sum[person] ?? 0;
      let most = -Infinity;
      for (let q = 0; q < points; q += 1) { const w = (line[q] ?? 0) + s * (node[q] ?? 0); weight[q] = w; if (w > most) most = w; }
      let [all, mean, square] = [0, 0, 0];
      for (let q = 0; q < points; q += 1) { const w = exp((weight[q] ?? 0) - most); const t = node[q] ?? 0; weight[q] = w; all += w; mean += w * t; square += w * t * t; }
      for (let q = 0; q < points; q += 1) shared[q] = (shared[q] ?? 0) + (weight[q] ?? 0) / all;
      logLikelihood += most + log(all);
      first += mean / all; second += square / all;
      theta[person] = mean / all;
      thetaError[person] = Math.sqrt(Math.max(0, square / all - (mean / all) ** 2));
    }
    for (const c of pattern.cells) for (let q = 0; q < points; q += 1) mass[c * points + q] = (mass[c * points + q] ?? 0) + (shared[q] ?? 0);
  }
  const size = parameters;
  const [gradient, information] = [new Float64Array(size + 1), new Float64Array(size * size)];
  for (let c = 0; c < count; c += 1) {
    logLikelihood -= (total[c] ?? 0) * (location[c] ?? 0);
    for (let v = 0; v < m; v += 1) logLikelihood -= (above[c * m + v] ?? 0) * (steps[v] ?? 0);
    // Of the cell's own 1 + m quantities: severity (−k) and the steps (−[k ≥ v]).
    const [score, cross] = [new Float64Array(m + 1), new Float64Array((m + 1) * (m + 1))];
    score[0] = -(total[c] ?? 0);
    for (let v = 0; v < m; v += 1) score[v + 1] = -(above[c * m + v] ?? 0);
    for (let q = 0; q < points; q += 1) {
      const w = mass[c * points + q] ?? 0;
      if (w < 1e-12) continue;
      ratingAt((node[q] ?? 0) - (location[c] ?? 0), steps, at);
      score[0] = (score[0] ?? 0) + w * at.mean;
      cross[0] = (cross[0] ?? 0) + w * at.variance;
      for (let v = 1; v <= m; v += 1) {
        const tail = at.tail[v] ?? 0;
        score[v] = (score[v] ?? 0) + w * tail;
        let partial = 0;
        for (let k = v; k <= m; k += 1) partial += (k - at.mean) * (at.p[k] ?? 0);
        cross[v * (m + 1)] = (cross[v * (m + 1)] ?? 0) + w * partial;
        for (let u = 1; u <= v; u += 1) cross[v * (m + 1) + u] = (cross[v * (m + 1) + u] ?? 0) + w * (tail - tail * (at.tail[u] ?? 0));
      }
    }
    const rows = [severity[c], ...step];
    for (let i = 0; i <= m; i += 1) {
      const a = rows[i];
      if (a === undefined) continue;
      for (let n = 0; n < size; n += 1) gradient[n] = (gradient[n] ?? 0) + (a[n] ?? 0) * (score[i] ?? 0);
      for (let j = 0; j <= i; j += 1) {
        const [b, value] = [rows[j], cross[i * (m + 1) + j] ?? 0];
        if (b === undefined || value === 0) continue;
        for (let n = 0; n < size; n += 1) { const an = a[n] ?? 0; const bn = b[n] ?? 0; if (an === 0 && bn === 0) continue; for (let k = 0; k <= n; k += 1) information[n * size + k] = (information[n * size + k] ?? 0) + value * (i === j ? an * (b[k] ?? 0) : an * (b[k] ?? 0) + bn * (a[k] ?? 0)); }
      }
    }
  }
  const persons = table.persons.length;
  gradient[size] = (second - persons * prior.second) / (2 * exp(x[parameters] ?? 0));
  return { logLikelihood, gradient, information, moments: [first / persons, second / persons], theta, thetaError };
}

/** −∂²ln L by central differences of the exact gradient. */
function observedInformation(model: Model, x: Float64Array): Float64Array {
  const size = x.length;
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    const h = 1e-4;
    const gradient = (by: number): Float64Array => { const y = Float64Array.from(x); y[i] = (y[i] ?? 0) + by; return expectation(model, y).gradient; };
    const [up, down] = [gradient(h), gradient(-h)];
    for (let j = 0; j < size; j += 1) matrix[j * size + i] = -((up[j] ?? 0) - (down[j] ?? 0)) / (2 * h);
  }
  for (let i = 0; i < size; i += 1) for (let j = 0; j < i; j += 1) matrix[i * size + j] = matrix[j * size + i] = ((matrix[i * size + j] ?? 0) + (matrix[j * size + i] ?? 0)) / 2;
  return matrix;
}

/** Throws IrtError when the ratings do not connect all elements, naming the groups, or when no two scores were given. */
export function calibrateFacets(table: RatingTable, { points = 61, tolerance = 1e-7, maximumCycles = 2000, standardErrors = true, onCycle }: FacetsOptions = {}): FacetsCalibration {
  if (table.highest < 1) throw new IrtError('no-scale', 'score', table.highest, 'must have at least two different scores');
  const missing = Array.from({ length: table.highest + 1 }, (_, k) => k).filter((k) => !table.score.includes(k));
  if (missing.length > 0) throw new IrtError('category-empty', 'score', missing.join(', '), 'was never given: merge it with a neighbour first');
  const { isConnected, subsets } = findSubsets(table);
  if (!isConnected) throw new IrtError('facets-disconnected', 'ratings', subsets.map((subset) => subset.map(({ facet, elements }) => `${facet} ${elements.join(' ')}`).join(', ')).join(' | '), 'must be joined by common persons: these groups cannot be compared');
  const model = modelOf(table, points);
  const size = model.parameters;
  const stepTo = (x: Float64Array, out: Float64Array): number => {
    const { logLikelihood, gradient, information, moments } = expectation(model, x);
    const inverse = invertSymmetric(information, size);
    if (inverse === undefined) throw new IrtError('not-identified', 'ratings', size, 'must tell all severities apart');
    for (let i = 0; i < size; i += 1) { let move = 0; for (let j = 0; j < size; j += 1) move += (inverse[i * size + j] ?? 0) * (gradient[j] ?? 0); out[i] = (x[i] ?? 0) + Math.max(-1, Math.min(1, move)); }
    out[size] = log(matchMoments(model.node, 0, moments[1], false).variance);
    return logLikelihood;
  };
  const fit = accelerate(stepTo, new Float64Array(size + 1), { tolerance, maximumSteps: maximumCycles, ...(onCycle === undefined ? {} : { onStep: onCycle }) });
  const end = expectation(model, fit.x);
  const covariance = standardErrors ? invertSymmetric(observedInformation(model, fit.x), size + 1) : undefined;
  const error = (row: Float64Array): number => { if (covariance === undefined) return NaN; let v = 0; for (let i = 0; i <= size; i += 1) if ((row[i] ?? 0) !== 0) for (let j = 0; j <= size; j += 1) v += (row[i] ?? 0) * (row[j] ?? 0) * (covariance[i * (size + 1) + j] ?? 0); return Math.sqrt(v); };
  const sizes = table.facets.map(({ elements }, f) => (f === 0 ? elements.length : elements.length - 1));
  const facets = table.facets.map(({ name, elements }, f): FacetMeasures => {
    const offset = sizes.slice(0, f).reduce((sum, n) => sum + n, 0);
    const rows = elements.map((_, e) => { const row = new Float64Array(size + 1); if (e < (sizes[f] ?? 0)) row[offset + e] = 1; else row.fill(-1, offset, offset + (sizes[f] ?? 0)); return row; });
    return { name, elements, measure: Float64Array.from(rows, (row) => dot(row, fit.x)), standardError: Float64Array.from(rows, error) };
  });
  return { facets, steps: Float64Array.from(model.step, (row) => dot(row, fit.x)), stepError: Float64Array.from(model.step, error), variance: exp(fit.x[size] ?? 0), theta: end.theta, thetaError: end.thetaError, logLikelihood: end.logLikelihood, cycles: fit.steps, converged: fit.converged, largestChange: fit.largestChange };
}
