import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPosterior } from '../ability/posterior.ts';
import { informationAt } from '../information/item.ts';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters } from '../parameters/item-parameters.ts';
import { tabulate } from '../information/table.ts';
import { normalGrid } from '../quadrature/grid.ts';
import { bestOfRanked, rankAtNodes, scanForBest } from '../selection/ranked-lists.ts';
import { drawCategory } from './generate.ts';
import { QuickTest } from './quick-test.ts';

const size = 200;
const bank = createItemParameters(
  Array.from({ length: size }, (_, n) => {
    const random = createRng('quick').fork(n);
    return {
      model: 'logistic' as const,
      id: `i${n}`,
      slope: 0.6 + 1.4 * random.uniform(),
      difficulty: 2 * random.normal(),
    };
  }),
);
const table = tabulate(bank, normalGrid());
const ranked = rankAtNodes(table, 40);

describe('tests at full speed', () => {
  it('estimates what the log posterior estimates, over hundreds of answers', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(size - 1), fc.nat(1)), { maxLength: 300 }), (answers) => {
        const [quick, posterior] = [new QuickTest(table), createPosterior(table)];
        for (const [item, category] of answers) {
          quick.answer(item, category);
          posterior.update(item, category);
        }
        const { theta, standardError } = posterior.moments();
        expect(Math.abs(quick.theta - theta)).toBeLessThan(1e-9);
        expect(Math.abs(quick.standardError - standardError)).toBeLessThan(1e-9);
      }),
      { numRuns: 100 },
    );
  });

  it('a scan loses at most 1 % of the information, ranked lists 20 % between nodes; none twice', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -4, max: 4, noNaN: true }),
        fc.uniqueArray(fc.nat(size - 1), { maxLength: 60 }),
        (theta, given) => {
          const used = new Uint8Array(size);
          for (const item of given) used[item] = 1;
          const best = Math.max(
            ...Array.from({ length: size }, (_, item) => (used[item] === 1 ? 0 : informationAt(bank, item, theta))),
          );
          for (const [chosen, share] of [
            [scanForBest(table, theta, used), 0.99],
            [bestOfRanked(table, ranked, theta, used), 0.8],
          ] as const) {
            expect(used[chosen]).toBe(0);
            expect(informationAt(bank, chosen, theta)).toBeGreaterThan(share * best);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('when every item was given there is none', () => {
    const test = new QuickTest(table, ranked);
    for (let n = 0; n < size; n += 1) test.answer(test.next(), n % 2);
    expect(test.next()).toBe(-1);
  });

  it('scan and ranked lists recover ability equally well', () => {
    const errorOf = (test: QuickTest): number => {
      let sum = 0;
      for (let person = 0; person < 1000; person += 1) {
        const random = createRng('person').fork(person);
        const theta = random.normal();
        test.reset();
        for (let n = 0; n < 30; n += 1) {
          const item = test.next();
          test.answer(item, drawCategory(bank, item, theta, random));
        }
        sum += (test.theta - theta) ** 2;
      }
      return Math.sqrt(sum / 1000);
    };
    const [scan, lists] = [errorOf(new QuickTest(table)), errorOf(new QuickTest(table, ranked))];
    expect(scan).toBeLessThan(0.32);
    expect(Math.abs(lists / scan - 1)).toBeLessThan(0.04);
  });

  it('refuses an item or a category that the bank does not have', () => {
    expect(() => {
      new QuickTest(table).answer(size, 0);
    }).toThrow(/item/);
    expect(() => {
      new QuickTest(table).answer(0, 2);
    }).toThrow(/category/);
    expect(() => rankAtNodes(table, 0)).toThrow(/top/);
  });
});
