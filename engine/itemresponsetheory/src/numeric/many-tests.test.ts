import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { falseDiscovery } from './many-tests.ts';

describe('many tests', () => {
  it('as in the example of Benjamini & Hochberg (1995): four of fifteen at .05', () => {
    const p = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
    ];
    expect(falseDiscovery(p).filter((value) => value < 0.05)).toHaveLength(4);
    expect(falseDiscovery(p)[3]).toBeCloseTo((0.0095 * 15) / 4, 12);
  });
  it('never below p, in its order, and the same however the tests stand; what is no test stays none', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 }), (p) => {
        const out = falseDiscovery(p);
        out.forEach((value, n) => {
          expect(value).toBeGreaterThanOrEqual(p[n] ?? NaN);
          expect(value).toBeLessThanOrEqual(1);
        });
        p.forEach((one, i) => {
          p.forEach((other, j) => {
            if (one < other) expect(out[i]).toBeLessThanOrEqual(out[j] ?? NaN);
          });
        });
        expect(falseDiscovery(p.toReversed()).toReversed()).toEqual(out);
        expect(falseDiscovery([...p, NaN])).toEqual([...out, NaN]);
      }),
    );
  });
});
