import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberedRows } from './numbered-rows.ts';

interface Row {
  readonly id: string;
  readonly value: number;
}
const row = (id: string, value: number): Row => ({ id, value });

describe('rows with numbers', () => {
  it('are told once for each change, and not when they read the same', () => {
    const rows = new NumberedRows<Row>();
    rows.set('a', row('a', 1));
    rows.set('b', row('b', 1));
    const { number } = rows;
    rows.set('a', row('a', 1));
    expect(rows.number).toBe(number);
    rows.set('b', row('b', 2));
    expect(rows.since(number)).toEqual({ changed: [row('b', 2)], removed: [] });
    expect(rows.since(rows.number)).toEqual({ changed: [], removed: [] });
  });

  it('tell of what went, once, and not of what went and came back', () => {
    const rows = new NumberedRows<Row>();
    rows.set('a', row('a', 1));
    const { number } = rows;
    rows.set('a', undefined);
    expect(rows.since(number)).toEqual({ changed: [], removed: ['a'] });
    rows.set('a', undefined);
    rows.set('a', row('a', 1));
    expect(rows.since(number)).toEqual({ changed: [row('a', 1)], removed: [] });
  });

  it('know no number that is still to come, nor one so old that removals after it are forgotten', () => {
    const rows = new NumberedRows<Row>();
    expect(rows.since(1)).toBeUndefined();
    for (let n = 0; n < 1_001; n += 1) {
      rows.set('a', row('a', n));
      rows.set('a', undefined);
    }
    expect(rows.since(1)).toBeUndefined();
    expect(rows.since(2)).toEqual({ changed: [], removed: Array.from({ length: 1_000 }, () => 'a') });
  });

  it('bring whoever applies the changes to the same rows, wherever he began', () => {
    const step = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      value: fc.option(fc.integer({ min: 0, max: 3 })),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(40), (steps, begin) => {
        const rows = new NumberedRows<Row>();
        const apply = (list: typeof steps): void => {
          for (const { id, value } of list) rows.set(id, value === null ? undefined : row(id, value));
        };
        apply(steps.slice(0, begin));
        const copy = new Map(rows.all().map((one) => [one.id, one]));
        const { number } = rows;
        apply(steps.slice(begin));
        const changes = rows.since(number);
        for (const id of changes?.removed ?? []) copy.delete(id);
        for (const one of changes?.changed ?? []) copy.set(one.id, one);
        expect(new Set(copy.values())).toEqual(new Set(rows.all()));
      }),
    );
  });
});
