/**
 * SIBTEST, Wald, RMSD, ordinal methods and drift: they find what is there, in the right direction, and flag a fair item
 * as often as their level says.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFull, recordFigures } from '../../../../tests/figures.ts';
import { calibrateItems } from '../calibration/calibrate-items.ts';
import { type ItemModelName, localOf, specOf } from '../calibration/family.ts';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import { responseMatrix } from '../responses/response-matrix.ts';
import { drawCategory } from '../simulation/generate.ts';
import { itemDrift, parameterDrift } from './drift.ts';
import { rmsdDif, waldDif } from './model-based.ts';
import { mantelDif, ordinalDif } from './polytomous.ts';
import { sibtest } from './sibtest.ts';
import { twoGroups } from './strata.ts';

const random = createRng('dif methods');
const binary: ItemSpec[] = Array.from({ length: 12 }, (_, n) => ({
  model: 'logistic',
  id: `i${n}`,
  slope: 0.8 + (n % 3) * 0.3,
  difficulty: random.normal(),
}));
const graded: ItemSpec[] = Array.from({ length: 8 }, (_, n) => {
  const b = 0.7 * random.normal();
  return { model: 'graded-response', id: `g${n}`, slope: 1 + (n % 3) * 0.3, steps: [b - 1, b, b + 1] };
});
/** Item 3 harder by `by`. */
const shifted = (items: readonly ItemSpec[], by: number): ItemSpec[] =>
  items.map((item, n) =>
    n !== 3
      ? item
      : item.model === 'logistic'
        ? { ...item, difficulty: item.difficulty + by }
        : item.model === 'graded-response'
          ? { ...item, steps: item.steps.map((step) => step + by) }
          : item,
  );

/** A reference and a focal group of `size` each, the focal one lower by `gap`. */
function study(
  items: readonly ItemSpec[],
  size: number,
  by: number,
  key: number,
  gap = 0.3,
): { rows: number[][]; isFocal: number[]; total: number[] } {
  const [same, other] = [createItemParameters(items), createItemParameters(shifted(items, by))];
  const rows = Array.from({ length: 2 * size }, (_, person) => {
    const draws = createRng('methods').fork(key, person);
    const focal = person >= size;
    const theta = draws.normal() - (focal ? gap : 0);
    return items.map((__, item) => drawCategory(focal ? other : same, item, theta, draws));
  });
  return {
    rows,
    isFocal: rows.map((_, person) => (person >= size ? 1 : 0)),
    total: rows.map((row) => row.reduce((a, b) => a + b, 0)),
  };
}
const anchors = [0, 1, 2, 4, 5, 6, 7];

describe('what is there is found', () => {
  it('right and wrong: SIBTEST, its crossing kind, Wald, RMSD', () => {
    const { rows, isFocal } = study(binary, 1200, 0.8, 1);
    const data = responseMatrix(rows);
    const uniform = sibtest(twoGroups(data, isFocal), { purify: true });
    expect(uniform.flatMap((row, n) => (row !== undefined && row.p < 1e-5 ? [n] : []))).toEqual([3]);
    expect(uniform[3]?.beta).toBeGreaterThan(0.08);
    const wald = waldDif(data, isFocal, { models: '2pl', anchors });
    expect(wald.map(({ item }) => item)).toEqual([3, 8, 9, 10, 11]);
    expect(wald[0]?.p).toBeLessThan(1e-5);
    expect(wald[0]?.difference[1]).toBeLessThan(-0.4);
    expect(wald.slice(1).every(({ p }) => p > 0.001)).toBe(true);
    const [alone] = waldDif(data, isFocal, { models: '2pl', tested: [3] });
    expect(alone?.p).toBeLessThan(1e-5);
    const rmsd = rmsdDif(data, isFocal, { models: '2pl' });
    const worst = rmsd.map(({ groups }) => Math.max(...groups.map((group) => group.rmsd)));
    expect(worst.indexOf(Math.max(...worst))).toBe(3);
    expect(rmsd[3]?.groups[1]?.bias).toBeLessThan(-0.04);
  }, 60_000);

  it('several categories, sparse rows: Mantel, ordinal regression, Wald, RMSD', () => {
    const { rows, isFocal, total } = study(graded, 1000, 0.7, 2);
    const answers = (item: number) => ({ category: rows.map((row) => row[item] ?? 0), match: total, isFocal });
    expect(mantelDif(answers(3))).toMatchObject({ isFlagged: true, etsClass: 'CC' });
    expect(mantelDif(answers(3)).difference).toBeLessThan(-0.2);
    expect(mantelDif(answers(5)).etsClass).toBe('AA');
    expect(ordinalDif(answers(3), { test: 'uniform' })).toMatchObject({ isFlagged: true });
    expect(ordinalDif(answers(3), { test: 'uniform' }).coefficients[1]).toBeLessThan(-0.4);
    const sparse = responseMatrix(
      rows.map((row, person) => row.map((value, item) => ((person + item) % 4 === 0 ? null : value))),
    );
    expect(waldDif(sparse, isFocal, { models: 'grm', anchors: [0, 1, 2, 4, 5] })[0]?.p).toBeLessThan(1e-5);
    const worst = rmsdDif(sparse, isFocal, { models: 'grm' }).map(({ groups }) =>
      Math.max(...groups.map((group) => group.rmsd)),
    );
    expect(worst.indexOf(Math.max(...worst))).toBe(3);
  }, 60_000);

  it('an item that becomes easier half-way raises an alarm then, the others do not; two calibrations agree', () => {
    const { rows, isFocal } = study(binary, 1500, -0.9, 3, 0);
    const drift = itemDrift(createItemParameters(binary), responseMatrix(rows));
    expect(drift[3]?.alarm?.direction).toBe('easier');
    expect(drift[3]?.alarm?.person).toBeGreaterThan(1500);
    expect(drift[3]?.alarm?.person).toBeLessThan(2500);
    expect(drift[3]?.alarm?.since).toBeGreaterThan(500);
    expect(drift[3]?.alarm?.since).toBeLessThan(drift[3]?.alarm?.person ?? NaN);
    expect(drift.filter(({ alarm }) => alarm !== undefined)).toHaveLength(1);
    const [before, after] = [0, 1].map((part) =>
      calibrateItems(responseMatrix(rows.filter((_, person) => isFocal[person] === part)), { models: '2pl' }),
    );
    const covarianceOf = (fit: ReturnType<typeof calibrateItems> | undefined, item: number): number[] => {
      const size = fit?.parameters.length ?? 0;
      return [0, 1].flatMap((i) => [0, 1].map((j) => fit?.covariance?.[(2 * item + i) * size + 2 * item + j] ?? NaN));
    };
    const compared = parameterDrift(
      binary.map((_, n) => ({
        before: localOf('2pl', before?.items[n]?.item ?? binary[0] ?? { model: 'logistic', id: '', difficulty: 0 }),
        after: localOf('2pl', after?.items[n]?.item ?? { model: 'logistic', id: '', difficulty: 0 }),
        beforeCovariance: covarianceOf(before, n),
        afterCovariance: covarianceOf(after, n),
      })),
      { location: 1 },
    );
    expect(compared[3]?.p).toBeLessThan(1e-6);
    expect(compared[3]?.robustZ).toBeGreaterThan(3);
  }, 60_000);
});

describe('laws and refusals', () => {
  it("local parameters and items are each other's inverse", () => {
    const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom<ItemModelName>('rasch', '2pl', '3pl', 'pcm', 'gpcm', 'grm', 'rsm', 'nrm'),
        number(0.2, 3),
        fc.array(number(-2, 2), { minLength: 4, maxLength: 4 }),
        (model, slope, [a = 0, b = 0, c = 0]) => {
          const x =
            model === 'rasch'
              ? [a]
              : model === '2pl'
                ? [slope, a]
                : model === '3pl'
                  ? [slope, a, b]
                  : model === 'pcm'
                    ? [a, b]
                    : model === 'rsm'
                      ? [a, b]
                      : model === 'nrm'
                        ? [a, b, c, slope]
                        : [slope, a, b];
          localOf(
            model,
            specOf(model, 'i', x, model === 'rasch' || model === '2pl' || model === '3pl' ? 2 : 3),
          ).forEach((value, n) => {
            expect(value).toBeCloseTo(x[n] ?? NaN, 9);
          });
        },
      ),
    );
  });

  it('names what is wrong', () => {
    expect(() => mantelDif({ category: [0, 1], match: [1], isFocal: [0, 1] })).toThrow(/match/);
    expect(() => ordinalDif({ category: [0, 2], match: [1, 2], isFocal: [0, 1] })).toThrow(/closed? ?|close/);
    expect(() => ordinalDif({ category: [0, 1], match: [NaN, 2], isFocal: [0, 1] })).toThrow(/match\[0\]/);
    expect(() => itemDrift(createItemParameters(binary), responseMatrix([binary.map(() => 1)]), { alpha: 2 })).toThrow(
      /alpha/,
    );
    expect(() => waldDif(responseMatrix([[0, 1]]), [0, 1], { models: '2pl' })).toThrow(/isFocal/);
  });
});

describe('fair items', () => {
  it('are flagged as often as the level says', () => {
    const replications = isFull ? 2000 : 30;
    const flags: Record<string, { flagged: number; count: number }> = {};
    const note = (name: string, isFlagged: boolean | undefined): void => {
      const one = flags[name] ?? { flagged: 0, count: 0 };
      flags[name] = one;
      one.count += 1;
      if (isFlagged === true) one.flagged += 1;
    };
    for (let r = 0; r < replications; r += 1) {
      const fair = study(binary, 500, 0, 1000 + r);
      const data = responseMatrix(fair.rows);
      sibtest(twoGroups(data, fair.isFocal)).forEach((row) => {
        note('SIBTEST', row?.isFlagged);
      });
      sibtest(twoGroups(data, fair.isFocal), { kind: 'crossing' }).forEach((row) => {
        note('crossing SIBTEST', row?.isFlagged);
      });
      waldDif(data, fair.isFocal, { models: '2pl', anchors }).forEach((row) => {
        note('Wald', row.isFlagged);
      });
      const several = study(graded, 400, 0, 1000 + r);
      for (const item of [0, 3, 5]) {
        const answers = {
          category: several.rows.map((row) => row[item] ?? 0),
          match: several.total,
          isFocal: several.isFocal,
        };
        note('Mantel', mantelDif(answers).isFlagged);
        note('ordinal logistic', ordinalDif(answers).isFlagged);
      }
    }
    const rates = Object.fromEntries(
      Object.entries(flags).map(([name, { flagged, count }]) => [name, flagged / count]),
    );
    recordFigures('dif-error-rates', { replications, level: 0.05, rates });
    if (process.env['SHOW'] === '1') console.log(rates);
    for (const [name, { flagged, count }] of Object.entries(flags))
      expect(Math.abs(flagged / count - 0.05), name).toBeLessThan(isFull ? 0.01 : 6 * Math.sqrt((0.05 * 0.95) / count));
  }, 3_600_000);

  it('raise an alarm of drift no more often than asked for', () => {
    const replications = isFull ? 500 : 20;
    let [alarms, items] = [0, 0];
    const bank = createItemParameters(binary);
    for (let r = 0; r < replications; r += 1)
      itemDrift(bank, responseMatrix(study(binary, 300, 0, 5000 + r, 0).rows), { alpha: 0.05 }).forEach(({ alarm }) => {
        items += 1;
        if (alarm !== undefined) alarms += 1;
      });
    recordFigures('item-drift', { replications, answersToAnItem: 600, asked: 0.05, alarms: alarms / items });
    if (process.env['SHOW'] === '1') console.log('drift', alarms / items);
    expect(alarms / items).toBeLessThan(isFull ? 0.06 : 0.12);
  }, 600_000);
});
