import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from './rng.ts';

describe('seeded randomness', () => {
  it('a stream depends on seed and key alone, not on what was drawn before', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(50), (seed, key, before) => {
        const used = createRng(seed);
        for (let n = 0; n < before; n += 1) used.uniform();
        expect(used.fork('purpose', key).uniform()).toBe(createRng(seed).fork('purpose', key).uniform());
      }),
    );
  });
  it('keeps its numbers for ever: sessions are verified by them', () => {
    const random = createRng('session').fork('selection', 7);
    expect([random.uniform(), random.integer(5), random.normal()]).toMatchInlineSnapshot(`
      [
        0.38959411627415397,
        1,
        0.23113795250912392,
      ]
    `);
  });
  it('first draws of neighbouring streams are normal and uncorrelated, within 4 standard errors', () => {
    const count = 40_000;
    const first = Array.from({ length: count }, (_, n) => createRng(7).fork('simulee', n).normal());
    const moment = (power: number): number => first.reduce((sum, x) => sum + x ** power, 0) / count;
    const z = [
      moment(1) / Math.sqrt(1 / count),
      (moment(2) - 1) / Math.sqrt(2 / count),
      moment(3) / Math.sqrt(15 / count),
      (moment(4) - 3) / Math.sqrt(96 / count),
      first.reduce((sum, x, n) => sum + x * (first[n - 1] ?? 0), 0) / Math.sqrt(count),
    ];
    expect(z.filter((value) => Math.abs(value) > 4)).toEqual([]);
  });
  it('integers fill their range evenly', () => {
    const counts = [0, 0, 0, 0, 0];
    for (let n = 0; n < 50_000; n += 1) {
      const draw = createRng('even').fork(n).integer(5);
      counts[draw] = (counts[draw] ?? 0) + 1;
    }
    expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(18.5);
  });
});
