/**
 * Joint maximum likelihood of the Rasch family (Wright & Masters 1982), the method of the classic reports: abilities
 * are parameters too. Not consistent for few items (their spread comes out too large by about L/(L − 1)), so marginal
 * or conditional estimates are to be preferred for decisions. Newton on the items with the abilities solved for at
 * every step: the information is what is left of the items' after the abilities took theirs.
 *
 * Extreme scores have no finite ability. They are left out of the items' estimation and get an ability afterwards from
 * their score moved inwards; or, with `includeExtreme`, take part: expected score at θ = moved score for the abilities,
 * persons in a category = expected persons in it for the items, whose answers count whole. Both cannot hold for all: in
 * the sum the sides differ by the adjustment for each person at the bottom, less that for each at the top, which the
 * side condition (mean of the difficulties or steps 0) spreads evenly over the items. See the package's README.
 */
import { IrtError } from '../errors.ts';
import { exp, log } from '../numeric/elementary.ts';
import { createItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import type { ResponseMatrix } from '../responses/response-matrix.ts';
import { addInformation, constrainedInverse, startOf } from './cml.ts';
import { isExtreme, prepareRasch, type RaschData, type RaschModel, type RaschOptions } from './cml-data.ts';
import {
  centre,
  covarianceBetween,
  raschItem,
  type RaschParameters,
  raschParameters,
  valuesOf,
} from './cml-parameters.ts';
import { abilityOfScore } from './cml-score.ts';

export interface JointItemsOptions extends RaschOptions {
  /** Scores 0 and highest count as moved inwards by so much for ability; default 0.3. */
  readonly adjustment?: number;
  /** Whether persons with such scores take part in estimating the items, at their moved score; default false. */
  readonly includeExtreme?: boolean;
  /**
   * 'length': steps times (L − 1)/L with L the mean number of items of a person (Wright & Douglas 1977); default none.
   */
  readonly correction?: 'none' | 'length';
  readonly tolerance?: number;
  readonly maximumCycles?: number;
}

export interface JointItem {
  readonly item: ItemSpec;
  /** Of the difficulty, or of each step, at the abilities estimated. */ readonly standardErrors: readonly number[];
  readonly responses: number;
}

export interface JointCalibration {
  readonly model: RaschModel;
  /** The mean of the items' locations is 0. */
  readonly items: readonly JointItem[];
  /** Of every person, NaN without responses. */
  readonly theta: Float64Array;
  readonly thetaError: Float64Array;
  readonly isExtreme: Uint8Array;
  /** Of the answers of the persons who were used. */
  readonly logLikelihood: number;
  readonly cycles: number;
  readonly converged: boolean;
  readonly largestChange: number;
  readonly emptyPersons: number;
}

/** Persons of one booklet with one score. */
interface ScoreClass {
  readonly items: readonly number[];
  readonly place: readonly number[];
  /** As it counts, and as it was. */ readonly score: number;
  readonly raw: number;
  readonly persons: number;
  theta: number;
}
interface WeightsAt {
  readonly logLikelihood: number;
  readonly residual: Float64Array;
  readonly information: Float64Array;
}

/** Score as it counts: moved inwards at the ends. */
const moved = (score: number, highest: number, by: number): number =>
  score === 0 ? by : score === highest ? highest - by : score;

function groupsOf(
  { booklets, steps }: RaschData,
  { start }: RaschParameters,
  adjustment: number,
  includeExtreme: boolean,
): ScoreClass[] {
  return booklets.flatMap(({ items, highestScore, persons }): ScoreClass[] => {
    const place = items.flatMap((item) => Array.from({ length: steps[item] }, (_, k) => start[item] + k));
    return Array.from(persons, (count, score) => ({
      items,
      place,
      score: moved(score, highestScore, adjustment),
      raw: score,
      persons: count,
      theta: log((score + 0.5) / (highestScore - score + 0.5)),
      isExtreme: score === 0 || score === highestScore,
    })).filter((group) => group.persons > 0 && (includeExtreme || !group.isExtreme));
  });
}

/** Persons in each category above 0 of every item, among those who take part. */
function countTaken(
  responses: ResponseMatrix,
  data: RaschData,
  { start, weightOf }: RaschParameters,
  includeExtreme: boolean,
): Float64Array {
  const counts = new Float64Array(weightOf.length);
  for (let person = 0; person < responses.persons; person += 1) {
    if (data.bookletOf[person] < 0 || (!includeExtreme && isExtreme(data, person))) continue;
    for (let n = responses.rowStart[person]; n < responses.rowStart[person + 1]; n += 1) {
      const k = responses.category[n];
      const at = start[responses.item[n]] + k - 1;
      if (k > 0) counts[at] += 1;
    }
  }
  return counts;
}

/** Probabilities of an item's categories from 1 on at θ into `p` from `from`; its mean and variance. */
function itemAt(
  weight: readonly number[],
  start: number,
  steps: number,
  theta: number,
  p: Float64Array,
  from: number,
): { mean: number; variance: number; logTotal: number } {
  let most = 0;
  for (let k = 1; k <= steps; k += 1) most = Math.max(most, k * theta + weight[start + k - 1]);
  let total = exp(-most);
  for (let k = 1; k <= steps; k += 1) {
    const e = exp(k * theta + weight[start + k - 1] - most);
    p[from + k - 1] = e;
    total += e;
  }
  let [mean, square] = [0, 0];
  for (let k = 1; k <= steps; k += 1) {
    const share = p[from + k - 1] / total;
    p[from + k - 1] = share;
    mean += k * share;
    square += k * k * share;
  }
  return { mean, variance: square - mean * mean, logTotal: most + log(total) };
}

/** Ability of every group, then the items' residuals and what is left of their information. */
function evaluate(
  data: RaschData,
  parameters: RaschParameters,
  groups: readonly ScoreClass[],
  counts: Float64Array,
  x: Float64Array,
): WeightsAt {
  const { start, weightOf, size } = parameters;
  const weight = valuesOf(weightOf, x);
  const residual = counts.slice();
  const information = new Float64Array(size * size);
  let logLikelihood = weight.reduce((sum, w, c) => sum + w * counts[c], 0);
  for (const group of groups) {
    const p = new Float64Array(group.place.length);
    const rows = group.place.map((c) => weightOf[c]);
    let variance = 0;
    let logTotal = 0;
    for (let step = 0; step < 200; step += 1) {
      let [mean, from] = [0, 0];
      variance = 0;
      logTotal = 0;
      for (const item of group.items) {
        const own = itemAt(weight, start[item], data.steps[item], group.theta, p, from);
        mean += own.mean;
        variance += own.variance;
        logTotal += own.logTotal;
        from += data.steps[item];
      }
      const move = Math.max(-1, Math.min(1, (group.score - mean) / variance));
      if (Math.abs(move) < 1e-13 * (1 + Math.abs(group.theta))) break;
      group.theta += move;
    }
    logLikelihood += group.persons * (group.raw * group.theta - logTotal);
    const block = new Float64Array(p.length * p.length);
    const cross = new Float64Array(p.length);
    let from = 0;
    for (const item of group.items) {
      const steps = data.steps[item];
      let mean = 0;
      for (let k = 1; k <= steps; k += 1) mean += k * p[from + k - 1];
      for (let k = 0; k < steps; k += 1) {
        const own = p[from + k];
        cross[from + k] = own * (k + 1 - mean);
        const c = group.place[from + k];
        residual[c] -= group.persons * own;
        for (let j = 0; j < steps; j += 1)
          block[(from + k) * p.length + from + j] = group.persons * ((j === k ? own : 0) - own * p[from + j]);
      }
      from += steps;
    }
    for (let i = 0; i < p.length; i += 1)
      for (let j = 0; j < p.length; j += 1) block[i * p.length + j] -= (group.persons * cross[i] * cross[j]) / variance;
    addInformation(information, size, rows, block);
  }
  return { logLikelihood, residual, information };
}

/**
 * Throws IrtError for adaptive data (declared or detected), sets of items that nobody joins, and items without finite
 * estimates, named.
 *
 * @example
 * ```ts
 * import { createItemParameters, createRng } from 'itemresponsetheory';
 * import { calibrateJointly, responseMatrix } from 'itemresponsetheory/calibration';
 * import { drawCategory } from 'itemresponsetheory/simulation';
 *
 * const bank = createItemParameters(
 *   [-1, -0.5, 0, 0.5, 1].map((difficulty, n) => ({ model: 'logistic' as const, id: `i${n}`, difficulty })),
 * );
 * const rows = Array.from({ length: 400 }, (_, person) => {
 *   const random = createRng('example').fork(person);
 *   const theta = random.normal();
 *   return Array.from(bank.id, (__, item) => drawCategory(bank, item, theta, random));
 * });
 * const data = responseMatrix(rows);
 * const { converged, items } = calibrateJointly(data, { design: 'linear', model: 'rasch' });
 * console.log(converged, items.length); // → true 5
 * ```
 */
export function calibrateJointly(responses: ResponseMatrix, options: JointItemsOptions): JointCalibration {
  const {
    model,
    adjustment = 0.3,
    includeExtreme = false,
    correction = 'none',
    tolerance = 1e-9,
    maximumCycles = 200,
  } = options;
  if (!(adjustment > 0 && adjustment < 1))
    throw new IrtError('outside-unit', 'adjustment', adjustment, 'must be between 0 and 1');
  const data = prepareRasch(responses, options);
  const parameters = raschParameters(data, model);
  const groups = groupsOf(data, parameters, adjustment, includeExtreme);
  if (groups.length === 0)
    throw new IrtError('no-finite-maximum', 'data', data.ids.join(', '), 'have extreme scores only');
  const counts = countTaken(responses, data, parameters, includeExtreme);
  const x = startOf(data, parameters, model);
  let [cycles, largestChange, converged] = [0, Infinity, false];
  let here = evaluate(data, parameters, groups, counts, x);
  let covariance = constrainedInverse(here.information, parameters);
  while (!converged && cycles < maximumCycles && covariance !== undefined) {
    const gradient = new Float64Array(parameters.size);
    parameters.weightOf.forEach((terms, c) => {
      for (const { at, factor } of terms) gradient[at] += factor * here.residual[c];
    });
    const step = Float64Array.from({ length: parameters.size }, (_, i) =>
      gradient.reduce((sum, g, j) => sum + g * (covariance?.[i * parameters.size + j] ?? 0), 0),
    );
    largestChange = step.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const share = Math.min(1, 2 / largestChange);
    for (let n = 0; n < x.length; n += 1) x[n] += share * step[n];
    centre(parameters, x);
    cycles += 1;
    here = evaluate(data, parameters, groups, counts, x);
    covariance = constrainedInverse(here.information, parameters);
    converged = largestChange <= tolerance;
  }
  if (covariance === undefined || x.some((value) => !(Math.abs(value) < 50)))
    throw new IrtError(
      'no-finite-maximum',
      'data',
      data.ids.join(', '),
      'have no finite joint estimates: a category or an item never stands against the others',
    );
  return jointResult(
    responses,
    data,
    parameters,
    options,
    { x, covariance, factor: correction === 'length' ? lengthFactor(data) : 1 },
    { logLikelihood: here.logLikelihood, cycles, converged, largestChange },
  );
}

function lengthFactor({ booklets }: RaschData): number {
  const [persons, items] = booklets.reduce(
    ([n, sum], booklet) => {
      const count = booklet.persons.reduce((a, b) => a + b, 0);
      return [n + count, sum + count * booklet.items.length];
    },
    [0, 0],
  );
  return (items / persons - 1) / (items / persons);
}

function jointResult(
  responses: ResponseMatrix,
  data: RaschData,
  { start, stepOf, size }: RaschParameters,
  { model, adjustment = 0.3 }: JointItemsOptions,
  { x, covariance, factor }: { readonly x: Float64Array; readonly covariance: Float64Array; readonly factor: number },
  rest: Pick<JointCalibration, 'logLikelihood' | 'cycles' | 'converged' | 'largestChange'>,
): JointCalibration {
  const steps = valuesOf(stepOf, x).map((value) => factor * value);
  const items = data.ids.map((id, item): JointItem => {
    const [from, to] = [start[item], start[item] + data.steps[item]];
    return {
      item: raschItem(model, id, steps.slice(from, to)),
      standardErrors: stepOf
        .slice(from, to)
        .map((terms) => factor * Math.sqrt(Math.max(0, covarianceBetween(terms, terms, covariance, size)))),
      responses: data.counts[item].reduce((sum, n) => sum + n, 0),
    };
  });
  const bank = createItemParameters(items.map(({ item }) => item));
  const tables = data.booklets.map(({ items: own, highestScore, persons }) =>
    Array.from(persons, (count, score) =>
      count === 0
        ? { theta: NaN, standardError: NaN }
        : abilityOfScore(bank, own, moved(score, highestScore, adjustment)),
    ),
  );
  const [theta, thetaError, extreme] = [
    new Float64Array(responses.persons).fill(NaN),
    new Float64Array(responses.persons).fill(NaN),
    new Uint8Array(responses.persons),
  ];
  for (let person = 0; person < responses.persons; person += 1) {
    if (data.bookletOf[person] < 0) continue;
    const own = tables[data.bookletOf[person]][data.score[person]];
    if (own === undefined) continue;
    theta[person] = own.theta;
    thetaError[person] = own.standardError;
    extreme[person] = isExtreme(data, person) ? 1 : 0;
  }
  return { model, items, theta, thetaError, isExtreme: extreme, emptyPersons: data.emptyPersons, ...rest };
}
