/** What a simulation study tells: recovery of θ, use of the bank, decisions at the cuts. */
export interface Cut {
  readonly name: string;
  readonly theta: number;
}

/** One simulated session. */
export interface SimulatedSession {
  readonly truth: number;
  readonly estimate: number;
  readonly standardError: number;
  /** Everything given; `scored`: how many of these counted. */
  readonly items: readonly number[];
  readonly scored: number;
  readonly reason: string;
  /** Σ I at the true θ of the counted items, over that of a test of equal length without constraints. */
  readonly informationKept: number;
}

export interface CutAccuracy {
  readonly name: string;
  readonly accuracy: number;
  /** Among true masters. */
  readonly falseNegatives: number;
  /** Among true non-masters. */
  readonly falsePositives: number;
  /** Of those within 0.125 of cut + distance: the share placed at or above the cut. */
  readonly near: readonly { readonly distance: number; readonly simulees: number; readonly above: number }[];
}

export interface ConditionalRow {
  readonly theta: number;
  readonly simulees: number;
  readonly bias: number;
  readonly rmse: number;
  readonly meanStandardError: number;
  readonly meanLength: number;
}

export interface StudySummary {
  readonly simulees: number;
  readonly bias: number;
  readonly rmse: number;
  readonly meanStandardError: number;
  /** Counted items. */
  readonly meanLength: number;
  readonly stopped: Readonly<Record<string, number>>;
  /** Share of candidates who got the most used controlled item. */
  readonly maximumExposure: number;
  /** Share of all candidates, and of those within half a logit of each cut, who got the item. */
  readonly exposure: readonly { readonly id: string; readonly rate: number; readonly atCuts: readonly number[] }[];
  /** Expected share of items that two candidates have in common. */
  readonly overlap: number;
  /** Mean over candidates. */
  readonly informationKept: number;
  readonly cuts: readonly CutAccuracy[];
  readonly exactLevel: number;
  /** By θ in bins of half a logit. */
  readonly conditional: readonly ConditionalRow[];
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
const share = (values: readonly boolean[]): number =>
  values.length === 0 ? NaN : values.filter(Boolean).length / values.length;
const rootMeanSquare = (values: readonly number[]): number => Math.sqrt(mean(values.map((value) => value * value)));
const errorsOf = (sat: readonly SimulatedSession[]): number[] => sat.map(({ truth, estimate }) => estimate - truth);

/**
 * How often the estimates place candidates on the right side of a cut.
 *
 * @example
 * ```ts
 * import { accuracyAt } from 'itemresponsetheory/simulation';
 *
 * const sat = [-1, 0, 1].map((truth) => ({
 *   truth,
 *   estimate: truth + 0.1,
 *   standardError: 0.4,
 *   items: truth > 0 ? [0, 1] : [0, 2],
 *   scored: 2,
 *   reason: 'maximum-items',
 *   informationKept: 1,
 * }));
 * console.log(accuracyAt({ name: 'A2', theta: 0.05 }, sat).falsePositives); // → 0.5
 * ```
 */
export function accuracyAt({ name, theta }: Cut, sat: readonly SimulatedSession[]): CutAccuracy {
  const [masters, others] = [sat.filter(({ truth }) => truth >= theta), sat.filter(({ truth }) => truth < theta)];
  return {
    name,
    accuracy: share(sat.map(({ truth, estimate }) => truth >= theta === estimate >= theta)),
    falseNegatives: share(masters.map(({ estimate }) => estimate < theta)),
    falsePositives: share(others.map(({ estimate }) => estimate >= theta)),
    near: [-0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75].map((distance) => {
      const there = sat.filter(({ truth }) => Math.abs(truth - theta - distance) <= 0.125);
      return { distance, simulees: there.length, above: share(there.map(({ estimate }) => estimate >= theta)) };
    }),
  };
}

function conditionalOn(sat: readonly SimulatedSession[]): ConditionalRow[] {
  const bins = new Map<number, SimulatedSession[]>();
  for (const one of sat) {
    const bin = Math.round(one.truth * 2) / 2;
    const list = bins.get(bin);
    if (list === undefined) bins.set(bin, [one]);
    else list.push(one);
  }
  return [...bins]
    .sort(([a], [b]) => a - b)
    .map(([theta, list]) => ({
      theta,
      simulees: list.length,
      bias: mean(errorsOf(list)),
      rmse: rootMeanSquare(errorsOf(list)),
      meanStandardError: mean(list.map(({ standardError }) => standardError)),
      meanLength: mean(list.map(({ scored }) => scored)),
    }));
}

/**
 * Share of candidates who got each item.
 *
 * @example
 * ```ts
 * import { exposureRates } from 'itemresponsetheory/simulation';
 *
 * const sat = [-1, 0, 1].map((truth) => ({
 *   truth,
 *   estimate: truth + 0.1,
 *   standardError: 0.4,
 *   items: truth > 0 ? [0, 1] : [0, 2],
 *   scored: 2,
 *   reason: 'maximum-items',
 *   informationKept: 1,
 * }));
 * console.log(Array.from(exposureRates(3, sat), (rate) => rate.toFixed(2)).join()); // → 1.00,0.33,0.67
 * ```
 */
export function exposureRates(size: number, sat: readonly SimulatedSession[]): Float64Array {
  const rates = new Float64Array(size);
  for (const { items } of sat) for (const item of items) rates[item] += 1 / sat.length;
  return rates;
}

/**
 * Mean share of items in common between two candidates: Σ r² / Σ r, r the exposure rates (Chen, Ankenmann & Spray
 * 2003).
 *
 * @example
 * ```ts
 * import { meanOverlap } from 'itemresponsetheory/simulation';
 *
 * console.log(meanOverlap(Float64Array.of(1, 0.5, 0.5))); // → 0.75
 * ```
 */
export function meanOverlap(rates: Float64Array): number {
  const total = rates.reduce((sum, rate) => sum + rate, 0);
  return total === 0 ? 0 : rates.reduce((sum, rate) => sum + rate * rate, 0) / total;
}

const levelOf = (theta: number, cuts: readonly Cut[]): number => cuts.filter((cut) => theta >= cut.theta).length;

/**
 * `isControlled`: items that exposure control is about (not the pretest items).
 *
 * @example
 * ```ts
 * import { summarise } from 'itemresponsetheory/simulation';
 *
 * const sat = [-1, 0, 1].map((truth) => ({
 *   truth,
 *   estimate: truth + 0.1,
 *   standardError: 0.4,
 *   items: truth > 0 ? [0, 1] : [0, 2],
 *   scored: 2,
 *   reason: 'maximum-items',
 *   informationKept: 1,
 * }));
 * const { bias, maximumExposure } = summarise(['a', 'b', 'c'], [{ name: 'A2', theta: 0 }], sat, () => true);
 * console.log(bias.toFixed(2), maximumExposure); // → 0.10 1
 * ```
 */
export function summarise(
  ids: readonly string[],
  cuts: readonly Cut[],
  sat: readonly SimulatedSession[],
  isControlled: (item: number) => boolean,
): StudySummary {
  const rates = exposureRates(ids.length, sat);
  const ratesAtCuts = cuts.map(({ theta }) =>
    exposureRates(
      ids.length,
      sat.filter(({ truth }) => Math.abs(truth - theta) <= 0.5),
    ),
  );
  const stopped = new Map<string, number>();
  for (const { reason } of sat) stopped.set(reason, (stopped.get(reason) ?? 0) + 1);
  return {
    simulees: sat.length,
    bias: mean(errorsOf(sat)),
    rmse: rootMeanSquare(errorsOf(sat)),
    meanStandardError: mean(sat.map(({ standardError }) => standardError)),
    meanLength: mean(sat.map(({ scored }) => scored)),
    stopped: Object.fromEntries(stopped),
    maximumExposure: rates.reduce((highest, rate, item) => (isControlled(item) ? Math.max(highest, rate) : highest), 0),
    exposure: ids.map((id, item) => ({
      id,
      rate: rates[item],
      atCuts: ratesAtCuts.map((list) => list[item]),
    })),
    overlap: meanOverlap(rates),
    informationKept: mean(sat.map(({ informationKept }) => informationKept)),
    cuts: cuts.map((cut) => accuracyAt(cut, sat)),
    exactLevel: share(sat.map(({ truth, estimate }) => levelOf(truth, cuts) === levelOf(estimate, cuts))),
    conditional: conditionalOn(sat),
  };
}
