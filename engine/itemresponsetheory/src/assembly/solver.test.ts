import highs from 'highs';
import { describe, expect, it } from 'vitest';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters } from '../parameters/item-parameters.ts';
import { assemble } from './assemble.ts';
import { type Blueprint, violations } from './blueprint.ts';
import { assembleBySolver } from './by-solver.ts';
import { shadowStep } from './shadow.ts';
import { createHighsSolver } from './solver-port.ts';

const solver = createHighsSolver(await highs());

const size = 120;
const random = createRng('solver');
const values = Float64Array.from({ length: size }, () => random.uniform());
const blueprint: Blueprint = {
  length: 20,
  classOf: Array.from({ length: size }, (_, n) => n % 4),
  bounds: ['a', 'b', 'c', 'd'].map((name) => ({ name, lower: 3, upper: 7 })),
  crossing: {
    classOf: Array.from({ length: size }, () => random.integer(3)),
    bounds: ['x', 'y', 'z'].map((name) => ({ name, lower: 5, upper: 9 })),
  },
  enemies: Array.from({ length: 12 }, () => [random.integer(size), random.integer(size)]).filter(([a, b]) => a !== b),
};
/** Ten passages of six items each; the other sixty items stand alone. */
const sets = {
  setOf: Array.from({ length: size }, (_, n) => (n < 60 ? Math.floor(n / 6) : -1)),
  bounds: Array.from({ length: 10 }, (_, n) => ({ name: `passage ${n}`, lower: 3, upper: 4 })),
  used: { lower: 2, upper: 3 },
};

describe('a solver of integer programmes', () => {
  it('agrees with our own search where both can do it', () => {
    const [own, theirs] = [
      assemble(values, blueprint),
      assembleBySolver({ kind: 'maximum', values }, blueprint, size, solver),
    ];
    expect(
      own.kind === 'assembled' && theirs.kind === 'assembled' ? Math.abs(own.value - theirs.value) : NaN,
    ).toBeLessThan(1e-9);
  });

  it('sets come whole or not at all', () => {
    const found = assembleBySolver({ kind: 'maximum', values }, { ...blueprint, sets }, size, solver);
    expect(found.kind).toBe('assembled');
    if (found.kind !== 'assembled') return;
    const counts = sets.bounds
      .map((_, set) => found.items.filter((item) => sets.setOf[item] === set).length)
      .filter((count) => count > 0);
    expect(counts.length).toBeGreaterThanOrEqual(2);
    expect(counts.length).toBeLessThanOrEqual(3);
    expect(counts.every((count) => count === 3 || count === 4)).toBe(true);
    expect(() => assemble(values, { ...blueprint, sets })).toThrow(/solver/);
  });

  it('says when there is no such test', () => {
    expect(
      assembleBySolver(
        { kind: 'maximum', values },
        { ...blueprint, sets: { ...sets, used: { lower: 9, upper: 9 } } },
        size,
        solver,
      ),
    ).toMatchObject({ kind: 'infeasible' });
  });

  it('shadow tests with sets: no rule is broken, and the items of a set are given one after another', () => {
    const bank = createItemParameters(
      Array.from(values, (_, n) => ({
        model: 'logistic' as const,
        id: `i${n}`,
        slope: 0.8 + random.uniform(),
        difficulty: 1.5 * random.normal(),
      })),
    );
    const withSets = { ...blueprint, sets };
    const tests = process.env.MEETLAT_FULL === '1' ? 50 : 3;
    for (let simulee = 0; simulee < tests; simulee += 1) {
      const given: number[] = [];
      const draws = createRng('shadow with sets').fork(simulee);
      while (given.length < blueprint.length) {
        const next = shadowStep(bank, withSets, draws.normal(), given, [], { solver }).free[0];
        if (next === undefined) break;
        given.push(next);
      }
      expect(violations(withSets, given)).toEqual([]);
      const order = given.map((item) => sets.setOf[item] ?? -1).filter((set, n, all) => set >= 0 && all[n - 1] !== set);
      expect(new Set(order).size).toBe(order.length);
    }
  }, 600_000);
});
