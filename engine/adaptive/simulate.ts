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

function sessions(design: Omit<StudyDesign, 'cuts'>): Sat[] {
  const { bank, simulees, seed, population, onProgress } = design;
  return simulate({ bank: bank.parameters, simulees, seed, population, sit: (answer, simulee) => sit(design, answer, simulee), isOperational: (item) => bank.isPretest[item] !== true, ...(onProgress === undefined ? {} : { onProgress }) });
}

export function simulateStudy(design: StudyDesign): StudyResult {
  const { bank, cuts, seed } = design;
  return { seed, ...summarise(bank.parameters.id, cuts, sessions(design), (item) => bank.isPretest[item] !== true) };
}

/**
 * Frozen exposure parameters (Sympson & Hetter 1985): simulate, lower the chance of what is given more often than `maximum`, repeat. Pretest items keep 1.
 * Returns the K of the round with the lowest maximum rate, by item id, and that rate.
 */
export function exposureParameters(design: Omit<StudyDesign, 'cuts'>, maximum: number, rounds: number): { readonly k: ReadonlyMap<string, number>; readonly maximumExposure: number } {
  let k = Float64Array.from(design.bank.exposure);
  let best = { k, maximumExposure: Infinity };
  for (let round = 0; round < rounds; round += 1) {
    const { bank } = design;
    const rates = exposureRates(bank.parameters.size, sessions({ ...design, bank: { ...bank, exposure: k }, seed: design.seed + round }));
    const highest = rates.reduce((most, rate, item) => (bank.isPretest[item] === true ? most : Math.max(most, rate)), 0);
    if (highest < best.maximumExposure) best = { k, maximumExposure: highest };
    k = adjustExposure(k, rates, maximum).map((chance, item) => (bank.isPretest[item] === true ? 1 : chance));
  }
  return { k: new Map(design.bank.parameters.id.map((id, item) => [id, best.k[item] ?? 1])), maximumExposure: best.maximumExposure };
}
