/** Information of the calibrated parameters; inverted, their covariance. Order: (intercept, slope) by item, or intercepts and then the variance. */
import { sigmoid } from '../numeric/elementary.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import type { Booklets } from './booklets.ts';
import { type Expectation, type Parameters, posteriorOf, prepare } from './expectation.ts';
import { latentDensity } from './prior.ts';

export interface InformationRequest { readonly data: ResponseMatrix; readonly parameters: Parameters; readonly booklets: Booklets; readonly work: Expectation; readonly freeSlope: boolean; readonly method: 'louis' | 'crossProduct' }

/** Rows of a person's complete-data score as functions of θ: residual, residual·θ, and the variance's row. */
interface PersonScore { readonly position: Uint32Array; readonly row: Float64Array; readonly mean: Float64Array; count: number }

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
  const right = work.logWrong.map((_, n) => { const [item, q] = [Math.floor(n / points), n % points]; return sigmoid((parameters.slope[item] ?? 1) * (work.node[q] ?? 0) + (parameters.intercept[item] ?? 0)); });
  const widest = booklets.items.reduce((most, list) => Math.max(most, list.length), 0) * perItem + 1;
  const score: PersonScore = { position: new Uint32Array(widest), row: new Float64Array(widest * points), mean: new Float64Array(widest), count: 0 };
  const varianceRow = work.node.map((theta) => (theta * theta - density.secondMoment) / (2 * parameters.variance ** 2));
  const matrix = new Float64Array(size * size);
  for (let person = 0; person < data.persons; person += 1) {
    posteriorOf(data, person, parameters, booklets, work);
    fillScore(data, person, right, work, perItem, score);
    if (!freeSlope) appendRow(score, size - 1, varianceRow, work.posterior);
    if (method === 'louis') addLouis(request, right, score, matrix, size, density.slope);
    else addCrossProduct(score, matrix, size);
  }
  for (let i = 0; i < size; i += 1) for (let j = 0; j < i; j += 1) matrix[i * size + j] = matrix[j * size + i] ?? 0;
  return { matrix, size };
}

function appendRow(score: PersonScore, position: number, row: Float64Array, posterior: Float64Array): void {
  const start = score.count * row.length;
  let mean = 0;
  for (let q = 0; q < row.length; q += 1) { score.row[start + q] = row[q] ?? 0; mean += (posterior[q] ?? 0) * (row[q] ?? 0); }
  score.position[score.count] = position;
  score.mean[score.count] = mean;
  score.count += 1;
}

function fillScore(data: ResponseMatrix, person: number, right: Float64Array, { node, posterior }: Expectation, perItem: number, score: PersonScore): void {
  const points = node.length;
  const row = new Float64Array(points);
  score.count = 0;
  for (let n = data.rowStart[person] ?? 0; n < (data.rowStart[person + 1] ?? 0); n += 1) {
    const item = data.item[n] ?? 0;
    for (let q = 0; q < points; q += 1) row[q] = (data.category[n] ?? 0) - (right[item * points + q] ?? 0);
    appendRow(score, item * perItem, row, posterior);
    if (perItem === 1) continue;
    for (let q = 0; q < points; q += 1) row[q] = (row[q] ?? 0) * (node[q] ?? 0);
    appendRow(score, item * perItem + 1, row, posterior);
  }
}

/** Upper triangle only; rows of a person come in ascending order where the data have their items so, else both halves are put there. */
function add(matrix: Float64Array, size: number, i: number, j: number, value: number): void {
  const at = i <= j ? i * size + j : j * size + i;
  matrix[at] = (matrix[at] ?? 0) + value;
}

function addCrossProduct({ position, mean, count }: PersonScore, matrix: Float64Array, size: number): void {
  for (let i = 0; i < count; i += 1) for (let j = i; j < count; j += 1) add(matrix, size, position[i] ?? 0, position[j] ?? 0, (mean[i] ?? 0) * (mean[j] ?? 0));
}

function addLouis({ parameters, work, freeSlope }: InformationRequest, right: Float64Array, score: PersonScore, matrix: Float64Array, size: number, momentSlope: number): void {
  const { node, posterior } = work;
  const points = node.length;
  const { position, row, mean, count } = score;
  for (let i = 0; i < count; i += 1) {
    for (let j = i; j < count; j += 1) {
      let product = 0;
      for (let q = 0; q < points; q += 1) product += (posterior[q] ?? 0) * (row[i * points + q] ?? 0) * (row[j * points + q] ?? 0);
      add(matrix, size, position[i] ?? 0, position[j] ?? 0, (mean[i] ?? 0) * (mean[j] ?? 0) - product);
    }
  }
  const perItem = freeSlope ? 2 : 1;
  const items = freeSlope ? count / 2 : count - 1;
  for (let n = 0; n < items; n += 1) {
    const at = position[n * perItem] ?? 0;
    const item = at / perItem;
    let [h0, h1, h2] = [0, 0, 0];
    for (let q = 0; q < points; q += 1) {
      const p = right[item * points + q] ?? 0;
      const [w, theta] = [(posterior[q] ?? 0) * p * (1 - p), node[q] ?? 0];
      h0 += w; h1 += w * theta; h2 += w * theta * theta;
    }
    add(matrix, size, at, at, h0);
    if (freeSlope) { add(matrix, size, at, at + 1, h1); add(matrix, size, at + 1, at + 1, h2); }
  }
  if (freeSlope) return;
  // −d/dσ² of (θ² − v)/(2σ⁴): 2·(θ² − v)/(2σ⁶) + v'/(2σ⁴).
  const { variance } = parameters;
  add(matrix, size, size - 1, size - 1, (2 * (mean[count - 1] ?? 0)) / variance + momentSlope / (2 * variance * variance));
}
