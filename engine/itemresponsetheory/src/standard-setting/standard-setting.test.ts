import { describe, expect, it } from 'vitest';
import { itemInformation } from '../information/item.ts';
import { expectedScore } from '../models/probability.ts';
import { createRng } from '../numeric/rng.ts';
import { createItemParameters } from '../parameters/item-parameters.ts';
import { angoff } from './angoff.ts';
import { bookmark, orderedBooklet, responseLocation } from './bookmark.ts';
import { borderlineGroup, borderlineRegression, contrastingGroups } from './groups.ts';

const bank = createItemParameters([{ model: 'logistic', id: 'a', difficulty: -1 }, { model: 'logistic', id: 'b', slope: 1.5, difficulty: 0.4 }, { model: 'logistic', id: 'c', difficulty: 1, lower: 0.25 }, { model: 'generalized-partial-credit', id: 'd', steps: [-0.5, 0.8] }]);

describe('standard setting', () => {
  it('Angoff: the cut, its error and the judges by hand', () => {
    const { cut, standardError, judges, variance } = angoff([[0.5, 0.7, 0.9], [0.4, 0.6, 0.8], [0.6, 0.8, 1]]);
    expect(cut).toBeCloseTo(2.1, 12);
    expect(standardError).toBeCloseTo(0.3 / Math.sqrt(3), 12);
    expect(judges.map((judge) => judge.cut)).toEqual([expect.closeTo(2.1, 12), expect.closeTo(1.8, 12), expect.closeTo(2.4, 12)]);
    expect(judges[0]?.agreement).toBeCloseTo(1, 12);
    expect(variance.residual).toBeCloseTo(0, 12);
    expect(variance.judge).toBeCloseTo(0.01, 12);
    expect(() => angoff([[0.5, 1.2], [0.4, 0.6]])).toThrow(/ratings\[0\]\[1\]/);
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
    const persons = Array.from({ length: 800 }, () => { const ability = 30 + 8 * random.normal(); return { score: ability + random.normal(), isMaster: ability + 3 * random.normal() > 33, rating: Math.max(1, Math.min(5, Math.round(3 + (ability - 33) / 6))) }; });
    const contrasting = contrastingGroups(persons, createRng(1), 200);
    expect(Math.abs(contrasting.cut - 33)).toBeLessThan(4 * contrasting.standardError);
    expect(contrasting.standardError).toBeLessThan(1);
    const border = borderlineGroup(persons.filter(({ rating }) => rating === 3).map(({ score }) => score), createRng(2), 200);
    expect(Math.abs(border.cut - 33)).toBeLessThan(2);
    const regression = borderlineRegression(persons, 3, createRng(3), 200);
    expect(Math.abs(regression.cut - 33)).toBeLessThan(1.5);
    expect(() => contrastingGroups(persons.map((person) => ({ ...person, isMaster: true })), createRng(4))).toThrow(/masters/);
    expect(contrastingGroups([{ score: 1, isMaster: false }, { score: 2, isMaster: false }, { score: 4, isMaster: true }, { score: 5, isMaster: true }], createRng(5), 20).cut).toBe(3);
  });
});
