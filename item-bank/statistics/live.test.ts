import { describe, expect, it } from 'vitest';
import { countResponses, liveLight, noResponses, type ResponseSeen } from './live.ts';

const row = (change: Partial<ResponseSeen> = {}): ResponseSeen => ({ item: 'L1', category: 1, choice: 2, ...change });

describe('live statistics', () => {
  it('count given, answered and right for each item', () => {
    const counts = countResponses([
      row(),
      row({ category: 0 }),
      row({ category: 0, choice: null }),
      row({ item: 'L2' }),
    ]);
    expect(counts.get('L1')).toEqual({ given: 3, answered: 2, right: 1 });
    expect(counts.get('L2')).toEqual({ given: 1, answered: 1, right: 1 });
  });
  it('count an item that was not scored as given only', () =>
    expect(countResponses([row({ category: null, choice: null })]).get('L1')).toEqual({
      given: 1,
      answered: 0,
      right: 0,
    }));
  it('know nothing of an item that nobody had', () => {
    expect(countResponses([]).size).toBe(0);
    expect(noResponses).toEqual({ given: 0, answered: 0, right: 0 });
  });
});

it('says nothing before an item was given thirty times, then looks at the share right', () => {
  const lights = [
    [29, 0],
    [30, 20],
    [100, 19],
    [100, 20],
    [100, 97],
    [100, 98],
  ].map(([given = 0, right = 0]) => liveLight({ given, right }));
  expect(lights).toEqual(['few', 'keep', 'look', 'keep', 'keep', 'look']);
});
