/** The E-step of a many-facet model, with the gradient (Fisher's identity) and the complete information at x. */
import { normalOnGrid } from '../calibration/latent.ts';
import { exp, log } from '../numeric/elementary.ts';
import { createPosteriorRecurrence, type PosteriorRecurrence } from '../quadrature/posterior-recurrence.ts';
import type { RatingTable } from '../responses/rating-table.ts';
import { type Affine, valueOf } from './affine.ts';
import { type Cells, cellsOf, createRatingAt, type RatingAt, ratingAt } from './cells.ts';
import { type Design, designOf, type FacetsModel } from './design.ts';

/** Persons with the same cells and, where slopes cannot tell them apart, the same sum of scores. */
interface PatternMember {
  readonly persons: number[];
  readonly count: number;
  sum: number;
}
interface Pattern {
  readonly cells: Uint32Array;
  readonly members: readonly PatternMember[];
}

export interface Marginal {
  readonly table: RatingTable;
  readonly cells: Cells;
  readonly design: Design;
  readonly node: Float64Array;
  readonly patterns: readonly Pattern[];
  /** Σ score and, by step, ratings at or above it, by cell; weighted. */
  readonly total: Float64Array;
  readonly above: Float64Array;
  /** Ratings of each person, for sums under slopes. */
  readonly ratingsOf: readonly (readonly number[])[];
  /** Where the population's parameters stand in x. */
  readonly meanAt: number;
  readonly varianceAt: number;
  readonly size: number;
  readonly at: RatingAt;
  readonly walker: PosteriorRecurrence;
}

export function marginalOf(table: RatingTable, node: Float64Array, model: FacetsModel): Marginal {
  const cells = cellsOf(table);
  const design = designOf(table, cells, model);
  const m = table.highest;
  const [total, above] = [new Float64Array(cells.elements.length), new Float64Array(cells.elements.length * m)];
  const [sum, ratingsOf] = [new Float64Array(table.persons.length), table.persons.map((): number[] => [])];
  for (let n = 0; n < table.score.length; n += 1) {
    const [cell, person, score] = [cells.of[n], table.person[n], table.score[n]];
    const weight = cells.weight[cell];
    total[cell] += weight * score;
    for (let v = 1; v <= score; v += 1) above[cell * m + v - 1] += weight;
    sum[person] += weight * score;
    ratingsOf[person].push(n);
  }
  const hasSlopes = design.logSlopes.length > 0;
  const meanAt = design.hasFreeMean ? design.parameters : -1;
  const varianceAt = design.parameters + (design.hasFreeMean ? 1 : 0);
  return {
    table,
    cells,
    design,
    node,
    total,
    above,
    ratingsOf,
    meanAt,
    varianceAt,
    size: varianceAt + 1,
    at: createRatingAt(m),
    walker: createPosteriorRecurrence(node, new Float64Array(node.length + 1)),
    patterns: patternsOf(ratingsOf, cells, (person) => (hasSlopes ? person : sum[person]), sum),
  };
}

function patternsOf(
  ratingsOf: readonly (readonly number[])[],
  { of }: Cells,
  alike: (person: number) => number,
  sum: Float64Array,
): Pattern[] {
  const known = new Map<
    string,
    { cells: Uint32Array; members: Map<number, { persons: number[]; count: number; sum: number }> }
  >();
  ratingsOf.forEach((ratings, person) => {
    const cells = Uint32Array.from(ratings, (n) => of[n]).sort();
    const key = String.fromCharCode(...new Uint16Array(cells.buffer));
    const pattern = known.get(key) ?? { cells, members: new Map() };
    known.set(key, pattern);
    const member = pattern.members.get(alike(person)) ?? { persons: [], count: 0, sum: sum[person] };
    pattern.members.set(alike(person), member);
    member.persons.push(person);
    member.count += 1;
  });
  return [...known.values()].map(({ cells, members }) => ({ cells, members: [...members.values()] }));
}

export interface MarginalExpectation {
  /** Of the ratings, and of what leans on others (0 without). */
  readonly logLikelihood: number;
  readonly logPrior: number;
  readonly gradient: Float64Array;
  /** Of the complete data, without the population's parameters; row-major, lower triangle. */
  readonly information: Float64Array;
  /** Mean and mean square of θ over all persons. */
  readonly moments: readonly [number, number];
}

/** What the cells are at x: slopes, severities, steps, and at every node the probabilities. */
interface CellsAt {
  readonly slope: Float64Array;
  readonly severity: Float64Array;
  readonly steps: readonly Float64Array[];
  /** By cell and node. */ readonly logTotal: Float64Array;
  /** By cell, node and score. */ readonly p: Float64Array;
}

function cellsAt({ design, node, table: { highest: m }, at }: Marginal, x: Float64Array): CellsAt {
  const points = node.length;
  const steps = design.steps.map((rows) => Float64Array.from(rows, (row) => valueOf(row, x)));
  const severity = Float64Array.from(design.cells, (cell) => valueOf(cell.severity, x));
  const slope = Float64Array.from(design.cells, ({ logSlope }) =>
    logSlope === undefined ? 1 : exp(valueOf(logSlope, x)),
  );
  const [logTotal, p] = [
    new Float64Array(design.cells.length * points),
    new Float64Array(design.cells.length * points * (m + 1)),
  ];
  const work = new Float64Array(m + 1);
  design.cells.forEach(({ group }, c) => {
    curvesOf(
      slope[c],
      severity[c],
      steps[group],
      node,
      logTotal.subarray(c * points, (c + 1) * points),
      p.subarray(c * points * (m + 1), (c + 1) * points * (m + 1)),
      work,
      at,
    );
  });
  return { slope, severity, steps, logTotal, p };
}

/** Exponents up to here are taken by powers; e^600 is far from overflow. */
const safeExponent = 600;

/** ln Σ_k e^η_k and P_k at every node. e^η_k = y^k·e^(−αS_k) with y = e^(α(θ − severity)): one exponential a node. */
function curvesOf(
  a: number,
  severity: number,
  steps: Float64Array,
  node: Float64Array,
  logTotal: Float64Array,
  p: Float64Array,
  weight: Float64Array,
  at: RatingAt,
): void {
  const m = steps.length;
  let [sum, most] = [0, 0];
  weight[0] = 1;
  for (let k = 1; k <= m; k += 1) {
    sum += a * steps[k - 1];
    weight[k] = exp(-sum);
    most = Math.max(most, Math.abs(sum));
  }
  const reach = m * a * Math.max(Math.abs(node[0] - severity), Math.abs(node[node.length - 1] - severity));
  if (most + reach > safeExponent) {
    const scaled = steps.map((step) => a * step);
    for (let q = 0; q < node.length; q += 1) {
      ratingAt(a * (node[q] - severity), scaled, at);
      logTotal[q] = at.logTotal;
      p.set(at.p, q * (m + 1));
    }
    return;
  }
  for (let q = 0; q < node.length; q += 1) {
    const y = exp(a * (node[q] - severity));
    let total = 1;
    for (let k = 1, power = 1; k <= m; k += 1) {
      power *= y;
      const e = power * weight[k];
      p[q * (m + 1) + k] = e;
      total += e;
    }
    logTotal[q] = log(total);
    p[q * (m + 1)] = 1 / total;
    for (let k = 1; k <= m; k += 1) p[q * (m + 1) + k] /= total;
  }
}

/** `onMember` gets every member's EAP and posterior variance. */
export function expectation(
  marginal: Marginal,
  x: Float64Array,
  withInformation: boolean,
  onMember?: (member: PatternMember, eap: number, variance: number) => void,
): MarginalExpectation {
  const { design, node, table, patterns, cells, walker, meanAt, varianceAt, total, above } = marginal;
  const points = node.length;
  const at = cellsAt(marginal, x);
  const [mean, variance] = [meanAt < 0 ? 0 : x[meanAt], exp(x[varianceAt])];
  const prior = normalOnGrid(node, mean, variance);
  const mass = new Float64Array(design.cells.length * points);
  /** Σ score·EAP by cell, for slopes. */
  const scoreEap = new Float64Array(design.cells.length);
  const [line, shared] = [new Float64Array(points), new Float64Array(points)];
  const hasSlopes = design.logSlopes.length > 0;
  const m = table.highest;
  let [logLikelihood, first, second] = [0, 0, 0];
  for (const { cells: list, members } of patterns) {
    line.set(prior.logWeight);
    for (const c of list)
      for (let q = 0, from = c * points, w = cells.weight[c]; q < points; q += 1) line[q] -= w * at.logTotal[from + q];
    walker.setBaseLine(line);
    shared.fill(0);
    for (const member of members) {
      if (hasSlopes)
        member.sum = marginal.ratingsOf[member.persons[0]].reduce(
          (sum, n) => sum + at.slope[cells.of[n]] * cells.weight[cells.of[n]] * table.score[n],
          0,
        );
      walker.walk(member.sum);
      const { weight, from, to, total: all, peak } = walker;
      const factor = member.count / all;
      let [one, square] = [0, 0];
      const end = Math.min(to, points);
      for (let q = from; q < end; q += 1) {
        const w = weight[q] * factor;
        const t = node[q];
        shared[q] += w;
        one += w * t;
        square += w * t * t;
      }
      logLikelihood += member.count * (peak + log(all));
      first += one;
      second += square;
      const eap = one / member.count;
      onMember?.(member, eap, Math.max(0, square / member.count - eap * eap));
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
 * Σ_{v≤k} step_v. Its gradient is
 * observed minus expected ∂η, its information the expected covariance of ∂η, both carried over to x. ∂η_k is −αk for
 * the severity, −α[k ≥ v] for step v,
 * and η_k itself for ln slope, so the sums over nodes of persons·P_k, times 1, θ and θ², are all that is needed besides
 * the means at each node.
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
  const steps = at.steps[cell?.group ?? 0];
  if (cell === undefined || steps === undefined) return;
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

/** ln density of every leaning, without its constant, with gradient and information. */
function addRidgePriors(
  { priors: leanings, parameters }: Design,
  x: Float64Array,
  gradient: Float64Array,
  information: Float64Array | undefined,
): number {
  let logPrior = 0;
  for (const { row, precision } of leanings) {
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
