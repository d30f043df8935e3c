import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters } from '../parameters/item-parameters.ts';
import { assemble } from './assemble.ts';
import { type Blueprint, violations } from './blueprint.ts';
import { shadowStep } from './shadow.ts';

/** Every test of that length, one by one. */
function bruteForce(values: readonly number[], blueprint: Blueprint): number | undefined {
  let best: number | undefined;
  for (let mask = 0; mask < 2 ** values.length; mask += 1) {
    const items = values.map((_, item) => item).filter((item) => ((mask >> item) & 1) === 1);
    if (items.length !== blueprint.length || violations(blueprint, items).length > 0) continue;
    const value = items.reduce((sum, item) => sum + (values[item] ?? 0), 0);
    if (best === undefined || value > best) best = value;
  }
  return best;
}

const problem = fc
  .record({
    values: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 10, maxLength: 10 }),
    classOf: fc.array(fc.nat(2), { minLength: 10, maxLength: 10 }),
    length: fc.integer({ min: 3, max: 6 }),
    lower: fc.array(fc.nat(2), { minLength: 3, maxLength: 3 }),
    extra: fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }),
    enemies: fc.array(fc.uniqueArray(fc.nat(9), { minLength: 2, maxLength: 3 }), { maxLength: 3 }),
    cost: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 10, maxLength: 10 }),
    budget: fc.integer({ min: 10, max: 45 }),
  })
  .map(({ values, classOf, length, lower, extra, enemies, cost, budget }) => ({
    values,
    blueprint: {
      length,
      classOf,
      bounds: lower.map((least, c) => ({ name: `class ${c}`, lower: least, upper: least + (extra[c] ?? 0) })),
      enemies,
      resources: [{ name: 'words', cost, upper: budget }],
    } satisfies Blueprint,
  }));

describe('two partitions that cross', () => {
  const crossed = fc
    .record({
      base: problem,
      otherOf: fc.array(fc.nat(1), { minLength: 10, maxLength: 10 }),
      lower: fc.array(fc.nat(3), { minLength: 2, maxLength: 2 }),
      extra: fc.array(fc.nat(3), { minLength: 2, maxLength: 2 }),
      negative: fc.boolean(),
      plain: fc.boolean(),
    })
    .map(({ base: { values, blueprint }, otherOf, lower, extra, negative, plain }) => {
      const { enemies: _enemies, resources: _resources, ...bare } = blueprint;
      const crossing = {
        classOf: otherOf,
        bounds: lower.map((least, c) => ({ name: `level ${c}`, lower: least, upper: least + (extra[c] ?? 0) })),
      };
      return {
        values: values.map((value) => (negative ? value - 0.5 : value)),
        blueprint: { ...(plain ? bare : blueprint), crossing } satisfies Blueprint,
      };
    });
  it('the flow finds the best of all tests, or says that there is none', () => {
    fc.assert(
      fc.property(crossed, ({ values, blueprint }) => {
        const [best, found] = [bruteForce(values, blueprint), assemble(Float64Array.from(values), blueprint)];
        if (best === undefined) {
          expect(found.kind).toBe('infeasible');
          return;
        }
        expect(found).toMatchObject({ kind: 'assembled', isOptimal: true });
        if (found.kind === 'assembled') {
          expect(violations(blueprint, found.items)).toEqual([]);
          expect(Math.abs(found.value - best)).toBeLessThan(1e-9);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('assembly', () => {
  it('finds the best of all tests, or says that there is none', () => {
    fc.assert(
      fc.property(problem, ({ values, blueprint }) => {
        const [best, found] = [bruteForce(values, blueprint), assemble(Float64Array.from(values), blueprint)];
        if (best === undefined) {
          expect(found.kind).toBe('infeasible');
          if (found.kind === 'infeasible') expect(found.conflicts.length).toBeGreaterThan(0);
          return;
        }
        expect(found).toMatchObject({ kind: 'assembled', isOptimal: true });
        if (found.kind === 'assembled') {
          expect(violations(blueprint, found.items)).toEqual([]);
          expect(Math.abs(found.value - best)).toBeLessThan(1e-9);
        }
      }),
      { numRuns: 150 },
    );
  });
  it('says which rules conflict', () => {
    const found = assemble(Float64Array.of(1, 1, 1), {
      length: 2,
      classOf: [0, 0, 1],
      bounds: [
        { name: 'work', lower: 0, upper: 1 },
        { name: 'school', lower: 2, upper: 2 },
      ],
    });
    expect(found).toMatchObject({
      kind: 'infeasible',
      conflicts: [{ rule: 'school: at least 2', needed: 2, possible: 1 }],
    });
  });
  it('refuses a blueprint that does not fit', () =>
    expect(() =>
      assemble(Float64Array.of(1), { length: 2, classOf: [0], bounds: [{ name: 'a', lower: 0, upper: 1 }] }),
    ).toThrow(/length/));
});

describe('a shadow test at every step', () => {
  const size = 500;
  const pool = createRng('pool');
  const bank = createItemParameters(
    Array.from({ length: size }, (_, n) => ({
      model: 'logistic',
      id: `i${n}`,
      slope: 0.7 + pool.uniform(),
      difficulty: 1.5 * pool.normal(),
    })),
  );
  /** Ten classes with two bounds each, twenty sets of enemies, a budget. */
  const blueprint: Blueprint = {
    length: 30,
    classOf: Array.from({ length: size }, (_, n) => n % 6),
    bounds: [
      [4, 7],
      [3, 6],
      [4, 7],
      [3, 6],
      [3, 6],
      [2, 5],
    ].map(([lower = 0, upper = 0], c) => ({ name: `type ${c}`, lower, upper })),
    crossing: {
      classOf: Array.from({ length: size }, () => pool.integer(4)),
      bounds: [
        [8, 10],
        [10, 12],
        [4, 8],
        [2, 6],
      ].map(([lower = 0, upper = 0], c) => ({ name: `domain ${c}`, lower, upper })),
    },
    enemies: Array.from({ length: 20 }, () => [pool.integer(size), pool.integer(size), pool.integer(size)]),
  };
  const budget = { name: 'seconds', cost: Array.from({ length: size }, () => 20 + pool.integer(60)), upper: 1300 };

  const full = process.env.MEETLAT_FULL === '1';
  it.each([
    ['partitions and enemies', blueprint, full ? 2000 : 60],
    ['with a budget', { ...blueprint, resources: [budget] }, full ? 500 : 20],
  ] as const)(
    'ends in a test that breaks nothing: %s',
    (_, rules, tests) => {
      for (let simulee = 0; simulee < tests; simulee += 1) {
        const given: number[] = [];
        const random = createRng('shadow').fork(simulee);
        let [theta, known]: [number, readonly number[] | undefined] = [random.normal(), undefined];
        while (given.length < rules.length) {
          theta += (0.5 * random.normal()) / (1 + given.length / 5);
          const {
            free: [next],
            shadow,
          } = shadowStep(bank, rules, theta, given, [], {
            maximumNodes: 300,
            ...(known === undefined ? {} : { known }),
          });
          if (next === undefined) break;
          if (shadow.kind === 'assembled') known = shadow.items;
          given.push(next);
        }
        expect(violations(rules, given)).toEqual([]);
      }
    },
    900_000,
  );
});
