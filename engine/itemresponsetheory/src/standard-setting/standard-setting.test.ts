import { describe, expect, it } from 'vitest';
import { sigmoid } from '../numeric/elementary.ts';
import { impactOf, judgesAsFacet } from './judges.ts';
import { itemInformation } from '../information/item.ts';
import { expectedScore } from '../models/probability.ts';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters } from '../parameters/item-parameters.ts';
import { angoff } from './angoff.ts';
import { overRounds } from './rounds.ts';
import { bookmark, orderedBooklet, responseLocation } from './bookmark.ts';
import { borderlineGroup, borderlineRegression, contrastingGroups } from './groups.ts';

const bank = createItemParameters([
  { model: 'logistic', id: 'a', difficulty: -1 },
  { model: 'logistic', id: 'b', slope: 1.5, difficulty: 0.4 },
  { model: 'logistic', id: 'c', difficulty: 1, lower: 0.25 },
  { model: 'generalized-partial-credit', id: 'd', steps: [-0.5, 0.8] },
]);

describe('standard setting', () => {
  it('Angoff: the cut, its error and the judges by hand', () => {
    const { cut, standardError, judges, variance } = angoff([
      [0.5, 0.7, 0.9],
      [0.4, 0.6, 0.8],
      [0.6, 0.8, 1],
    ]);
    expect(cut).toBeCloseTo(2.1, 12);
    expect(standardError).toBeCloseTo(0.3 / Math.sqrt(3), 12);
    expect(judges.map((judge) => judge.cut)).toEqual([
      expect.closeTo(2.1, 12),
      expect.closeTo(1.8, 12),
      expect.closeTo(2.4, 12),
    ]);
    expect(judges[0]?.agreement).toBeCloseTo(1, 12);
    expect(variance.residual).toBeCloseTo(0, 12);
    expect(variance.judge).toBeCloseTo(0.01, 12);
    expect(() =>
      angoff([
        [0.5, 1.2],
        [0.4, 0.6],
      ]),
    ).toThrow(/ratings\[0\]\[1\]/);
  });

  it('Angoff: errors with the same judges, others, and other items too, from the components', () => {
    const random = createRng('components');
    const ratings = Array.from({ length: 8 }, () => {
      const own = 0.05 * random.normal();
      return Array.from({ length: 30 }, (_, i) =>
        Math.max(0, Math.min(1, 0.35 + 0.01 * i + own + 0.06 * random.normal())),
      );
    });
    const {
      standardError,
      standardErrors: { sameJudges, otherJudges, otherJudgesAndItems },
      variance: { judge, item, residual },
    } = angoff(ratings);
    expect(otherJudges).toBe(standardError);
    expect(otherJudges ** 2).toBeCloseTo((30 ** 2 * judge + 30 * residual) / 8, 10);
    expect(sameJudges ** 2).toBeCloseTo((30 * residual) / 8, 10);
    expect(otherJudgesAndItems ** 2 - otherJudges ** 2).toBeCloseTo(30 * item, 10);
    expect(sameJudges).toBeLessThan(otherJudges);
  });

  it('rounds: the change of the cut over the judges who sat in both, and their spread', () => {
    const round = (cut: number, judges: Readonly<Record<string, number>>) => ({
      cut,
      judges: Object.entries(judges).map(([judge, own]) => ({ judge, cut: own })),
    });
    const [first, second] = overRounds([
      round(20, { An: 16, Bo: 20, Cas: 24 }),
      round(21, { An: 19, Bo: 21, Dee: 23 }),
    ]);
    expect(first).toEqual({ cut: 20, judges: 3, spread: 4 });
    expect(second).toMatchObject({
      cut: 21,
      spread: 2,
      change: { judges: 2, mean: 2, standardError: expect.closeTo(1, 12) },
    });
    expect(() =>
      overRounds([
        {
          cut: 1,
          judges: [
            { judge: 'An', cut: 1 },
            { judge: 'An', cut: 2 },
          ],
        },
      ]),
    ).toThrow(/An.*once/);
  });

  it('Bookmark: the booklet is in order, and a page is where the chance is what was asked', () => {
    const booklet = orderedBooklet(bank, 0.67);
    booklet.forEach(({ item, location }, n) => {
      if (n > 0) expect(location).toBeGreaterThanOrEqual(booklet[n - 1]?.location ?? Infinity);
      expect(expectedScore(bank, item, location) / ((bank.categories[item] ?? 2) - 1)).toBeCloseTo(0.67, 9);
      expect(itemInformation(bank, item, location)).toBeGreaterThan(0);
    });
    expect(responseLocation(bank, 2, 0.2)).toBe(-Infinity);
    const { cut, judges } = bookmark(booklet, [2, 3, 3]);
    expect(cut).toBeCloseTo(((booklet[1]?.location ?? 0) + (booklet[2]?.location ?? 0)) / 2, 12);
    expect(judges).toHaveLength(3);
    expect(() => bookmark(booklet, [0, 2])).toThrow(/marks\[0\]/);
  });

  it('contrasting groups, borderline group and regression find a known border, within their errors', () => {
    const random = createRng('standard');
    const persons = Array.from({ length: 800 }, () => {
      const ability = 30 + 8 * random.normal();
      return {
        score: ability + random.normal(),
        isMaster: ability + 3 * random.normal() > 33,
        rating: Math.max(1, Math.min(5, Math.round(3 + (ability - 33) / 6))),
      };
    });
    const contrasting = contrastingGroups(persons, createRng(1), 200);
    expect(Math.abs(contrasting.cut - 33)).toBeLessThan(4 * contrasting.standardError);
    expect(contrasting.standardError).toBeLessThan(1);
    const border = borderlineGroup(
      persons.filter(({ rating }) => rating === 3).map(({ score }) => score),
      createRng(2),
      200,
    );
    expect(Math.abs(border.cut - 33)).toBeLessThan(2);
    const regression = borderlineRegression(persons, 3, createRng(3), 200);
    expect(Math.abs(regression.cut - 33)).toBeLessThan(1.5);
    expect(() =>
      contrastingGroups(
        persons.map((person) => ({ ...person, isMaster: true })),
        createRng(4),
      ),
    ).toThrow(/masters/);
    expect(
      contrastingGroups(
        [
          { score: 1, isMaster: false },
          { score: 2, isMaster: false },
          { score: 4, isMaster: true },
          { score: 5, isMaster: true },
        ],
        createRng(5),
        20,
      ).cut,
    ).toBe(3);
  });
});

describe('judges as a facet', () => {
  const random = createRng('judges');
  const easiness = Array.from({ length: 40 }, () => 1.2 * random.normal());
  const demand = [0.6, 0, -0.4, 0.2, -0.4];
  const chances = demand.map((d, judge) =>
    easiness.map((e) => {
      const noise = judge === 3 ? 2.5 : 0.4;
      return sigmoid(e + d + noise * random.normal());
    }),
  );

  it('finds who demands more, and who is erratic', () => {
    const { judges, separation } = judgesAsFacet(chances);
    expect(judges.reduce((sum, judge) => sum + judge.demand, 0)).toBeCloseTo(0, 9);
    expect(judges[0]?.demand).toBeGreaterThan(judges[1]?.demand ?? Infinity);
    expect(judges[1]?.demand).toBeGreaterThan(judges[2]?.demand ?? Infinity);
    expect(judges[3]?.infit).toBeGreaterThan(1.5);
    for (const n of [0, 1, 2, 4]) expect(judges[n]?.infit).toBeLessThan(judges[3]?.infit ?? 0);
    expect(separation.p).toBeLessThan(0.01);
    expect(impactOf(0, 0.5, (cut) => sigmoid(-cut))).toEqual({ share: 0.5, low: sigmoid(-0.5), high: sigmoid(0.5) });
  });

  it('refuses too little, and judgements that are all alike', () => {
    expect(() =>
      judgesAsFacet([
        [0.5, 0.5],
        [0.5, 0.5],
      ]),
    ).toThrow(/three judges/);
    expect(() => judgesAsFacet([0, 1, 2].map(() => [0.5, 0.5, 0.5]))).toThrow(/differ/);
  });
});
