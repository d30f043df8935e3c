import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exposureOf } from './exposure.ts';

const bankOf = (size: number): string[] => Array.from({ length: size }, (_, n) => `item ${n}`);

/** Sessions one after the other, each showing so many of what may be given, as far as there are any. */
function afterSessions(bank: readonly string[], lengths: readonly number[], mostSeen: number): string[][] {
  const shown: string[][] = [];
  for (const length of lengths) {
    const excluded = new Set(exposureOf(bank, shown, mostSeen).excluded);
    shown.unshift(bank.filter((item) => !excluded.has(item)).slice(0, length));
  }
  return shown;
}

describe('what one person is shown of a bank', () => {
  it('is new as long as one more session stays within the share', () => {
    const shown = afterSessions(bankOf(100), [10, 10, 10, 10, 10], 0.5);
    expect(new Set(shown.flat()).size).toBe(50);
    expect(exposureOf(bankOf(100), shown.slice(1), 0.5).isCapped).toBe(false);
  });

  it('then comes from before the last session, and nothing is new any more', () => {
    const shown = afterSessions(bankOf(100), [10, 10, 10, 10, 10], 0.5);
    const { isCapped, excluded, seen, of } = exposureOf(bankOf(100), shown, 0.5);
    expect({ isCapped, seen, of }).toEqual({ isCapped: true, seen: 50, of: 100 });
    const given = bankOf(100).filter((item) => !excluded.includes(item));
    expect(new Set(given)).toEqual(new Set(shown.slice(1).flat()));
  });

  it('is new beyond the share rather than the last test once more', () => {
    const shown = afterSessions(bankOf(12), [5], 0.5);
    expect(exposureOf(bankOf(12), shown, 0.5)).toEqual({ seen: 5, of: 12, isCapped: false, excluded: shown.flat() });
  });

  it('is never so little that no whole test is left, while the bank has one', () => {
    const lengths = fc.integer({ min: 2, max: 12 }).chain((whole) =>
      fc.record({
        whole: fc.constant(whole),
        bank: fc.integer({ min: whole, max: 80 }),
        // The first test was whole; later ones may have been left after some items.
        others: fc.array(fc.integer({ min: 1, max: whole }), { maxLength: 8 }),
        share: fc.double({ min: 0.1, max: 1, noNaN: true }),
      }),
    );
    fc.assert(
      fc.property(lengths, ({ whole, bank, others, share }) => {
        const shown = afterSessions(bankOf(bank), [whole, ...others], share);
        expect(bank - exposureOf(bankOf(bank), shown, share).excluded.length).toBeGreaterThanOrEqual(whole);
      }),
    );
  });

  it('stays within the share from the second test on, whatever is broken off', () => {
    const drawn = fc.record({
      whole: fc.integer({ min: 2, max: 12 }),
      others: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 8 }),
      share: fc.double({ min: 0.3, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(drawn, ({ whole, others, share }) => {
        const bank = bankOf(10 * whole);
        const lengths = [whole, whole, ...others.map((length) => Math.min(length, whole))];
        const shown = afterSessions(bank, lengths, share);
        expect(new Set(shown.flat()).size).toBeLessThanOrEqual(share * bank.length);
      }),
    );
  });
});
