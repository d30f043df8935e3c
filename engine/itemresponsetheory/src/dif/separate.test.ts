/**
 * Lord and Raju after separate calibrations: they find what is there, their errors hold the link's, and fair items are
 * flagged as often as the level says.
 */
import { describe, expect, it } from 'vitest';
import { isFull, recordFigures } from '../../../../tests/figures.ts';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import { responseMatrix } from '../responses/response-matrix.ts';
import { drawCategory } from '../simulation/generate.ts';
import { likelihoodRatio } from './parameters.ts';
import { separateDif } from './separate.ts';

const random = createRng('separate dif');
const steep = Array.from({ length: 12 }, (_, n) => ({
  model: 'logistic' as const,
  id: `i${n}`,
  slope: 0.8 + (n % 3) * 0.3,
  difficulty: random.normal(),
}));
const all = steep.map((_, n) => n);
type Model = 'rasch' | '2pl';

/** A reference and a focal group of `size` each, the focal one of mean −.3 and sd 1.2; item 3 harder for it by `by`. */
function study(model: Model, size: number, by: number, key: number) {
  const own = steep.map((item): ItemSpec => (model === 'rasch' ? { ...item, slope: 1 } : item));
  const [same, other] = [
    createItemParameters(own),
    createItemParameters(
      own.map((item, n) =>
        n === 3 && item.model === 'logistic' ? { ...item, difficulty: item.difficulty + by } : item,
      ),
    ),
  ];
  const isFocal = Array.from({ length: 2 * size }, (_, person) => (person >= size ? 1 : 0));
  return {
    isFocal,
    data: responseMatrix(
      isFocal.map((focal, person) => {
        const draws = createRng('separate').fork(key, person);
        const theta = focal === 1 ? 1.2 * draws.normal() - 0.3 : draws.normal();
        return own.map((_, item) => drawCategory(focal === 1 ? other : same, item, theta, draws));
      }),
    ),
  };
}

describe('groups calibrated separately', () => {
  it.each(['rasch', '2pl'] as const)(
    'the item that is harder for one group is found by both, and no other: %s',
    (model) => {
      const { data, isFocal } = study(model, 1500, 0.7, 1);
      for (const link of ['haebara', 'stocking-lord', 'mean-sigma'] as const) {
        const found = separateDif(data, isFocal, { model, anchors: all.filter((item) => item !== 3), link });
        expect(found.flatMap((one) => (one !== undefined && one.lord.p < 0.0005 ? [one.item] : []))).toEqual([3]);
        expect(found[3]?.raju.z).toBeGreaterThan(5);
        expect(found[3]?.raju.area).toBeCloseTo(0.7, 0);
        expect(found[3]?.lord.degreesOfFreedom).toBe(model === 'rasch' ? 1 : 2);
      }
    },
    60_000,
  );

  it('exchanged groups turn the signs; an item of negative slope is left out, and without two anchors all are', () => {
    const even = study('rasch', 800, 0.5, 2);
    const [there, back] = [even.isFocal, even.isFocal.map((focal) => 1 - focal)].map((isFocal) =>
      separateDif(even.data, isFocal, { model: 'rasch', anchors: all, link: 'mean-sigma', tolerance: 1e-8 }),
    );
    there?.forEach((one, n) => {
      expect(back?.[n]?.raju.z).toBeCloseTo(-(one?.raju.z ?? NaN), 4);
      expect(back?.[n]?.lord.statistic).toBeCloseTo(one?.lord.statistic ?? NaN, 4);
    });
    const { data, isFocal } = study('2pl', 800, 0.5, 2);
    const options = { model: '2pl', anchors: all } as const;
    const turned = { ...data, category: data.category.map((k, n) => (data.item[n] === 5 ? 1 - k : k)) };
    expect(separateDif(turned, isFocal, options).flatMap((one, n) => (one === undefined ? [n] : []))).toEqual([5]);
    expect(separateDif(turned, isFocal, { ...options, anchors: [5, 6] }).every((one) => one === undefined)).toBe(true);
    expect(() => separateDif(data, [0, 1], options)).toThrow(/isFocal/);
  }, 60_000);

  // Under 2PL the errors of slope and difficulty grow with the estimates themselves: with 500 in each group Lord and
  // Raju are shy, with 1,000 they keep their level.
  it.each([
    ['rasch', 500, 0.01],
    ['2pl', 500, 0.02],
    ['2pl', 1000, 0.01],
  ] as const)(
    'fair items are flagged as often as the level says, by the likelihood ratio too: %s, %i in each group',
    (model, size, slack) => {
      const replications = isFull ? 2000 : 12;
      const flags = { Lord: 0, Raju: 0, 'likelihood ratio': 0 };
      let [count, ratios] = [0, 0];
      for (let r = 0; r < replications; r += 1) {
        const { data, isFocal } = study(model, size, 0, 1000 + r);
        for (const one of separateDif(data, isFocal, { model, anchors: all, tolerance: 1e-4 })) {
          count += 1;
          if (one?.lord.isFlagged === true) flags.Lord += 1;
          if ((one?.raju.p ?? 1) < 0.05) flags.Raju += 1;
        }
        for (const { result } of likelihoodRatio(data, isFocal, { models: model, tested: [0, 3, 5] })) {
          ratios += 1;
          if (result.isFlagged) flags['likelihood ratio'] += 1;
        }
      }
      const rates = {
        Lord: flags.Lord / count,
        Raju: flags.Raju / count,
        'likelihood ratio': flags['likelihood ratio'] / ratios,
      };
      recordFigures(`dif-error-rates-separate-${model}-${size}`, {
        replications,
        level: 0.05,
        personsInEachGroup: size,
        rates,
      });
      if (process.env['SHOW'] === '1') console.log(model, size, rates);
      for (const [name, rate] of Object.entries(rates))
        expect(Math.abs(rate - 0.05), name).toBeLessThan(
          isFull ? slack : 6 * Math.sqrt((0.05 * 0.95) / (name === 'likelihood ratio' ? ratios : count)),
        );
    },
    7_200_000,
  );
});
