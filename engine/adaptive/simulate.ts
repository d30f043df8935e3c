/**
 * A study of a test's policy: simulated candidates of known ability sit the adaptive test by the very code that runs it live.
 * The same seed gives the same numbers; candidate n's draws depend on n alone.
 */
import { categoryProbabilities, createRng, levelAt } from 'itemresponsetheory';
import type { AdaptiveBank } from './bank.ts';
import { reportedAbility } from './estimate.ts';
import { type Given, nextItem } from './next-item.ts';
import type { AdaptivePolicy } from './policy.ts';

export interface StudyDesign {
  readonly policy: AdaptivePolicy; readonly bank: AdaptiveBank;
  readonly simulees: number; readonly seed: number;
  readonly population: { readonly mean: number; readonly sd: number };
  /** Ascending cuts, e.g. A1, A2, B1. */
  readonly cuts: readonly { readonly name: string; readonly theta: number }[];
  readonly onProgress?: (done: number) => void;
}

export interface CutAccuracy { readonly name: string; readonly accuracy: number; /** Among true masters. */ readonly falseNegatives: number; /** Among true non-masters. */ readonly falsePositives: number }

export interface StudyResult {
  readonly simulees: number; readonly seed: number;
  readonly bias: number; readonly rmse: number; readonly meanStandardError: number;
  readonly meanLength: number; readonly stopped: Readonly<Record<string, number>>;
  /** Share of candidates who got the most used item, and every item's share. */
  readonly maximumExposure: number; readonly exposure: readonly { readonly id: string; readonly rate: number }[];
  readonly cuts: readonly CutAccuracy[]; readonly exactLevel: number;
  /** By θ in bins of half a logit: candidates, bias, RMSE. */
  readonly conditional: readonly { readonly theta: number; readonly simulees: number; readonly bias: number; readonly rmse: number }[];
}

interface Sat { readonly truth: number; readonly estimate: number; readonly standardError: number; readonly items: readonly number[]; readonly scored: number; readonly reason: string }

function sit({ policy, bank, seed, population }: StudyDesign, simulee: number): Sat {
  const random = createRng(seed).fork('simulee', simulee);
  const truth = population.mean + population.sd * random.normal();
  const history: Given[] = [];
  const probabilities = new Float64Array(2);
  for (;;) {
    const next = nextItem({ policy, bank, history, seed: `${seed}/${simulee}`, excluded: new Set() });
    if (next.kind === 'stop') {
      const reported = reportedAbility(bank, history);
      return { truth, estimate: reported?.theta ?? next.theta, standardError: reported?.standardError ?? next.standardError, items: history.map(({ item }) => item), scored: history.filter(({ scored }) => scored).length, reason: next.reason };
    }
    categoryProbabilities(bank.parameters, next.item, truth, probabilities);
    history.push({ item: next.item, category: random.uniform() < (probabilities[1] ?? 0) ? 1 : 0, scored: next.scored });
  }
}

const mean = (values: readonly number[]): number => (values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length);
const share = (values: readonly boolean[]): number => (values.length === 0 ? NaN : values.filter(Boolean).length / values.length);

function accuracyAt(name: string, cut: number, sat: readonly Sat[]): CutAccuracy {
  const [masters, others] = [sat.filter(({ truth }) => truth >= cut), sat.filter(({ truth }) => truth < cut)];
  return {
    name, accuracy: share(sat.map(({ truth, estimate }) => truth >= cut === estimate >= cut)),
    falseNegatives: share(masters.map(({ estimate }) => estimate < cut)), falsePositives: share(others.map(({ estimate }) => estimate >= cut)),
  };
}

function conditionalOn(sat: readonly Sat[]): StudyResult['conditional'] {
  const bins = new Map<number, Sat[]>();
  for (const one of sat) { const bin = Math.round(one.truth * 2) / 2; bins.set(bin, [...(bins.get(bin) ?? []), one]); }
  return [...bins].sort(([a], [b]) => a - b).map(([theta, list]) => ({
    theta, simulees: list.length, bias: mean(list.map(({ truth, estimate }) => estimate - truth)), rmse: Math.sqrt(mean(list.map(({ truth, estimate }) => (estimate - truth) ** 2))),
  }));
}

export function simulateStudy(design: StudyDesign): StudyResult {
  const { simulees, seed, bank, cuts, onProgress } = design;
  const sat: Sat[] = [];
  const given = new Float64Array(bank.parameters.size);
  const stopped: Record<string, number> = {};
  for (let simulee = 0; simulee < simulees; simulee += 1) {
    const one = sit(design, simulee);
    sat.push(one);
    for (const item of one.items) given[item] = (given[item] ?? 0) + 1;
    stopped[one.reason] = (stopped[one.reason] ?? 0) + 1;
    if ((simulee + 1) % 100 === 0) onProgress?.(simulee + 1);
  }
  const thetas = cuts.map(({ theta }) => theta);
  const errors = sat.map(({ truth, estimate }) => estimate - truth);
  const exposure = bank.parameters.id.map((id, item) => ({ id, rate: (given[item] ?? 0) / simulees }));
  return {
    simulees, seed, bias: mean(errors), rmse: Math.sqrt(mean(errors.map((error) => error * error))), meanStandardError: mean(sat.map(({ standardError }) => standardError)),
    meanLength: mean(sat.map(({ scored }) => scored)), stopped, exposure, maximumExposure: Math.max(...exposure.filter((_, item) => bank.isPretest[item] !== true).map(({ rate }) => rate)),
    cuts: cuts.map(({ name, theta }) => accuracyAt(name, theta, sat)), exactLevel: share(sat.map(({ truth, estimate }) => levelAt(truth, thetas) === levelAt(estimate, thetas))), conditional: conditionalOn(sat),
  };
}

/**
 * Frozen exposure parameters by Sympson & Hetter (1985): simulate, lower K of what is given more often than `maximum`, repeat. Pretest
 * items keep 1. Returns K by item id, and the highest rate of the last round.
 */
export function exposureParameters(design: Omit<StudyDesign, 'cuts'>, maximum: number, rounds: number): { readonly k: ReadonlyMap<string, number>; readonly maximumExposure: number } {
  let bank = design.bank;
  let highest = 1;
  const k = Float64Array.from(bank.exposure);
  for (let round = 0; round < rounds; round += 1) {
    const study = simulateStudy({ ...design, bank, cuts: [], seed: design.seed + round });
    highest = study.maximumExposure;
    study.exposure.forEach(({ rate }, item) => {
      if (bank.isPretest[item] === true) return;
      // The rate of selection is the rate given, before the draw with K.
      const selected = rate / Math.max(0.05, k[item] ?? 1);
      k[item] = selected > maximum ? Math.max(0.05, maximum / selected) : 1;
    });
    bank = { ...bank, exposure: Float64Array.from(k) };
  }
  return { k: new Map(bank.parameters.id.map((id, item) => [id, k[item] ?? 1])), maximumExposure: highest };
}
