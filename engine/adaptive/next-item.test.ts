import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AdaptiveItem, createAdaptiveBank } from './bank.ts';
import { type AdministeredItem, nextItem } from './next-item.ts';
import type { AdaptivePolicy } from './policy.ts';
import type { SimulatedSession } from 'itemresponsetheory/simulation';
import { type StudyChunk, exposureParameters, simulateStudy, sitHere } from './simulate.ts';

const policy: AdaptivePolicy = {
  startTheta: -0.5,
  prior: { mean: 0, sd: 1.5 },
  grid: { points: 61, lower: -6, upper: 6 },
  selection: { rule: 'maximum-information', randomesque: 5 },
  content: { attribute: 'type', targets: { L1: 0.5, L2: 0.5 }, weight: 2 },
  minimumItems: 20,
  maximumItems: 30,
  standardError: 0.38,
  pretestPositions: [6, 13],
};
const items: AdaptiveItem[] = Array.from({ length: 190 }, (_, n) => ({
  parameters: { model: 'logistic', id: `item-${n}`, difficulty: -3 + (6 * (n % 180)) / 179 },
  use: n >= 180 ? 'pretest' : 'operational',
  content: n % 2 === 0 ? 'L1' : 'L2',
  enemies: n === 90 ? ['item-91', 'item-92'] : [],
  exposure: 1,
}));
const bank = createAdaptiveBank(items, policy);

/** Sits the whole test with answers by a fixed pattern. */
function sit(
  seed: string,
  answer: (n: number) => 0 | 1 | null,
  excluded: ReadonlySet<number> = new Set(),
): { history: AdministeredItem[]; reason: string } {
  const history: AdministeredItem[] = [];
  for (;;) {
    const next = nextItem({ policy, bank, history, seed, excluded });
    if (next.kind === 'stop') return { history, reason: next.reason };
    history.push({ item: next.item, category: answer(history.length), scored: next.scored });
  }
}

describe('the adaptive test', () => {
  it('obeys length, enemies, exclusions, pretest positions, and never repeats an item', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 8 }),
        fc.array(fc.constantFrom<0 | 1>(0, 1), { minLength: 40, maxLength: 40 }),
        fc.uniqueArray(fc.nat(189), { maxLength: 20 }),
        (seed, answers, banned) => {
          const excluded = new Set(banned);
          const { history } = sit(seed, (n) => answers[n] ?? 0, excluded);
          const given = history.map(({ item }) => item);
          expect(new Set(given).size).toBe(given.length);
          expect(given.some((item) => excluded.has(item))).toBe(false);
          const scored = history.filter((one) => one.scored).length;
          expect(scored).toBeGreaterThanOrEqual(20);
          expect(scored).toBeLessThanOrEqual(30);
          expect(history.flatMap((one, n) => (one.scored ? [] : [n + 1]))).toEqual([6, 13]);
          expect(given.includes(90) && (given.includes(91) || given.includes(92))).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });
  it('is a pure function of policy, bank, history and seed', () => {
    const first = sit('seed', (n) => (n % 3 === 0 ? 0 : 1));
    expect(sit('seed', (n) => (n % 3 === 0 ? 0 : 1))).toEqual(first);
    expect(sit('other', (n) => (n % 3 === 0 ? 0 : 1)).history.map(({ item }) => item)).not.toEqual(
      first.history.map(({ item }) => item),
    );
  });
  it('a response that is not scored does not move the estimate', () => {
    const before = nextItem({ policy, bank, history: [], seed: 's', excluded: new Set() });
    const after = nextItem({
      policy,
      bank,
      history: [{ item: 3, category: null, scored: true }],
      seed: 's',
      excluded: new Set(),
    });
    expect(after.theta).toBe(before.theta);
  });
  it('keeps the content near its targets', () => {
    const { history } = sit('content', (n) => (n % 2 === 0 ? 1 : 0));
    const l1 = history.filter(({ item, scored }) => scored && item % 2 === 0).length;
    expect(Math.abs(l1 / history.filter(({ scored }) => scored).length - 0.5)).toBeLessThan(0.12);
  });
});

describe('a decisive cut', () => {
  const decisive: AdaptivePolicy = {
    ...policy,
    selection: { rule: 'posterior-information', randomesque: 2 },
    decisiveCut: {
      theta: 1.5,
      emphasis: { weight: 3, width: 0.5 },
      undecided: 2,
      spare: { distance: 1, randomesque: 8 },
    },
    standardError: 0.6,
  };
  const administered = (answer: (theta: number, item: number) => 0 | 1): AdministeredItem[] => {
    const history: AdministeredItem[] = [];
    for (;;) {
      const next = nextItem({ policy: decisive, bank, history, seed: 'cut', excluded: new Set() });
      if (next.kind === 'stop') return history;
      if (next.scored && history.some(({ scored }) => scored))
        expect(next.stream.among.length).toBe(Math.abs(next.theta - 1.5) > 1 ? 8 : 2);
      history.push({ item: next.item, category: answer(next.theta, next.item), scored: next.scored });
    }
  };
  it('goes on while it is undecided, and stops early where it is not', () => {
    const difficultyOf = (item: number): number => bank.parameters.step[bank.parameters.stepStart[item] ?? 0] ?? 0;
    const scored = (history: readonly AdministeredItem[]): number => history.filter((one) => one.scored).length;
    expect(scored(administered((_, item) => (difficultyOf(item) < 1.5 ? 1 : 0)))).toBe(30);
    expect(scored(administered((_, item) => (difficultyOf(item) < -1.5 ? 1 : 0)))).toBe(20);
  });
});

describe('a study', () => {
  const design = {
    policy,
    bank,
    simulees: 300,
    seed: 7,
    population: { mean: 0.3, sd: 1.4 },
    cuts: [
      { name: 'A1', theta: -1.5 },
      { name: 'A2', theta: 0 },
      { name: 'B1', theta: 1.5 },
    ],
  };
  it('is repeatable, nearly unbiased and as exact as 30 Rasch items can be', async () => {
    const study = await simulateStudy(design);
    // Two at a time, the first to start the last to end: not a bit changes.
    const shuffled = async (chunk: StudyChunk): Promise<readonly SimulatedSession[]> => {
      if (chunk.first === 0) await new Promise(setImmediate);
      return sitHere(design, chunk);
    };
    expect(await simulateStudy(design, { sitChunk: shuffled, parallel: 2 })).toEqual(study);
    expect(Math.abs(study.bias)).toBeLessThan(0.08);
    expect(study.rmse).toBeLessThan(0.5);
    expect(study.cuts.at(-1)?.accuracy).toBeGreaterThan(0.88);
  }, 60_000);
  it('stops when it is told to, and refuses a study of nobody', async () => {
    const abort = new AbortController();
    await expect(
      simulateStudy(
        { ...design, simulees: 1000 },
        {
          onProgress: () => {
            abort.abort();
          },
          signal: abort.signal,
        },
      ),
    ).rejects.toThrow(/abort/i);
    await expect(simulateStudy({ ...design, simulees: 0 })).rejects.toThrow(/simulees/);
  });
  it('exposure control brings the most used item down', async () => {
    const { k } = await exposureParameters({ ...design, simulees: 200 }, 0.25, 4);
    const controlled = createAdaptiveBank(
      items.map((item) => ({ ...item, exposure: k.get(item.parameters.id) ?? 1 })),
      policy,
    );
    expect((await simulateStudy({ ...design, bank: controlled })).maximumExposure).toBeLessThan(
      (await simulateStudy(design)).maximumExposure,
    );
  }, 60_000);
});
