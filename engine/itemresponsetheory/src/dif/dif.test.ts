import { describe, expect, it } from 'vitest';
import { isFull, recordFigures } from '../../../../tests/figures.ts';
import { normalDistribution } from '../numeric/normal.ts';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters, type ItemSpec } from '../parameters/item-parameters.ts';
import { responseMatrix } from '../responses/response-matrix.ts';
import { drawCategory } from '../simulation/generate.ts';
import { logisticDif } from './logistic.ts';
import {
  breslowDay,
  mantelHaenszel,
  mantelHaenszelIn,
  shrink,
  standardised,
  strataByAbility,
} from './mantel-haenszel.ts';
import { twoGroups } from './strata.ts';

const random = createRng('dif');
const items: ItemSpec[] = Array.from({ length: 12 }, () => random.normal()).map((difficulty, n) => ({
  model: 'logistic',
  id: `i${n}`,
  difficulty,
}));
const shifted = (by: number): ItemSpec[] =>
  items.map((item, n) => (n === 3 && item.model === 'logistic' ? { ...item, difficulty: item.difficulty + by } : item));

/** Rows of a reference and a focal group of `size` each, the focal one lower by half a standard deviation. */
function study(size: number, by: number, key: number): { rows: number[][]; isFocal: number[] } {
  const [same, other] = [createItemParameters(items), createItemParameters(shifted(by))];
  const rows = Array.from({ length: 2 * size }, (_, person) => {
    const draws = createRng('dif study').fork(key, person);
    const focal = person >= size;
    const theta = draws.normal() - (focal ? 0.5 : 0);
    return items.map((__, item) => drawCategory(focal ? other : same, item, theta, draws));
  });
  return { rows, isFocal: rows.map((_, person) => (person >= size ? 1 : 0)) };
}

describe('differential item functioning', () => {
  const { rows, isFocal } = study(800, 0.8, 1);
  const groups = twoGroups(responseMatrix(rows), isFocal);

  it('every method finds the item that is harder for one group, in the right direction', () => {
    expect(mantelHaenszel(groups, { purify: true }).flatMap((row, n) => (row?.etsClass === 'C' ? [n] : []))).toEqual([
      3,
    ]);
    expect(mantelHaenszel(groups)[3]?.delta).toBeLessThan(-1);
    expect(logisticDif(groups, { test: 'uniform', purify: true })[3]).toMatchObject({ isFlagged: true });
    expect(logisticDif(groups, { test: 'uniform' })[3]?.coefficients[2]).toBeLessThan(-0.4);
    expect(standardised(groups)[3]?.difference).toBeLessThan(-0.08);
  });

  it('exchanging the groups turns the sign and nothing else', () => {
    const turned = twoGroups(
      responseMatrix(rows),
      isFocal.map((value) => 1 - value),
    );
    const [there, back] = [mantelHaenszel(groups), mantelHaenszel(turned)];
    there.forEach((row, n) => {
      expect(back[n]?.delta).toBeCloseTo(-(row?.delta ?? NaN), 9);
      expect(back[n]?.statistic).toBeCloseTo(row?.statistic ?? NaN, 8);
    });
    breslowDay(groups).forEach((row, n) => {
      expect(breslowDay(turned)[n]?.statistic).toBeCloseTo(row?.statistic ?? NaN, 6);
    });
  });

  it('small groups: an item is drawn towards the mean, the more the less is known of it', () => {
    const tail = (z: number): number => normalDistribution(-z);
    const [sure, unsure] = shrink(
      [
        { delta: 2, varianceLogAlpha: 0.01 },
        { delta: 2, varianceLogAlpha: 0.5 },
        { delta: -1, varianceLogAlpha: 0.01 },
        { delta: -1, varianceLogAlpha: 0.01 },
      ],
      tail,
    );
    expect(sure?.delta).toBeGreaterThan(unsure?.delta ?? Infinity);
    expect(sure?.large).toBeGreaterThan(unsure?.large ?? Infinity);
    expect((unsure?.negligible ?? NaN) + (unsure?.moderate ?? NaN) + (unsure?.large ?? NaN)).toBeCloseTo(1, 12);
    expect(unsure?.moderate).toBeGreaterThan(0.05);
  });

  it('adaptive rows are refused by raw score and taken by ability', () => {
    expect(() =>
      twoGroups(
        responseMatrix([
          [1, null],
          [0, 1],
        ]),
        [0, 1],
      ),
    ).toThrow(/complete/);
    expect(() =>
      twoGroups(
        responseMatrix([
          [1, 0],
          [0, 1],
        ]),
        [0, 0],
      ),
    ).toThrow(/both groups/);
    const theta = rows.map((row) => row.reduce((sum, value) => sum + value, 0));
    const strata = strataByAbility(
      theta,
      isFocal,
      rows.map((row) => row[3] ?? 0),
    );
    expect(strata.reduce((sum, { a, b, c, d }) => sum + a + b + c + d, 0)).toBe(rows.length);
    expect(mantelHaenszelIn(strata).delta).toBeLessThan(-1);
  });

  it('a fair item is flagged as often as the level says', () => {
    const replications = isFull ? 2000 : 60;
    let [mh, logistic, days, count] = [0, 0, 0, 0];
    for (let r = 0; r < replications; r += 1) {
      const fair = study(250, 0, 100 + r);
      const both = twoGroups(responseMatrix(fair.rows), fair.isFocal);
      mantelHaenszel(both, { continuity: false }).forEach((row) => {
        mh += row?.isFlagged === true ? 1 : 0;
        count += 1;
      });
      breslowDay(both).forEach((row) => {
        days += row?.isFlagged === true ? 1 : 0;
      });
      logisticDif(both).forEach((row) => {
        logistic += row?.isFlagged === true ? 1 : 0;
      });
    }
    // Items of one replication hang together: five times the binomial error at reduced counts.
    recordFigures('dif-error-rates-by-score', {
      replications,
      level: 0.05,
      personsInEachGroup: 250,
      rates: { 'Mantel–Haenszel': mh / count, logistic: logistic / count, 'Breslow–Day': days / count },
    });
    const slack = isFull ? 0.01 : 5 * Math.sqrt((0.05 * 0.95) / count);
    expect(Math.abs(mh / count - 0.05)).toBeLessThan(slack);
    expect(Math.abs(logistic / count - 0.05)).toBeLessThan(slack);
    expect(Math.abs(days / count - 0.05)).toBeLessThan(slack);
  }, 900_000);
});
