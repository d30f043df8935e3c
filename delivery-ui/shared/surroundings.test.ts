import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffMs } from './surroundings.ts';

it('waits grow to a limit, and pages that failed together do not come back together', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, chance) => {
      const whole = Math.min(10_000, 500 * 2 ** Math.min(attempt, 20));
      const wait = backoffMs(attempt, chance);
      expect(wait).toBeGreaterThanOrEqual(whole / 2);
      expect(wait).toBeLessThan(whole + 1);
      // Another chance, another wait: the second half of the whole is what they spread over.
      expect(backoffMs(attempt, 0.999) - backoffMs(attempt, 0)).toBeGreaterThan(0.49 * whole);
    }),
  );
});
