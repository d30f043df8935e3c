/**
 * The level of SIBTEST where the groups lie far apart and the test is short, where matching on raw scores is hardest:
 * 2,000 replications with MEETLAT_FULL=1, otherwise few; of the crossing test, which
 * draws its p, 600.
 */
import { describe, expect, it } from 'vitest';
import { isFull, recordFigures } from '../../../../tests/figures.ts';
import { exp } from '../numeric/elementary.ts';
import { createRng } from '../numeric/rng.ts';
import { sibtest, type SibtestOptions } from './sibtest.ts';
import type { TwoGroups } from './strata.ts';

/** Two groups, `apart` SD from each other, on 2PL items without DIF. */
function fairGroups(items: number, each: number, apart: number, seed: number): TwoGroups {
  const random = createRng(`SIBTEST ${items} ${each} ${apart}`).fork(seed);
  const slope = Float64Array.from({ length: items }, () => exp(0.3 * random.normal()));
  const difficulty = Float64Array.from({ length: items }, () => random.normal());
  const isFocal = Uint8Array.from({ length: 2 * each }, (_, person) => (person < each ? 0 : 1));
  const answer = new Uint8Array(2 * each * items);
  isFocal.forEach((focal, person) => {
    const theta = random.normal() - focal * apart;
    slope.forEach((a, item) => {
      const chance = 1 / (1 + exp(-a * (theta - (difficulty[item] ?? NaN))));
      answer[person * items + item] = random.uniform() < chance ? 1 : 0;
    });
  });
  return { persons: 2 * each, items, answer, isFocal };
}

interface Condition {
  readonly items: number;
  readonly each: number;
  readonly apart: number;
}

/** Share of fair last items that are flagged, all others matching. */
function rateOf({ items, each, apart }: Condition, replications: number, options: SibtestOptions): number {
  const anchors = Array.from({ length: items - 1 }, (_, n) => n);
  let flagged = 0;
  for (let n = 0; n < replications; n += 1) {
    const row = sibtest(fairGroups(items, each, apart, n), { anchors, ...options })[items - 1];
    if (row?.isFlagged === true) flagged += 1;
  }
  return flagged / replications;
}

const conditions: readonly Condition[] = [
  { items: 12, each: 1000, apart: 0 },
  { items: 12, each: 1000, apart: 1 },
  { items: 12, each: 1000, apart: 1.5 },
  { items: 12, each: 250, apart: 1.5 },
  { items: 20, each: 500, apart: 1.5 },
  { items: 25, each: 1000, apart: 1.5 },
];

describe('SIBTEST, groups apart', () => {
  it.each(conditions)(
    'keeps the level: $items items, $each a group, $apart SD',
    (condition) => {
      const replications = isFull ? 2000 : 100;
      const rate = rateOf(condition, replications, {});
      const before = rateOf(condition, replications, { definition: 'shealy-stout' });
      const error = Math.sqrt((0.05 * 0.95) / replications);
      const { items, each, apart } = condition;
      recordFigures(`dif-error-rate-sibtest-${items}-${each}-${10 * apart}`, {
        ...{ replications, level: 0.05, items, each, apart },
        ...{ rate, byTheFirstDefinition: before, monteCarloError: error },
      });
      expect(rate).toBeLessThan(0.06 + (isFull ? 2 : 4) * error);
      expect(rate).toBeGreaterThan(0.04 - (isFull ? 2 : 4) * error);
    },
    600_000,
  );

  it.each(isFull ? conditions : conditions.slice(1, 3))(
    'keeps the level of the crossing test: $items items, $each a group, $apart SD',
    (condition) => {
      const replications = isFull ? 600 : 40;
      const rate = rateOf(condition, replications, { kind: 'crossing' });
      const error = Math.sqrt((0.05 * 0.95) / replications);
      const { items, each, apart } = condition;
      recordFigures(`dif-error-rate-crossing-sibtest-${items}-${each}-${10 * apart}`, {
        ...{ replications, level: 0.05, items, each, apart },
        ...{ rate, monteCarloError: error },
      });
      expect(rate).toBeLessThan(0.06 + (isFull ? 2 : 4) * error);
      expect(rate).toBeGreaterThan(0.04 - (isFull ? 2 : 4) * error);
    },
    900_000,
  );

  it('and by its first definition does not', () => {
    // 12 items, 1,000 a group, 1.5 SD: .12 of 2,000.
    const [, , furthest] = conditions;
    if (furthest === undefined) throw new Error('a condition is missing');
    const seen = rateOf(furthest, 200, { definition: 'shealy-stout' });
    expect(seen).toBeGreaterThan(0.07);
    expect(rateOf(furthest, 200, {})).toBeLessThan(seen);
  }, 120_000);

  it('has a standard error that is the spread of β', () => {
    const condition = { items: 12, each: 500, apart: 1.5 };
    const anchors = Array.from({ length: condition.items - 1 }, (_, n) => n);
    const ratioOf = (options: SibtestOptions): number => {
      const rows = Array.from({ length: 200 }, (_, n) => {
        const groups = fairGroups(condition.items, condition.each, condition.apart, n);
        return sibtest(groups, { anchors, ...options })[condition.items - 1];
      });
      const squares = (of: (row: (typeof rows)[number]) => number | undefined): number =>
        rows.reduce((sum, row) => sum + (of(row) ?? NaN) ** 2, 0);
      return Math.sqrt(squares((row) => row?.beta) / squares((row) => row?.standardError));
    };
    expect(Math.abs(ratioOf({}) - 1)).toBeLessThan(0.12);
    expect(ratioOf({ definition: 'shealy-stout' })).toBeGreaterThan(1.15);
  }, 120_000);
});
