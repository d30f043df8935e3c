import { describe, expect, it } from 'vitest';
import { countResponses, noResponses, type ResponseSeen } from './live.ts';

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
