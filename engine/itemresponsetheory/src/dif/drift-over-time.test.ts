/**
 * Several calibrations of the same items: what moved is found, the rest stays, and steady items are flagged as often as
 * the level says.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFull, recordFigures } from '../../../../tests/figures.ts';
import { calibrateItems } from '../calibration/calibrate-items.ts';
import type { ItemModelName } from '../calibration/family.ts';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import { transformItem } from '../parameters/scale.ts';
import { responseMatrix } from '../responses/response-matrix.ts';
import { drawCategory } from '../simulation/generate.ts';
import { type CalibratedForm, curveDistance, driftOverTime } from './drift-over-time.ts';

const random = createRng('over time');
const binary: ItemSpec[] = Array.from({ length: 15 }, (_, n) => ({
  model: 'logistic',
  id: `i${n}`,
  slope: 0.8 + (n % 3) * 0.3,
  difficulty: random.normal(),
}));
const graded: ItemSpec[] = Array.from({ length: 8 }, (_, n) => {
  const b = 0.6 * random.normal();
  return { model: 'graded-response', id: `g${n}`, slope: 1 + (n % 3) * 0.3, steps: [b - 0.9, b + 0.9] };
});

/** A calibration of answers of `size` persons of N(mean, sd²), scaled by its own sample. */
function calibrated(
  items: readonly ItemSpec[],
  models: ItemModelName,
  size: number,
  { mean, sd }: { mean: number; sd: number },
  key: readonly [number, number],
): CalibratedForm {
  const bank = createItemParameters(items);
  const rows = Array.from({ length: size }, (_, person) => {
    const draws = createRng('calibrated over time').fork(...key, person);
    const theta = mean + sd * draws.normal();
    return items.map((__, item) => drawCategory(bank, item, theta, draws));
  });
  const fit = calibrateItems(responseMatrix(rows), { models, tolerance: 1e-4, ids: items.map(({ id }) => id) });
  const [population] = fit.groups;
  return {
    items: fit.items.map(({ item }) => item),
    covariances: fit.items.map(({ item, covariance }) => {
      const [all, count] = [
        Math.sqrt(covariance?.length ?? 0),
        item.model === 'logistic' ? 2 : 1 + ('steps' in item ? item.steps.length : 0),
      ];
      return Array.from(
        { length: count * count },
        (_, cell) => covariance?.[Math.floor(cell / count) * all + (cell % count)] ?? NaN,
      );
    }),
    sample: { persons: size, mean: 0, sd: Math.sqrt(population?.variance ?? NaN) },
  };
}
const times = [
  { mean: 0.3, sd: 1.1 },
  { mean: 0, sd: 1 },
  { mean: -0.4, sd: 0.9 },
];

describe('parameters over time', () => {
  it('an item that became easier and one that no longer discriminates stand out and do not bend the link', () => {
    const moved = binary.map((item, n): ItemSpec =>
      item.model !== 'logistic'
        ? item
        : n === 3
          ? { ...item, difficulty: item.difficulty - 0.9 }
          : n === 8
            ? { ...item, slope: 0.35 }
            : item,
    );
    const { items, dropped, links } = driftOverTime([
      calibrated(moved, '2pl', 2000, { mean: 0.3, sd: 1.1 }, [1, 0]),
      calibrated(binary, '2pl', 2000, { mean: 0, sd: 1 }, [1, 1]),
      calibrated(binary, '2pl', 2000, { mean: -0.4, sd: 0.9 }, [1, 2]),
    ]);
    expect(items.flatMap(({ id, p }) => (p < 1e-4 ? [id] : []))).toEqual(['i3', 'i8']);
    expect(
      dropped
        .map(({ form, id }) => `${form} ${id}`)
        .sort()
        .slice(0, 2),
    ).toEqual(['0 i3', '0 i8']);
    const [three, eight] = ['i3', 'i8'].map((id) => items.find((item) => item.id === id));
    expect(Math.abs((three?.difference ?? NaN) / (0.9 / 0.9) + 1)).toBeLessThan(0.2);
    expect(three?.distance).toBeGreaterThan(0.1);
    expect(Math.abs(three?.robustZ ?? NaN)).toBeGreaterThan(2.7);
    expect(eight?.lnSlopeDifference).toBeLessThan(-0.6);
    expect(three?.degreesOfFreedom).toBe(4);
    // From the newest scale (N(.3, 1.1²)) to the oldest (N(−.4, .9²)).
    expect(Math.abs((links[0]?.a ?? NaN) - 1.1 / 0.9)).toBeLessThan(0.12);
    expect(Math.abs((links[0]?.b ?? NaN) - 0.7 / 0.9)).toBeLessThan(0.12);
  }, 60_000);

  it('another scale of a calibration changes neither test nor distance; no errors, no test', () => {
    const [one, other] = [
      calibrated(binary, '2pl', 500, { mean: 0, sd: 1 }, [2, 0]),
      calibrated(binary, '2pl', 500, { mean: 0.5, sd: 1 }, [2, 1]),
    ];
    const straight = driftOverTime([one, other]).items;
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 2, noNaN: true }), fc.double({ min: -2, max: 2, noNaN: true }), (a, b) => {
        const scaled: CalibratedForm = {
          items: one.items.map((item) => transformItem(item, { a, b })),
          covariances: (one.covariances ?? []).map((own) => {
            const [aa = NaN, ab = NaN, , bb = NaN] = own ?? [];
            return [aa / (a * a), ab, ab, bb * a * a];
          }),
          sample: { persons: 500, mean: b, sd: a },
        };
        driftOverTime([scaled, other]).items.forEach(({ statistic, distance, robustZ: z }, n) => {
          const item = straight[n];
          expect(statistic).toBeCloseTo(item?.statistic ?? NaN, 6);
          expect(distance).toBeCloseTo(item?.distance ?? NaN, 8);
          expect(z).toBeCloseTo(item?.robustZ ?? NaN, 6);
        });
      }),
      { numRuns: 10 },
    );
    expect(
      driftOverTime([{ items: one.items }, { items: other.items }]).items.every(
        ({ p, distance }) => Number.isNaN(p) && distance >= 0,
      ),
    ).toBe(true);
    expect(() =>
      driftOverTime([{ items: binary }, { items: graded.map((item, n) => ({ ...item, id: `i${n}` })) }]),
    ).toThrow(/same model/);
    expect(
      curveDistance(
        binary[0] ?? graded[0] ?? { model: 'logistic', id: '', difficulty: 0 },
        binary[0] ?? { model: 'logistic', id: '', difficulty: 0 },
      ),
    ).toBe(0);
  }, 60_000);

  it('steady items are flagged as often as the level says', () => {
    const replications = isFull ? 2000 : 12;
    const flags: Record<string, { flagged: number; count: number }> = {};
    const study = (
      name: string,
      items: readonly ItemSpec[],
      models: ItemModelName,
      size: number,
      count: number,
    ): void => {
      const one = { flagged: 0, count: 0 };
      flags[name] = one;
      for (let r = 0; r < replications; r += 1)
        for (const { p } of driftOverTime(
          times.slice(0, count).map((time, t) => calibrated(items, models, size, time, [1000 + r, t])),
        ).items) {
          one.count += 1;
          if (p < 0.05) one.flagged += 1;
        }
    };
    study('2pl, two calibrations of 600', binary, '2pl', 600, 2);
    study(
      'rasch, three calibrations of 400',
      binary.map((item) => (item.model === 'logistic' ? { ...item, slope: 1 } : item)),
      'rasch',
      400,
      3,
    );
    study('grm, two calibrations of 800', graded, 'grm', 800, 2);
    const rates = Object.fromEntries(
      Object.entries(flags).map(([name, { flagged, count }]) => [name, flagged / count]),
    );
    recordFigures('parameter-drift', { replications, level: 0.05, rates });
    if (process.env['SHOW'] === '1') console.log(rates);
    for (const [name, { flagged, count }] of Object.entries(flags))
      expect(Math.abs(flagged / count - 0.05), name).toBeLessThan(isFull ? 0.01 : 6 * Math.sqrt((0.05 * 0.95) / count));
  }, 7_200_000);
});
