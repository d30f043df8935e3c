/** Information of the calibrated parameters; inverted, their covariance. Order: (intercept, slope) by item, or intercepts and then the variance. */
import { sigmoid } from '../numeric/elementary.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import type { Booklets } from './booklets.ts';
import { type Expectation, type Parameters, posteriorOf, prepare } from './expectation.ts';
import { latentDensity } from './prior.ts';

export interface InformationRequest { readonly data: ResponseMatrix; readonly parameters: Parameters; readonly booklets: Booklets; readonly work: Expectation; readonly freeSlope: boolean; readonly method: 'louis' | 'crossProduct' }

/**
 * One person's moments under the posterior. The score of item j's intercept and slope is S_jα(q) = (u − P_j)·θ^α, so that products of
 * scores need only m_κ = E(θ^κ) and A_jκ = E(P_j·θ^κ), but for E(P_i·P_j·θ^κ), which is summed over all persons of a booklet at once.
 */
interface PersonMoments { readonly item: Uint32Array; readonly right: Uint8Array; readonly theta: Float64Array; readonly probability: Float64Array; readonly score: Float64Array; count: number }

interface Context { readonly request: InformationRequest; readonly probability: Float64Array; readonly size: number; readonly perItem: 1 | 2; readonly matrix: Float64Array }

/**
 * Louis (1982): Σ_n [E(−H) − Cov(S)] over the posterior, exact observed information. Cross-product: Σ_n s·sᵀ with s = E(S), cheaper, and
 * noisier with few persons.
 */
export function informationMatrix(request: InformationRequest): { readonly matrix: Float64Array; readonly size: number } {
  const { data, parameters, booklets, work, freeSlope, method } = request;
  const points = work.node.length;
  const perItem = freeSlope ? 2 : 1;
  const size = data.items * perItem + (freeSlope ? 0 : 1);
  const density = latentDensity(work.node, parameters.variance);
  prepare(parameters, density.logWeight, booklets, work);
  const probability = work.logWrong.map((_, n) => { const item = Math.floor(n / points); return sigmoid((parameters.slope[item] ?? 1) * (work.node[n % points] ?? 0) + (parameters.intercept[item] ?? 0)); });
  const context: Context = { request, probability, size, perItem, matrix: new Float64Array(size * size) };
  const widest = booklets.items.reduce((most, list) => Math.max(most, list.length), 0);
  const person: PersonMoments = { item: new Uint32Array(widest), right: new Uint8Array(widest), theta: new Float64Array(3), probability: new Float64Array(widest * 3), score: new Float64Array(widest * 2 + 1), count: 0 };
  const mass = new Float64Array(booklets.items.length * points);
  /** The variance's score (θ² − v)/(2σ⁴) at each node. */
  const varianceScore = work.node.map((theta) => (theta * theta - density.secondMoment) / (2 * parameters.variance ** 2));
  for (let n = 0; n < data.persons; n += 1) {
    posteriorOf(data, n, parameters, booklets, work);
    fillMoments(context, n, person);
    if (!freeSlope) person.score[person.count] = weighted(work.posterior, varianceScore);
    addScores(context, person);
    if (method === 'crossProduct') continue;
    const start = (booklets.of[n] ?? 0) * points;
    for (let q = 0; q < points; q += 1) mass[start + q] = (mass[start + q] ?? 0) + (work.posterior[q] ?? 0);
    subtractProducts(context, person);
    if (!freeSlope) subtractVariance(context, person, varianceScore, density.slope);
  }
  if (method === 'louis') booklets.items.forEach((list, booklet) => { addBooklet(context, list, mass.subarray(booklet * points, (booklet + 1) * points)); });
  const { matrix } = context;
  for (let i = 0; i < size; i += 1) for (let j = 0; j < i; j += 1) matrix[i * size + j] = matrix[j * size + i] ?? 0;
  return { matrix, size };
}

/** The upper triangle is kept. */
function add({ matrix, size }: Context, i: number, j: number, value: number): void {
  const at = i <= j ? i * size + j : j * size + i;
  matrix[at] = (matrix[at] ?? 0) + value;
}

function weighted(posterior: Float64Array, values: Float64Array): number {
  let sum = 0;
  for (let q = 0; q < posterior.length; q += 1) sum += (posterior[q] ?? 0) * (values[q] ?? 0);
  return sum;
}

function fillMoments({ request: { data, work }, probability, perItem }: Context, person: number, out: PersonMoments): void {
  const { node, posterior } = work;
  const points = node.length;
  let [m0, m1, m2] = [0, 0, 0];
  for (let q = 0; q < points; q += 1) { const [w, theta] = [posterior[q] ?? 0, node[q] ?? 0]; m0 += w; m1 += w * theta; m2 += w * theta * theta; }
  out.theta[0] = m0; out.theta[1] = m1; out.theta[2] = m2;
  out.count = 0;
  for (let n = data.rowStart[person] ?? 0; n < (data.rowStart[person + 1] ?? 0); n += 1) {
    const [item, right] = [data.item[n] ?? 0, data.category[n] ?? 0];
    let [a0, a1, a2] = [0, 0, 0];
    for (let q = 0; q < points; q += 1) { const [w, theta] = [(posterior[q] ?? 0) * (probability[item * points + q] ?? 0), node[q] ?? 0]; a0 += w; a1 += w * theta; a2 += w * theta * theta; }
    const k = out.count;
    out.item[k] = item; out.right[k] = right;
    out.probability[k * 3] = a0; out.probability[k * 3 + 1] = a1; out.probability[k * 3 + 2] = a2;
    out.score[k * perItem] = right * m0 - a0;
    if (perItem === 2) out.score[k * 2 + 1] = right * m1 - a1;
    out.count += 1;
  }
}

/** + s·sᵀ; under Rasch with the variance as the last. */
function addScores(context: Context, { item, score, count }: PersonMoments): void {
  const { perItem, size } = context;
  const length = count * perItem + (perItem === 1 ? 1 : 0);
  const position = (n: number): number => (n >= count * perItem ? size - 1 : (item[Math.floor(n / perItem)] ?? 0) * perItem + (n % perItem));
  for (let i = 0; i < length; i += 1) for (let j = i; j < length; j += 1) add(context, position(i), position(j), (score[i] ?? 0) * (score[j] ?? 0));
}

/** − u_i·u_j·m_κ + u_i·A_jκ + u_j·A_iκ, κ = α + β: what of −E(S·Sᵀ) belongs to the person. */
function subtractProducts(context: Context, { item, right, theta, probability, count }: PersonMoments): void {
  const { perItem } = context;
  for (let i = 0; i < count; i += 1) {
    for (let j = i; j < count; j += 1) {
      const [ui, uj] = [right[i] ?? 0, right[j] ?? 0];
      if (ui === 0 && uj === 0) continue;
      for (let alpha = 0; alpha < perItem; alpha += 1) {
        for (let beta = i === j ? alpha : 0; beta < perItem; beta += 1) {
          const kappa = alpha + beta;
          add(context, (item[i] ?? 0) * perItem + alpha, (item[j] ?? 0) * perItem + beta, -ui * uj * (theta[kappa] ?? 0) + ui * (probability[j * 3 + kappa] ?? 0) + uj * (probability[i * 3 + kappa] ?? 0));
        }
      }
    }
  }
}

/** The variance's row of −E(S·Sᵀ), and its −H: (θ² − v)/σ⁶ + v'/(2σ⁴). */
function subtractVariance(context: Context, { item, right, score, count }: PersonMoments, varianceScore: Float64Array, momentSlope: number): void {
  const { request: { work: { posterior }, parameters: { variance } }, probability, size } = context;
  const points = posterior.length;
  const mean = score[count] ?? 0;
  for (let k = 0; k < count; k += 1) {
    let product = (right[k] ?? 0) * mean;
    for (let q = 0; q < points; q += 1) product -= (posterior[q] ?? 0) * (varianceScore[q] ?? 0) * (probability[(item[k] ?? 0) * points + q] ?? 0);
    add(context, item[k] ?? 0, size - 1, -product);
  }
  let square = 0;
  for (let q = 0; q < points; q += 1) square += (posterior[q] ?? 0) * (varianceScore[q] ?? 0) * (varianceScore[q] ?? 0);
  add(context, size - 1, size - 1, -square + (2 * mean) / variance + momentSlope / (2 * variance * variance));
}

/** − Σ P_i·P_j·θ^κ, and + Σ P(1 − P)·θ^κ on the diagonal (−H), over the posterior mass of the booklet's persons. */
function addBooklet(context: Context, items: Uint32Array, mass: Float64Array): void {
  const { request: { work: { node } }, probability, perItem } = context;
  const points = node.length;
  for (let i = 0; i < items.length; i += 1) {
    for (let j = i; j < items.length; j += 1) {
      const [a, b] = [(items[i] ?? 0) * points, (items[j] ?? 0) * points];
      let [p0, p1, p2] = [0, 0, 0];
      for (let q = 0; q < points; q += 1) {
        const [p, other, theta] = [probability[a + q] ?? 0, probability[b + q] ?? 0, node[q] ?? 0];
        // On the diagonal −P² and + P(1 − P) meet.
        const w = (mass[q] ?? 0) * p * (i === j ? 1 - 2 * p : -other);
        p0 += w; p1 += w * theta; p2 += w * theta * theta;
      }
      const [row, column] = [(items[i] ?? 0) * perItem, (items[j] ?? 0) * perItem];
      add(context, row, column, p0);
      if (perItem === 1) continue;
      add(context, row, column + 1, p1);
      if (i !== j) add(context, row + 1, column, p1);
      add(context, row + 1, column + 1, p2);
    }
  }
}
