import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waitAfter } from './backoff.ts';

const whole = (jitter: number): number[] => {
  const waits: number[] = [];
  for (let n = 1; ; n += 1) {
    const wait = waitAfter(n, jitter);
    if (wait === undefined) return waits;
    waits.push(wait);
  }
};

describe('the wait before the next attempt', () => {
  it('begins within seconds, ends with days, and then gives up', () => {
    expect(whole(0)[0]).toBe(1000);
    const days = whole(0).reduce((sum, wait) => sum + wait, 0) / 86_400_000;
    expect(days).toBeGreaterThan(3);
    expect(days).toBeLessThan(4);
    expect(waitAfter(whole(0).length + 1, 0)).toBeUndefined();
  });
  it('never shrinks from one attempt to the next, whatever the jitter, and is at most a fifth longer', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (jitter) => {
        const [plain, jittered] = [whole(0), whole(jitter)];
        expect(jittered).toEqual([...jittered].sort((a, b) => a - b));
        for (const [n, wait] of jittered.entries()) {
          expect(wait).toBeGreaterThanOrEqual(plain[n] ?? Infinity);
          expect(wait).toBeLessThanOrEqual((plain[n] ?? 0) * 1.2 + 1);
        }
      }),
    );
  });
  it('spreads by up to a fifth, so that those who failed together do not come back together', () => {
    expect(waitAfter(8, 0.5)).toBe(990_000);
    expect(waitAfter(8, 0.999)).toBeGreaterThan(1_079_000);
  });
  it('there is none before the first failure', () => {
    expect(waitAfter(0, 0)).toBeUndefined();
  });
});
