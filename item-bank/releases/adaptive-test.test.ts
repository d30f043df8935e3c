import { createItemParameters, estimateAbility } from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import { adaptiveBank, adaptiveTest, UncalibratedItem } from './adaptive-test.ts';
import { part, release } from './example.suite.ts';
import { specOf } from './release.ts';
import { type AdaptiveResponse, type AdaptiveStep, UnknownItem } from './pinned-test.ts';

const test = adaptiveTest(part, adaptiveBank(part, release.items, release.parameters));

/** A whole test in which every answer is right. */
function sit(
  seed: string,
  excluded: readonly string[] = [],
): { readonly given: AdaptiveResponse[]; readonly last: AdaptiveStep } {
  const given: AdaptiveResponse[] = [];
  for (;;) {
    const step = test.next(given, seed, excluded);
    if (step.kind === 'stop') return { given, last: step };
    given.push({ item: step.item, category: 1, scored: step.scored });
  }
}

describe('the adaptive test of a release', () => {
  it("begins at the policy's start", () =>
    expect(test.next([], 'seed', [])).toMatchObject({
      kind: 'present',
      theta: -0.5,
      standardError: 1.5,
      scored: true,
    }));
  it('gives the maximum of scored items, and a pretest item where the policy says', () => {
    const { given, last } = sit('seed');
    expect(given.filter(({ scored }) => scored)).toHaveLength(6);
    expect(given[1]).toMatchObject({ scored: false });
    expect(['L11', 'L12']).toContain(given[1]?.item);
    expect(last).toMatchObject({ kind: 'stop', reason: 'maximum-items' });
    expect(new Set(given.map(({ item }) => item)).size).toBe(given.length);
  });
  it('says which random stream it drew from, and among what', () => {
    const first = test.next([], 'seed', []);
    expect(first).toMatchObject({ kind: 'present', stream: { key: 'selection/1' } });
    const second = test.next(sit('seed').given.slice(0, 1), 'seed', []);
    expect(second).toMatchObject({ kind: 'present', stream: { key: 'pretest/2', among: ['L11', 'L12'] } });
    for (const step of [first, second])
      expect(step.kind === 'present' && step.stream.among.includes(step.item)).toBe(true);
  });
  it('is the same for the same seed', () => expect(sit('seed')).toEqual(sit('seed')));
  it('gives no item of an earlier attempt, and takes ids of other releases for what they are', () => {
    const { given } = sit('seed');
    const excluded = [...given.slice(0, 2).map(({ item }) => item), 'MO-1'];
    expect(
      sit('seed', excluded)
        .given.map(({ item }) => item)
        .filter((item) => excluded.includes(item)),
    ).toEqual([]);
  });
  it('never gives two enemies', () => {
    for (let n = 0; n < 30; n += 1) {
      const items = sit(`seed ${n}`).given.map(({ item }) => item);
      expect(items.includes('L1') && items.includes('L2')).toBe(false);
    }
  });
  it('measures by the chance of guessing right where a release has one, and as before where it has none', () => {
    const guessed = release.parameters.map((row) => ({ ...row, lower: 0.25 }));
    const history = ['L3', 'L5', 'L7', 'L9'].map((item, n): AdaptiveResponse => ({
      item,
      category: n % 2,
      scored: true,
    }));
    const bank = createItemParameters(guessed.map(specOf));
    const expected = estimateAbility(bank, [2, 4, 6, 8], [0, 1, 0, 1], { method: 'wle' });
    const reported = adaptiveTest(part, adaptiveBank(part, release.items, guessed)).report(history);
    expect(reported).toMatchObject({ theta: expected.theta, standardError: expected.standardError });
    expect(reported?.theta).toBeLessThan(test.report(history)?.theta ?? -9);
    expect(
      adaptiveBank(
        part,
        release.items,
        release.parameters.map((row) => ({ ...row, lower: 0 })),
      ).table,
    ).toEqual(adaptiveBank(part, release.items, release.parameters).table);
  });
  it('refuses a history with an item of another release', () =>
    expect(() => test.next([{ item: 'MO-1', category: 1, scored: true }], 'seed', [])).toThrow(UnknownItem));
  it('refuses an operational item without parameters', () =>
    expect(() => adaptiveBank(part, release.items, release.parameters.slice(1))).toThrow(UncalibratedItem));
});
