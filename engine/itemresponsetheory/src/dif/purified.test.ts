/**
 * Purified Wald and RMSD: several items that differ are all found, the fair ones stay anchors; and fair items are
 * flagged as often as the level says.
 */
import { describe, expect, it } from 'vitest';
import { isFull, recordFigures } from '../../../../tests/figures.ts';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import { responseMatrix } from '../responses/response-matrix.ts';
import { drawCategory } from '../simulation/generate.ts';
import { type GroupDeviation, rmsdDif } from './model-based.ts';
import { purifiedRmsd, purifiedWald } from './purified.ts';

const random = createRng('purified dif');
const items: ItemSpec[] = Array.from({ length: 10 }, (_, n) => ({
  model: 'logistic',
  id: `i${n}`,
  slope: 0.9 + (n % 3) * 0.3,
  difficulty: random.normal(),
}));
/**
 * Items of the list harder by `by` for all but the reference group; groups of `size` each, each lower by .3 than the
 * one before.
 */
function study(
  size: number,
  harder: readonly number[],
  by: number,
  key: number,
  groups = 2,
  isRasch = false,
): { data: ReturnType<typeof responseMatrix>; group: number[] } {
  const own = items.map((item) => (isRasch && item.model === 'logistic' ? { ...item, slope: 1 } : item));
  const [same, other] = [
    createItemParameters(own),
    createItemParameters(
      own.map((item, n) =>
        harder.includes(n) && item.model === 'logistic' ? { ...item, difficulty: item.difficulty + by } : item,
      ),
    ),
  ];
  const group = Array.from({ length: groups * size }, (_, person) => Math.floor(person / size));
  return {
    group,
    data: responseMatrix(
      group.map((g, person) => {
        const draws = createRng('purified').fork(key, person);
        const theta = draws.normal() - 0.3 * g;
        return items.map((__, item) => drawCategory(g > 0 ? other : same, item, theta, draws));
      }),
    ),
  };
}

describe('purified Wald and RMSD', () => {
  it('three items that are harder for the focal group are found, and the fair ones carry the scale', () => {
    const { data, group } = study(1500, [1, 4, 7], 0.9, 1);
    const { items: tests, anchors, isStable, rounds } = purifiedWald(data, group, { models: '2pl' });
    expect([anchors.filter((item) => [1, 4, 7].includes(item)), isStable]).toEqual([[], true]);
    expect(rounds).toBeGreaterThan(1);
    for (const item of [1, 4, 7]) expect(tests[item]?.p).toBeLessThan(1e-5);
    expect(tests.filter(({ p }) => p < 0.001).map(({ item }) => item)).toEqual([1, 4, 7]);
    expect(tests.every(({ item }, n) => item === n)).toBe(true);
  }, 60_000);

  it('once unfair items are free, RMSD is smaller for fair items, larger for unfair ones; three groups too', () => {
    const { data, group } = study(1500, [1, 4, 7], 1.2, 2, 3);
    const bent = rmsdDif(data, group, { models: '2pl' });
    const { items: found, free, isStable } = purifiedRmsd(data, group, { models: '2pl', bound: 0.06 });
    expect([free, isStable]).toEqual([[1, 4, 7], true]);
    const worst = (list: readonly GroupDeviation[], item: number): number =>
      Math.max(...(list[item]?.groups ?? []).map(({ rmsd }) => rmsd));
    const mean = (list: readonly GroupDeviation[], of: readonly number[]): number =>
      of.reduce((sum, item) => sum + worst(list, item), 0) / of.length;
    expect(mean(found, [0, 2, 3, 5, 6, 8, 9])).toBeLessThan(mean(bent, [0, 2, 3, 5, 6, 8, 9]));
    expect(mean(found, [1, 4, 7])).toBeGreaterThan(mean(bent, [1, 4, 7]));
    expect(found[4]?.groups[0]?.bias).toBeGreaterThan(0.04);
    expect(found[4]?.groups[2]?.bias).toBeLessThan(-0.04);
  }, 60_000);

  it('an item that all of a group got right is not tested, the others are; limits of rounds and of anchors', () => {
    const { data, group } = study(400, [], 0, 3);
    const perfect = {
      ...data,
      category: data.category.map((k, n) => (data.item[n] === 2 && Math.floor(n / items.length) >= 400 ? 1 : k)),
    };
    const { items: tests } = purifiedWald(perfect, group, { models: '2pl' });
    expect(tests.flatMap(({ item, p }) => (Number.isNaN(p) ? [item] : []))).toEqual([2]);
    const strict = purifiedWald(data, group, { models: '2pl', level: 0.9, fewest: 6, maximumRounds: 2 });
    expect(strict.rounds).toBe(2);
    expect(strict.anchors).toHaveLength(6);
  }, 60_000);

  // Wald's test of slope and intercept is shy with 500 in each group (without purification too: dif-error-rates.json),
  // never too keen.
  it.each([
    ['rasch', 500, 0.01],
    ['2pl', 500, 0.015],
    ['2pl', 1000, 0.01],
  ] as const)(
    'fair items are flagged as often as the level says: %s, %i in each group',
    (models, size, slack) => {
      const replications = isFull ? 2000 : 8;
      let [flagged, count, rounds] = [0, 0, 0];
      for (let r = 0; r < replications; r += 1) {
        const { data, group } = study(size, [], 0, 1000 + r, 2, models === 'rasch');
        const found = purifiedWald(data, group, { models, tolerance: 1e-4 });
        for (const { p } of found.items) {
          count += 1;
          if (p < 0.05) flagged += 1;
        }
        rounds += found.rounds;
      }
      recordFigures(`dif-error-rate-purified-wald-${models}-${size}`, {
        replications,
        level: 0.05,
        personsInEachGroup: size,
        items: items.length,
        tests: count,
        rate: flagged / count,
        meanRounds: rounds / replications,
      });
      if (process.env['SHOW'] === '1') console.log({ rate: flagged / count, rounds: rounds / replications });
      expect(Math.abs(flagged / count - 0.05)).toBeLessThan(isFull ? slack : 6 * Math.sqrt((0.05 * 0.95) / count));
    },
    7_200_000,
  );
});
