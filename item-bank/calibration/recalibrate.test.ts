import { createRng } from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import type { ItemParameterRow } from '../releases/release.ts';
import { type RecalibrationRequest, recalibrate } from './recalibrate.ts';
import { ResponseRows } from './response-rows.ts';
import type { ResponseData } from './stream-responses.ts';

const row = (n: number, shift = 0): ItemParameterRow => ({
  id: `I${n}`,
  model: 'logistic',
  slope: 1,
  difficulty: (n - 5) / 3 + shift,
  exposure: 1,
  origin: 'expert-guess',
});
const ten = Array.from({ length: 10 }, (_, n) => n);

/** Answers of persons whose mean ability is 0 to items of difficulty (n − 5)/3, each item seen by seven in ten. */
function answers(persons: number): (number | null)[][] {
  const rng = createRng(7);
  return Array.from({ length: persons }, () => {
    const theta = rng.normal();
    return ten.map((n) =>
      rng.uniform() < 0.3 ? null : rng.uniform() < 1 / (1 + Math.exp((n - 5) / 3 - theta)) ? 1 : 0,
    );
  });
}

function dataOf(items: readonly string[], cells: readonly (readonly (number | null)[])[]): ResponseData {
  const rows = new ResponseRows();
  cells.forEach((row, person) =>
    row.forEach((cell, item) => {
      if (cell !== null) rows.add(person, item, cell);
    }),
  );
  return { items, persons: cells.map((_, n) => `p${n}`), matrix: rows.sorted(cells.length, items.length), remarks: [] };
}
const summaryOf = (
  items: readonly string[],
  cells: readonly (readonly (number | null)[])[],
  request: RecalibrationRequest,
) => recalibrate(dataOf(items, cells), request).summary;
const bank = (ids: readonly string[], pretest: readonly string[] = []): RecalibrationRequest['items'] =>
  ids.map((id) => ({ id, version: 1, isPretest: pretest.includes(id) }));

describe('recalibration', () => {
  const items = ten.map((n) => `I${n}`);
  const request = { model: 'rasch' as const, anchors: 'linked' as const, items: bank(items) };

  it('finds the difficulties again, on the scale of the old ones wherever its zero is', () => {
    const cycles: number[] = [];
    const {
      items: found,
      link,
      persons,
      converged,
    } = summaryOf(items, answers(2000), {
      ...request,
      parameters: ten.map((n) => row(n, 4)),
      onCycle: (cycle) => cycles.push(cycle),
    });
    expect(converged).toBe(true);
    expect(persons).toBeGreaterThan(1990);
    expect(cycles.length).toBeGreaterThan(2);
    expect(link?.items).toBe(10);
    expect(link?.shift).toBeCloseTo(4, 0);
    found.forEach(({ estimate, fit }, n) => {
      expect(Math.abs((estimate?.difficulty ?? 99) - ((n - 5) / 3 + 4))).toBeLessThan(0.25);
      expect(estimate?.difficultyStandardError).toBeLessThan(0.12);
      // Seven answers a person: the abilities follow them a little, and mean squares stay below 1.
      expect(Math.abs((fit?.infit ?? 9) - 0.9)).toBeLessThan(0.15);
      expect(fit?.rmsd).toBeLessThan(0.05);
    });
  });
  it('stays on the scale of the persons without anchors', () => {
    const { items: found, link } = summaryOf(items, answers(1000), {
      ...request,
      anchors: 'none',
      parameters: ten.map((n) => row(n, 4)),
    });
    expect(link).toBeUndefined();
    expect(found[5]?.estimate?.difficulty).toBeCloseTo(0, 0);
  });
  it('new items go on the scale of fixed ones, which keep their parameters and are judged', () => {
    const { items: found, link } = summaryOf(items, answers(2000), {
      ...request,
      anchors: 'fixed',
      parameters: ten.slice(0, 7).map((n) => row(n, 4)),
    });
    expect(link).toBeUndefined();
    found.forEach(({ estimate, fit }, n) => {
      expect(Math.abs((estimate?.difficulty ?? 99) - ((n - 5) / 3 + 4))).toBeLessThan(n < 7 ? 1e-12 : 0.25);
      expect(fit?.rmsd).toBeLessThan(0.05);
      if (n >= 7) expect(estimate?.difficultyStandardError).toBeGreaterThan(0.03);
    });
    const again = (known: readonly number[]) => () =>
      summaryOf(items, answers(200), { ...request, anchors: 'fixed', parameters: known.map((n) => row(n)) });
    expect(again(ten)).toThrow(expect.objectContaining({ code: 'nothing-new' }));
    expect(again([1, 2])).toThrow(expect.objectContaining({ code: 'too-few-anchors' }));
  });
  it('leaves out what all have right, and what the bank does not know, and says so', () => {
    const rows = answers(300).map((cells) => [...cells, 1, 0]);
    const { items: found } = summaryOf([...items, 'I10', 'X'], rows, {
      ...request,
      items: bank([...items, 'I10']),
      parameters: ten.map((n) => row(n)),
    });
    expect(found[10]).toMatchObject({ id: 'I10', light: 'drop', reasons: ['no-variance'] });
    expect(found[11]).toMatchObject({ id: 'X', light: 'drop', reasons: ['not-in-bank'] });
    expect(found[10]?.estimate).toBeUndefined();
  });
  it('refuses too few items, persons and anchors by name', () => {
    const all = (change: object) => () =>
      summaryOf(items, answers(200), { ...request, parameters: ten.map((n) => row(n)), ...change });
    expect(all({ items: bank(['I1']) })).toThrow(expect.objectContaining({ code: 'too-few-items' }));
    expect(all({ parameters: [row(1), row(2)] })).toThrow(expect.objectContaining({ code: 'too-few-anchors' }));
    expect(() =>
      summaryOf(
        items,
        [
          [0, 1, ...ten.slice(2).map(() => null)],
          [1, 0, ...ten.slice(2).map(() => null)],
        ],
        { ...request, parameters: [] },
      ),
    ).toThrow(expect.objectContaining({ code: 'too-few-persons' }));
  });
  it("is the command's calibration: the outcome has the same numbers, and abilities of everybody who answered", () => {
    const { summary, outcome } = recalibrate(dataOf(items, answers(400)), {
      ...request,
      model: '2pl',
      parameters: ten.map((n) => row(n, 1)),
    });
    expect(outcome.calibration).toMatchObject({
      model: '2pl',
      anchors: 'linked',
      logLikelihood: summary.logLikelihood,
    });
    expect(summary.items.map(({ estimate }) => estimate)).toEqual(outcome.calibration?.estimates);
    expect(outcome.takers).toHaveLength(summary.persons);
  });
  it('estimates the chance of guessing right, under the stated priors', () => {
    const rng = createRng(3);
    const cells = Array.from({ length: 3000 }, () => {
      const theta = rng.normal();
      return ten.map((n) => (rng.uniform() < 0.25 + 0.75 / (1 + Math.exp(1.3 * ((n - 5) / 3 - theta))) ? 1 : 0));
    });
    const { items: found, converged } = summaryOf(items, cells, {
      ...request,
      model: '3pl',
      anchors: 'none',
      parameters: [],
    });
    expect(converged).toBe(true);
    for (const { estimate } of found) {
      expect(estimate?.lower).toBeGreaterThan(0.1);
      expect(estimate?.lower).toBeLessThan(0.4);
      expect(estimate?.lowerStandardError).toBeGreaterThan(0);
    }
  });
  it('pretest items are the new ones on a fixed scale, whatever parameters they have', () => {
    const { items: found } = summaryOf(items, answers(600), {
      ...request,
      anchors: 'fixed',
      items: bank(items, ['I8', 'I9']),
      parameters: ten.map((n) => row(n)),
    });
    expect(found.filter(({ isFixed }) => isFixed !== true).map(({ id }) => id)).toEqual(['I8', 'I9']);
  });
  it('an item that is to be dropped does not link, and a guess cannot have moved', () => {
    const turned = answers(2000).map((cells) => cells.map((cell, n) => (n === 9 && cell !== null ? 1 - cell : cell)));
    const { items: found, link } = summaryOf(items, turned, {
      ...request,
      model: '2pl',
      parameters: ten.map((n) => row(n, n === 0 ? 3 : 0)),
    });
    expect(found[9]).toMatchObject({ light: 'drop' });
    expect(found[9]?.reasons).toContain('negative-slope');
    expect(link?.items).toBe(8);
    expect(found[0]?.reasons).not.toContain('moved');
    const measured = summaryOf(items, turned, {
      ...request,
      model: '2pl',
      parameters: ten.map((n) => ({ ...row(n, n === 0 ? 3 : 0), origin: 'calibrated' as const })),
    });
    expect(measured.items[0]?.reasons).toContain('moved');
  });
  it("takes journal rows of the present version for the bank's item, and others for strangers", () => {
    const { items: found, persons } = summaryOf(
      ten.map((n) => `I${n}@${n === 4 ? 2 : 1}`),
      answers(300),
      { ...request, anchors: 'none', parameters: [] },
    );
    expect(found.map(({ id }) => id)).toEqual(ten.map((n) => (n === 4 ? 'I4@2' : `I${n}`)));
    expect(found[4]?.reasons).toEqual(['not-in-bank']);
    expect(persons).toBe(300);
  });
});
