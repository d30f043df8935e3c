/** The E-step of a many-facet model, with the gradient (Fisher's identity) and the complete information at x. */
import { normalOnGrid } from '../calibration/latent.ts';
import { exp, log } from '../numeric/elementary.ts';
import { type Affine, valueOf } from './affine.ts';
import { type CellsAt, cellsAt } from './cells-at.ts';
import type { Design } from './design.ts';
import type { Marginal, PatternMember } from './marginal.ts';

export interface MarginalExpectation {
  /** Of the ratings; of the ridge priors (0 without). */
  readonly logLikelihood: number;
  readonly logPrior: number;
  readonly gradient: Float64Array;
  /** Of the complete data, without the population's parameters; row-major, lower triangle. */
  readonly information: Float64Array;
  /** Mean and mean square of θ over all persons. */
  readonly moments: readonly [number, number];
}

type OnMember = (member: PatternMember, eap: number, variance: number) => void;

/** What the posteriors of all persons add up to. */
interface PosteriorSums {
  /** Persons by cell and node. */ readonly mass: Float64Array;
  /** Σ score·EAP by cell, for slopes. */ readonly scoreEap: Float64Array;
  /** Without what belongs to a cell alone. */ logLikelihood: number;
  /** Σθ and Σθ². */ first: number;
  second: number;
}

/** Under slopes a person's sum of scores moves with them. */
function weightedSum({ ratingsOf, cells, table }: Marginal, { slope }: CellsAt, person: number): number {
  return ratingsOf[person].reduce((sum, n) => sum + slope[cells.of[n]] * cells.weight[cells.of[n]] * table.score[n], 0);
}

/** The member's posterior, added to the sums and to `shared`, persons by node of its pattern; its EAP and variance. */
function addMember(
  { recurrence, node }: Marginal,
  { sum, count }: PatternMember,
  shared: Float64Array,
  sums: PosteriorSums,
): { readonly eap: number; readonly variance: number } {
  recurrence.fill(sum);
  const { weight, from, to, total, peak } = recurrence;
  const factor = count / total;
  let [first, second] = [0, 0];
  const end = Math.min(to, node.length);
  for (let q = from; q < end; q += 1) {
    const w = weight[q] * factor;
    const t = node[q];
    shared[q] += w;
    first += w * t;
    second += w * t * t;
  }
  sums.logLikelihood += count * (peak + log(total));
  sums.first += first;
  sums.second += second;
  const eap = first / count;
  return { eap, variance: Math.max(0, second / count - eap * eap) };
}

function sumPosteriors(marginal: Marginal, at: CellsAt, logPrior: Float64Array, onMember?: OnMember): PosteriorSums {
  const { design, node, table, patterns, cells, recurrence } = marginal;
  const points = node.length;
  const mass = new Float64Array(design.cells.length * points);
  const scoreEap = new Float64Array(design.cells.length);
  const sums: PosteriorSums = { mass, scoreEap, logLikelihood: 0, first: 0, second: 0 };
  const [line, shared] = [new Float64Array(points), new Float64Array(points)];
  const hasSlopes = design.logSlopes.length > 0;
  for (const { cells: list, members } of patterns) {
    line.set(logPrior);
    for (const c of list)
      for (let q = 0, from = c * points, w = cells.weight[c]; q < points; q += 1) line[q] -= w * at.logTotal[from + q];
    recurrence.setBaseLine(line);
    shared.fill(0);
    for (const member of members) {
      if (hasSlopes) member.sum = weightedSum(marginal, at, member.persons[0]);
      const { eap, variance } = addMember(marginal, member, shared, sums);
      onMember?.(member, eap, variance);
      if (hasSlopes)
        for (const person of member.persons)
          for (const n of marginal.ratingsOf[person]) {
            const c = cells.of[n];
            scoreEap[c] += cells.weight[c] * table.score[n] * eap;
          }
    }
    for (const c of list)
      for (let q = 0, to = c * points, w = cells.weight[c]; q < points; q += 1) mass[to + q] += w * shared[q];
  }
  return sums;
}

/** `onMember` gets every member's EAP and posterior variance. */
export function expectation(
  marginal: Marginal,
  x: Float64Array,
  withInformation: boolean,
  onMember?: OnMember,
): MarginalExpectation {
  const { design, node, table, meanAt, varianceAt, total, above } = marginal;
  const at = cellsAt(marginal, x);
  const [mean, variance] = [meanAt < 0 ? 0 : x[meanAt], exp(x[varianceAt])];
  const prior = normalOnGrid(node, mean, variance);
  const sums = sumPosteriors(marginal, at, prior.logWeight, onMember);
  const { first, second, mass, scoreEap } = sums;
  let { logLikelihood } = sums;
  const m = table.highest;
  const gradient = new Float64Array(marginal.size);
  const information = new Float64Array(withInformation ? design.parameters * design.parameters : 0);
  design.cells.forEach((cell, c) => {
    const steps = at.steps[cell.group];
    const [a, severity] = [at.slope[c], at.severity[c]];
    logLikelihood -= a * total[c] * severity;
    for (let v = 0; v < m; v += 1) logLikelihood -= a * above[c * m + v] * steps[v];
    addCell(marginal, at, c, mass, scoreEap[c], gradient, withInformation ? information : undefined);
  });
  const persons = table.persons.length;
  if (meanAt >= 0) gradient[meanAt] = (first - persons * prior.mean) / variance;
  gradient[varianceAt] =
    (second - 2 * mean * first - persons * (prior.second - 2 * mean * prior.mean)) / (2 * variance);
  const logPrior = addRidgePriors(design, x, gradient, withInformation ? information : undefined);
  return { logLikelihood, logPrior, gradient, information, moments: [first / persons, second / persons] };
}

/**
 * A cell's own quantities are ln slope, severity and steps; exponent of score k: η_k = α(kθ − C_k), C_k = k·severity +
 * Σ_{v≤k} step_v. Its gradient is observed minus expected ∂η, its information the expected covariance of ∂η, both
 * carried over to x. ∂η_k is −αk for the severity, −α[k ≥ v] for step v, and η_k itself for ln slope, so the sums over
 * nodes of persons·P_k, times 1, θ and θ², are all that is needed besides the means at each node.
 */
function addCell(
  { design, node, table: { highest: m }, total, above }: Marginal,
  at: CellsAt,
  c: number,
  mass: Float64Array,
  scoreEap: number,
  gradient: Float64Array,
  information: Float64Array | undefined,
): void {
  const cell = design.cells[c];
  const steps = at.steps[cell.group];
  const rows: readonly (Affine | undefined)[] = [cell.logSlope, cell.severity, ...design.steps[cell.group]];
  const [a, severity] = [at.slope[c], at.severity[c]];
  const hasSlope = cell.logSlope !== undefined;
  const persons = sumsOverNodes(node, mass, at.p, c, m, hasSlope);
  const count = m + 2;
  const first = hasSlope ? 0 : 1;
  const observed = new Float64Array(count);
  observed[0] = a * (scoreEap - total[c] * severity);
  observed[1] = -a * total[c];
  for (let v = 0; v < m; v += 1) {
    const n = above[c * m + v];
    observed[2 + v] = -a * n;
    observed[0] -= a * n * steps[v];
  }
  const [expected, cross, d] = [new Float64Array(count), new Float64Array(count * count), new Float64Array(count)];
  for (let k = 1, constant = 0; k <= m; k += 1) {
    constant += severity + steps[k - 1];
    const [w, v, u] = [persons[k], persons[m + 1 + k], persons[2 * (m + 1) + k]];
    d[1] = -a * k;
    for (let s = 0; s < m; s += 1) d[2 + s] = s < k ? -a : 0;
    const own = a * (k * v - constant * w);
    expected[0] += own;
    cross[0] += a * a * (k * k * u - 2 * k * constant * v + constant * constant * w);
    for (let i = 1; i < count; i += 1) {
      const di = d[i];
      if (di === 0) continue;
      expected[i] += w * di;
      cross[i * count] += own * di;
      if (information !== undefined) for (let j = 1; j <= i; j += 1) cross[i * count + j] += w * di * d[j];
    }
  }
  if (information !== undefined) subtractMeans(node, mass, at, c, steps, cross, first);
  for (let i = first; i < count; i += 1) {
    const row = rows[i];
    const own = observed[i] - expected[i];
    row?.index.forEach((n, place) => {
      gradient[n] += row.coefficient[place] * own;
    });
    if (information !== undefined)
      for (let j = first; j <= i; j += 1)
        addOuter(information, design.parameters, row, rows[j], cross[i * count + j], i === j);
  }
}

/** Σ over nodes of persons·P_k, then times θ and θ² where slopes need them. */
function sumsOverNodes(
  node: Float64Array,
  mass: Float64Array,
  p: Float64Array,
  c: number,
  m: number,
  hasSlope: boolean,
): Float64Array {
  const out = new Float64Array(3 * (m + 1));
  for (let q = 0; q < node.length; q += 1) {
    const w = mass[c * node.length + q];
    if (w < 1e-12) continue;
    const [from, theta] = [(c * node.length + q) * (m + 1), node[q]];
    for (let k = 1; k <= m; k += 1) {
      const share = w * p[from + k];
      out[k] += share;
      if (!hasSlope) continue;
      out[m + 1 + k] += share * theta;
      out[2 * (m + 1) + k] += share * theta * theta;
    }
  }
  return out;
}

/** − Σ over nodes of persons·(E ∂η)(E ∂η)′. */
function subtractMeans(
  node: Float64Array,
  mass: Float64Array,
  { slope, severity, p }: CellsAt,
  c: number,
  steps: Float64Array,
  cross: Float64Array,
  first: number,
): void {
  const [m, a] = [steps.length, slope[c]];
  const count = m + 2;
  const e = new Float64Array(count);
  for (let q = 0; q < node.length; q += 1) {
    const w = mass[c * node.length + q];
    if (w < 1e-12) continue;
    let [tail, mean, weighted] = [0, 0, 0];
    for (let v = m; v >= 1; v -= 1) {
      tail += p[(c * node.length + q) * (m + 1) + v];
      e[1 + v] = -a * tail;
      mean += tail;
      weighted += tail * steps[v - 1];
    }
    e[1] = -a * mean;
    e[0] = a * ((node[q] - severity[c]) * mean - weighted);
    for (let i = first; i < count; i += 1) {
      const we = w * e[i];
      for (let j = first; j <= i; j += 1) cross[i * count + j] -= we * e[j];
    }
  }
}

/** ln density of every ridge prior, without its constant, with gradient and information. */
function addRidgePriors(
  { priors, parameters }: Design,
  x: Float64Array,
  gradient: Float64Array,
  information: Float64Array | undefined,
): number {
  let logPrior = 0;
  for (const { row, precision } of priors) {
    const off = valueOf(row, x);
    logPrior -= (precision * off * off) / 2;
    row.index.forEach((n, place) => {
      gradient[n] -= precision * off * row.coefficient[place];
    });
    if (information !== undefined) addOuter(information, parameters, row, row, precision, true);
  }
  return logPrior;
}

/** Lower triangle of value·(a·b′), and of its transpose unless a is b. */
function addOuter(
  into: Float64Array,
  size: number,
  a: Affine | undefined,
  b: Affine | undefined,
  value: number,
  isSame: boolean,
): void {
  if (a === undefined || b === undefined || value === 0) return;
  for (let i = 0; i < a.index.length; i += 1)
    for (let j = 0; j < b.index.length; j += 1) {
      const [n, k, v] = [a.index[i], b.index[j], value * a.coefficient[i] * b.coefficient[j]];
      if (n >= k) into[n * size + k] += v;
      if (!isSame && k >= n) into[k * size + n] += v;
    }
}
