/**
 * A study of a test's policy: simulated candidates of known ability sit the adaptive test by the very code that runs it live.
 * The same seed gives the same numbers; candidate n's draws depend on n alone.
 */
import { adjustExposure, type Cut, exposureRates, type Population, type Sat, simulate, type Sitting, type StudySummary, summarise } from 'itemresponsetheory/simulation';
import type { AdaptiveBank } from './bank.ts';
import { reportedAbility } from './estimate.ts';
import { type Given, nextItem } from './next-item.ts';
import type { AdaptivePolicy } from './policy.ts';

export interface StudyDesign {
  readonly policy: AdaptivePolicy; readonly bank: AdaptiveBank;
  readonly simulees: number; readonly seed: number;
  readonly population: Population;
  /** Ascending cuts, e.g. A1, A2, B1. */
  readonly cuts: readonly Cut[];
  readonly onProgress?: (done: number) => void;
}

export interface StudyResult extends StudySummary { readonly seed: number }

const nobody: ReadonlySet<number> = new Set();

/** One sitting by the live rules, decided on the reported ability. */
function sit({ policy, bank, seed }: Omit<StudyDesign, 'cuts'>, answer: (item: number) => number, simulee: number): Sitting {
  const history: Given[] = [];
  for (;;) {
    const next = nextItem({ policy, bank, history, seed: `${seed}/${simulee}`, excluded: nobody });
    if (next.kind === 'present') { history.push({ item: next.item, category: answer(next.item), scored: next.scored }); continue; }
    const { theta, standardError } = reportedAbility(bank, history) ?? next;
    return { theta, standardError, items: history.map(({ item }) => item), counted: history.flatMap(({ item, scored }) => (scored ? [item] : [])), reason: next.reason };
  }
}

/** Maximum information alone: no content, exposure control, decisive cut, random choice, pretest items or early stop; `length` items. */
function sitUnconstrained({ policy: { content: _content, decisiveCut: _decisiveCut, ...policy }, bank, seed }: Omit<StudyDesign, 'cuts'>, answer: (item: number) => number, simulee: number, length: number): readonly number[] {
  const free: AdaptivePolicy = { ...policy, selection: { rule: 'maximum-information', randomesque: 1 }, minimumItems: length, maximumItems: length, pretestPositions: [] };
  const everything: AdaptiveBank = { ...bank, exposure: new Float64Array(bank.parameters.size).fill(1), enemies: bank.enemies.map(() => nobody) };
  return sit({ policy: free, bank: everything, seed, simulees: 1, population: { mean: 0, sd: 1 } }, answer, simulee).counted;
}

function sessions(design: Omit<StudyDesign, 'cuts'>, comparesInformation: boolean): Sat[] {
  const { bank, simulees, seed, population, onProgress } = design;
  return simulate({
    bank: bank.parameters, simulees, seed, population, sit: (answer, simulee) => sit(design, answer, simulee),
    ...(comparesInformation ? { unconstrained: (answer: (item: number) => number, simulee: number, length: number) => sitUnconstrained(design, answer, simulee, length) } : {}),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}

export function simulateStudy(design: StudyDesign): StudyResult {
  const { bank, cuts, seed } = design;
  return { seed, ...summarise(bank.parameters.id, cuts, sessions(design, true), (item) => bank.isPretest[item] !== true) };
}

/**
 * Frozen exposure parameters (Sympson & Hetter 1985): simulate, lower the chance of what is given more often than `maximum`, repeat. Pretest items
 * keep 1. K is the mean over the second half of the rounds, which takes out the noise of single rounds; `maximumExposure` comes from one more
 * simulation with that K. Aim a hundredth or two below the rate that may not be passed.
 */
export function exposureParameters(design: Omit<StudyDesign, 'cuts'>, maximum: number, rounds: number): { readonly k: ReadonlyMap<string, number>; readonly maximumExposure: number } {
  const { bank } = design;
  const ratesUnder = (k: Float64Array, round: number): Float64Array => exposureRates(bank.parameters.size, sessions({ ...design, bank: { ...bank, exposure: k }, seed: design.seed + round }, false));
  const ignoringPretest = (values: Float64Array, otherwise: number): Float64Array => values.map((value, item) => (bank.isPretest[item] === true ? otherwise : value));
  let k: Float64Array = Float64Array.from(bank.exposure);
  const sum = new Float64Array(bank.parameters.size);
  const kept = Math.max(1, Math.floor(rounds / 2));
  for (let round = 0; round < rounds; round += 1) {
    k = ignoringPretest(adjustExposure(k, ratesUnder(k, round), maximum), 1);
    if (round >= rounds - kept) k.forEach((chance, item) => { sum[item] = (sum[item] ?? 0) + chance; });
  }
  const averaged = sum.map((total) => total / kept);
  const maximumExposure = Math.max(...ignoringPretest(ratesUnder(averaged, rounds), 0));
  return { k: new Map(bank.parameters.id.map((id, item) => [id, averaged[item] ?? 1])), maximumExposure };
}
