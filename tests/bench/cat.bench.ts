/**
 * `npm run bench -- cat`: whole adaptive tests a second, 500 2PL items, 30 given, EAP and maximum information, beside
 * jsCAT on the same items, candidates and random numbers; and what one choice costs in a bank of 10,000. CPU time of
 * one thread; no assertion.
 */
import { createRequire } from 'node:module';
import {
  bestOfRanked,
  createItemParameters,
  createRng,
  exp,
  type GridTable,
  normalGrid,
  rankAtNodes,
  type RankedLists,
  scanForBest,
  tabulate,
} from 'itemresponsetheory';
import { QuickTest } from 'itemresponsetheory/simulation';
import { figure, operands, remark } from './figure.ts';

const given = 30;

interface Bank {
  readonly slope: Float64Array;
  readonly difficulty: Float64Array;
  readonly table: GridTable;
}

function makeBank(size: number): Bank {
  const random = createRng('bench bank');
  const slope = Float64Array.from({ length: size }, () => exp(0.25 * random.normal()));
  const difficulty = Float64Array.from({ length: size }, () => 1.2 * random.normal());
  const bank = createItemParameters(
    Array.from(slope, (a, n) => ({
      model: 'logistic' as const,
      id: String(n),
      slope: a,
      difficulty: difficulty[n] ?? 0,
    })),
  );
  return { slope, difficulty, table: tabulate(bank, normalGrid()) };
}

/** Candidate n of the study: true ability, and one uniform number for every item. */
interface Candidate {
  readonly theta: number;
  readonly uniform: Float64Array;
}
function makeCandidates(count: number, size: number): Candidate[] {
  return Array.from({ length: count }, (_, n) => {
    const random = createRng('bench candidate').fork(n);
    return { theta: random.normal(), uniform: Float64Array.from({ length: size }, () => random.uniform()) };
  });
}

const answerOf = ({ slope, difficulty }: Bank, { theta, uniform }: Candidate, item: number): 0 | 1 =>
  (uniform[item] ?? 1) < 1 / (1 + exp(-(slope[item] ?? 1) * (theta - (difficulty[item] ?? 0)))) ? 1 : 0;

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const rootMeanSquare = (errors: readonly number[]): number =>
  Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length);

interface Outcome {
  readonly perSecond: number;
  readonly rmse: number;
}

/** `rounds` times through all candidates; errors of the last round. */
function runOurs(bank: Bank, candidates: readonly Candidate[], rounds: number, ranked?: RankedLists): Outcome {
  const test = new QuickTest(bank.table, ranked);
  const errors = new Array<number>(candidates.length).fill(0);
  const sit = (): void =>
    candidates.forEach((candidate, n) => {
      test.reset();
      for (let k = 0; k < given; k += 1) {
        const item = test.next();
        test.answer(item, answerOf(bank, candidate, item));
      }
      errors[n] = test.theta - candidate.theta;
    });
  sit();
  const start = cpuSeconds();
  for (let round = 0; round < rounds; round += 1) sit();
  return { perSecond: (rounds * candidates.length) / (cpuSeconds() - start), rmse: rootMeanSquare(errors) };
}

interface PeerItem {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly index: number;
}
interface PeerCat {
  readonly theta: number;
  findNextItem(
    stimuli: readonly PeerItem[],
    selector: string,
    deepCopy: boolean,
  ): { readonly nextStimulus: PeerItem; readonly remainingStimuli: PeerItem[] };
  updateAbilityEstimate(zeta: PeerItem, answer: 0 | 1): void;
}
interface Peer {
  readonly Cat: new (options: Readonly<Record<string, unknown>>) => PeerCat;
}

function runPeer(bank: Bank, candidates: readonly Candidate[]): Outcome {
  const { Cat }: Peer = createRequire(new URL('../../bench/peers/package.json', import.meta.url))('@bdelab/jscat');
  const items: PeerItem[] = Array.from(bank.slope, (a, index) => ({
    a,
    b: bank.difficulty[index] ?? 0,
    c: 0,
    d: 1,
    index,
  }));
  const sit = (candidate: Candidate): number => {
    const cat = new Cat({
      method: 'EAP',
      itemSelect: 'MFI',
      nStartItems: 0,
      theta: 0,
      minTheta: -6,
      maxTheta: 6,
      priorDist: 'norm',
      priorPar: [0, 1],
    });
    let left: readonly PeerItem[] = items;
    for (let k = 0; k < given; k += 1) {
      const { nextStimulus, remainingStimuli } = cat.findNextItem(left, 'MFI', false);
      left = remainingStimuli;
      cat.updateAbilityEstimate(nextStimulus, answerOf(bank, candidate, nextStimulus.index));
    }
    return cat.theta - candidate.theta;
  };
  const [first] = candidates;
  if (first !== undefined) sit(first);
  const start = cpuSeconds();
  const errors = candidates.map(sit);
  return { perSecond: candidates.length / (cpuSeconds() - start), rmse: rootMeanSquare(errors) };
}

/** Median cost of one choice, µs: batches of 1,000 choices at varying θ. */
function latency(choose: (theta: number) => number): number {
  const thetas = Float64Array.from({ length: 1000 }, (_, n) => -3 + (6 * n) / 999);
  let kept = 0;
  const batch = (): number => {
    const start = cpuSeconds();
    for (const theta of thetas) kept += choose(theta);
    return (cpuSeconds() - start) * 1000;
  };
  for (let n = 0; n < 20; n += 1) batch();
  const times = Array.from({ length: 101 }, batch).sort((a, b) => a - b);
  if (kept < 0) throw new Error('no item was chosen');
  return times[50] ?? NaN;
}

const peers = Math.max(20, Number(operands[0] ?? 200));
const bank = makeBank(500);
const candidates = makeCandidates(Math.max(peers, 1000), 500);
const ranked = rankAtNodes(bank.table, 60);
const same = candidates.slice(0, peers);
remark(
  `500 items, ${given} given, EAP on ${bank.table.grid.node.length} nodes, maximum information; ` +
    `RMSE over the same ${peers} candidates`,
);
const peer = runPeer(bank, same);
remark(`jsCAT: RMSE ${peer.rmse.toFixed(4)}`);
for (const [name, lists] of [
  ['ours, by scan', undefined],
  ['ours, by ranked', ranked],
] as const) {
  const { perSecond } = runOurs(bank, candidates, 20, lists);
  const { rmse } = runOurs(bank, same, 1, lists);
  figure({
    name,
    value: perSecond,
    unit: 'tests a CPU second',
    isBetterLow: false,
    peer: { name: 'jsCAT', value: peer.perSecond },
    more: `RMSE ${rmse.toFixed(4)} (${(100 * (rmse / peer.rmse - 1)).toFixed(1)} %)`,
  });
}
const large = makeBank(10_000);
const lists = rankAtNodes(large.table, 60);
const used = new Uint8Array(10_000);
for (const [name, choose] of [
  ['one choice among 10,000 items, by scan', (theta: number) => scanForBest(large.table, theta, used)],
  ['one choice among 10,000 items, by ranked', (theta: number) => bestOfRanked(large.table, lists, theta, used)],
] as const)
  figure({ name, value: latency(choose), unit: 'µs', isBetterLow: true });
