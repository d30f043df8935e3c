/**
 * A study of a test's policy: simulated candidates of known ability sit the adaptive test by the very code that runs it
 * live. The same seed gives the same numbers; candidate n's draws depend on n alone.
 */
import { IrtError } from 'itemresponsetheory';
import {
  adjustExposure,
  type Cut,
  exposureRates,
  type Population,
  type SimulatedSession,
  simulate,
  type TestOutcome,
  type StudySummary,
  summarise,
} from 'itemresponsetheory/simulation';
import type { AdaptiveBank } from './bank.ts';
import { reportedAbility } from './estimate.ts';
import { type AdministeredItem, nextItem } from './next-item.ts';
import type { AdaptivePolicy } from './policy.ts';

/** What is sat, and by whom; plain data that can be handed to a worker. */
export interface StudyPopulation {
  readonly policy: AdaptivePolicy;
  readonly bank: AdaptiveBank;
  readonly population: Population;
}

export interface StudyDesign extends StudyPopulation {
  readonly simulees: number;
  readonly seed: number;
  /** Ascending cuts, e.g. A1, A2, B1. */
  readonly cuts: readonly Cut[];
}

export interface StudyResult extends StudySummary {
  readonly seed: number;
}

/** A piece of a study: candidates `first` and following, under these exposure parameters. */
export interface StudyChunk {
  readonly first: number;
  readonly simulees: number;
  readonly seed: number;
  readonly exposure: Float64Array;
  /** Whether each also sits the unconstrained test, with which the information is compared. */
  readonly comparesInformation: boolean;
}

export interface StudyOptions {
  /**
   * Sits a chunk somewhere else, e.g. in a worker; default: here. What it returns depends on the chunk alone, so the
   * numbers are the same anywhere.
   */
  readonly sitChunk?: (chunk: StudyChunk) => Promise<readonly SimulatedSession[]>;
  /** Chunks under way at a time, default 1. */
  readonly parallel?: number;
  /** Candidates done so far. */
  readonly onProgress?: (done: number) => void;
  /** Looked at before every chunk; an AbortSignal fits. */
  readonly signal?: { throwIfAborted(): void };
}

/** Candidates a chunk: the same for any number of workers. */
const chunkSize = 250;

const nobody: ReadonlySet<number> = new Set();

/** One session by the live rules, decided on the reported ability. */
function sit(
  { policy, bank }: StudyPopulation,
  seed: number,
  answer: (item: number) => number,
  simulee: number,
): TestOutcome {
  const history: AdministeredItem[] = [];
  for (;;) {
    const next = nextItem({ policy, bank, history, seed: `${seed}/${simulee}`, excluded: nobody });
    if (next.kind === 'present') {
      history.push({ item: next.item, category: answer(next.item), scored: next.scored });
      continue;
    }
    const { theta, standardError } = reportedAbility(bank, history) ?? next;
    return {
      theta,
      standardError,
      items: history.map(({ item }) => item),
      counted: history.flatMap(({ item, scored }) => (scored ? [item] : [])),
      reason: next.reason,
    };
  }
}

/**
 * Maximum information alone: no content, exposure control, decisive cut, random choice, pretest items or early stop;
 * `length` items.
 */
function sitUnconstrained(
  { policy: { content: _content, decisiveCut: _decisiveCut, ...policy }, bank, population }: StudyPopulation,
  seed: number,
  answer: (item: number) => number,
  simulee: number,
  length: number,
): readonly number[] {
  const free: AdaptivePolicy = {
    ...policy,
    selection: { rule: 'maximum-information', randomesque: 1 },
    minimumItems: length,
    maximumItems: length,
    pretestPositions: [],
  };
  const everything: AdaptiveBank = {
    ...bank,
    exposure: new Float64Array(bank.parameters.size).fill(1),
    enemies: bank.enemies.map(() => nobody),
  };
  return sit({ policy: free, bank: everything, population }, seed, answer, simulee).counted;
}

/** One chunk, here and now. */
export function sitHere(
  { policy, bank, population }: StudyPopulation,
  { first, simulees, seed, exposure, comparesInformation }: StudyChunk,
): SimulatedSession[] {
  const sitters: StudyPopulation = { policy, population, bank: { ...bank, exposure } };
  return simulate({
    bank: bank.parameters,
    simulees,
    first,
    seed,
    population,
    sit: (answer, simulee) => sit(sitters, seed, answer, simulee),
    ...(comparesInformation
      ? {
          unconstrained: (answer: (item: number) => number, simulee: number, length: number) =>
            sitUnconstrained(sitters, seed, answer, simulee, length),
        }
      : {}),
  });
}

/**
 * All candidates in order, however the chunks were shared out. Throws IrtError unless `simulees` is a positive integer.
 */
async function sitAll(
  sitters: StudyPopulation,
  whole: Omit<StudyChunk, 'first'>,
  options: StudyOptions,
): Promise<SimulatedSession[]> {
  const {
    sitChunk = (chunk: StudyChunk) => Promise.resolve(sitHere(sitters, chunk)),
    parallel = 1,
    onProgress,
    signal,
  } = options;
  if (!Number.isInteger(whole.simulees) || whole.simulees < 1)
    throw new IrtError('no-simulees', 'simulees', whole.simulees, 'must be a whole number of at least 1');
  const starts = Array.from({ length: Math.ceil(whole.simulees / chunkSize) }, (_, n) => n * chunkSize);
  const done: (readonly SimulatedSession[])[] = [];
  let [next, count] = [0, 0];
  const work = async (): Promise<void> => {
    for (;;) {
      signal?.throwIfAborted();
      const [index, first] = [next, starts[next]];
      if (first === undefined) return;
      next += 1;
      const sat = await sitChunk({ ...whole, first, simulees: Math.min(chunkSize, whole.simulees - first) });
      done[index] = sat;
      count += sat.length;
      onProgress?.(count);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, parallel) }, work));
  return done.flat();
}

export async function simulateStudy(design: StudyDesign, options: StudyOptions = {}): Promise<StudyResult> {
  const { bank, cuts, seed, simulees } = design;
  const sat = await sitAll(design, { simulees, seed, exposure: bank.exposure, comparesInformation: true }, options);
  return { seed, ...summarise(bank.parameters.id, cuts, sat, (item) => bank.isPretest[item] !== true) };
}

/**
 * Frozen exposure parameters (Sympson & Hetter 1985): simulate, lower the chance of what is given more often than
 * `maximum`, repeat. Pretest items keep 1. K is the mean over the second half of the rounds, which takes out the noise
 * of single rounds; `maximumExposure` comes from one more simulation with that K. Aim a hundredth or two below the rate
 * that may not be passed.
 */
export async function exposureParameters(
  design: Omit<StudyDesign, 'cuts'>,
  maximum: number,
  rounds: number,
  options: StudyOptions = {},
): Promise<{ readonly k: ReadonlyMap<string, number>; readonly maximumExposure: number }> {
  const { bank, simulees, seed } = design;
  const ratesUnder = async (exposure: Float64Array, round: number): Promise<Float64Array> =>
    exposureRates(
      bank.parameters.size,
      await sitAll(design, { simulees, seed: seed + round, exposure, comparesInformation: false }, options),
    );
  const ignoringPretest = (values: Float64Array, otherwise: number): Float64Array =>
    values.map((value, item) => (bank.isPretest[item] === true ? otherwise : value));
  let k: Float64Array = Float64Array.from(bank.exposure);
  const sum = new Float64Array(bank.parameters.size);
  const kept = Math.max(1, Math.floor(rounds / 2));
  for (let round = 0; round < rounds; round += 1) {
    k = ignoringPretest(adjustExposure(k, await ratesUnder(k, round), maximum), 1);
    if (round >= rounds - kept)
      k.forEach((chance, item) => {
        sum[item] += chance;
      });
  }
  const averaged = sum.map((total) => total / kept);
  const maximumExposure = Math.max(...ignoringPretest(await ratesUnder(averaged, rounds), 0));
  return { k: new Map(bank.parameters.id.map((id, item) => [id, averaged[item]])), maximumExposure };
}
