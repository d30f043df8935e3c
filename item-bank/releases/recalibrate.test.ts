import { createRng } from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import { NotCalibrated, appraise, recalibrate } from './recalibrate.ts';
import type { ItemParameterRow } from './release.ts';

const row = (n: number, shift = 0): ItemParameterRow => ({ id: `I${n}`, model: 'logistic', slope: 1, difficulty: (n - 5) / 3 + shift, exposure: 1, origin: 'expert-guess' });
const ten = Array.from({ length: 10 }, (_, n) => n);

/** Answers of persons whose mean ability is 0 to items of difficulty (n − 5)/3, each item seen by seven in ten. */
function answers(persons: number): (number | null)[][] {
  const rng = createRng(7);
  return Array.from({ length: persons }, () => {
    const theta = rng.normal();
    return ten.map((n) => (rng.uniform() < 0.3 ? null : rng.uniform() < 1 / (1 + Math.exp((n - 5) / 3 - theta)) ? 1 : 0));
  });
}

describe('recalibration', () => {
  const items = ten.map((n) => `I${n}`);
  const request = { model: 'rasch' as const, anchors: 'linked' as const, known: items };

  it('finds the difficulties again, on the scale of the old ones wherever its zero is', () => {
    const cycles: number[] = [];
    const { items: found, link, persons, converged } = recalibrate({ items, rows: answers(2000) }, { ...request, parameters: ten.map((n) => row(n, 4)), onCycle: (cycle) => cycles.push(cycle) });
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
    const { items: found, link } = recalibrate({ items, rows: answers(1000) }, { ...request, anchors: 'none', parameters: ten.map((n) => row(n, 4)) });
    expect(link).toBeUndefined();
    expect(found[5]?.estimate?.difficulty).toBeCloseTo(0, 0);
  });
  it('new items go on the scale of fixed ones, which keep their parameters and are judged', () => {
    const { items: found, link } = recalibrate({ items, rows: answers(2000) }, { ...request, anchors: 'fixed', parameters: ten.slice(0, 7).map((n) => row(n, 4)) });
    expect(link).toBeUndefined();
    found.forEach(({ estimate, fit }, n) => {
      expect(Math.abs((estimate?.difficulty ?? 99) - ((n - 5) / 3 + 4))).toBeLessThan(n < 7 ? 1e-12 : 0.25);
      expect(fit?.rmsd).toBeLessThan(0.05);
      if (n >= 7) expect(estimate?.difficultyStandardError).toBeGreaterThan(0.03);
    });
    const again = (known: readonly number[]) => () => recalibrate({ items, rows: answers(200) }, { ...request, anchors: 'fixed', parameters: known.map((n) => row(n)) });
    expect(again(ten)).toThrow(expect.objectContaining({ code: 'nothing-new' }));
    expect(again([1, 2])).toThrow(expect.objectContaining({ code: 'too-few-anchors' }));
  });
  it('leaves out what all have right, and what the bank does not know, and says so', () => {
    const rows = answers(300).map((cells) => [...cells, 1, 0]);
    const { items: found } = recalibrate({ items: [...items, 'I10', 'X'], rows }, { ...request, known: [...items, 'I10'], parameters: ten.map((n) => row(n)) });
    expect(found[10]).toMatchObject({ id: 'I10', light: 'drop', reasons: ['no-variance'] });
    expect(found[11]).toMatchObject({ id: 'X', light: 'drop', reasons: ['not-in-bank'] });
    expect(found[10]?.estimate).toBeUndefined();
  });
  it('refuses too few items, persons and anchors by name', () => {
    const all = (change: object) => () => recalibrate({ items, rows: answers(200) }, { ...request, parameters: ten.map((n) => row(n)), ...change });
    expect(all({ known: ['I1'] })).toThrow(expect.objectContaining({ code: 'too-few-items' }));
    expect(all({ parameters: [row(1), row(2)] })).toThrow(expect.objectContaining({ code: 'too-few-anchors' }));
    expect(() => recalibrate({ items, rows: [[0, 1, ...ten.slice(2).map(() => null)], [1, 0, ...ten.slice(2).map(() => null)]] }, { ...request, parameters: [] })).toThrow(NotCalibrated);
  });
});

describe('the light of an item', () => {
  const good = { responses: 500, estimate: { slope: 1, difficulty: 0.2, difficultyStandardError: 0.1 }, fit: { infit: 1, outfit: 1, rmsd: 0.02 }, old: { slope: 1, difficulty: 0, origin: 'calibrated' as const } };
  const estimate = (change: object) => ({ estimate: { ...good.estimate, ...change } });
  const fit = (change: object) => ({ fit: { ...good.fit, ...change } });
  it.each([
    ['keep', [], {}],
    ['look', ['few'], { responses: 99 }],
    ['look', ['imprecise'], estimate({ difficultyStandardError: 0.31 })],
    ['look', ['misfit'], fit({ infit: 1.4 })],
    ['look', ['misfit'], fit({ rmsd: 0.11 })],
    ['look', ['slope'], estimate({ slope: 0.4 })],
    ['look', ['extreme', 'moved'], estimate({ difficulty: 4.5 })],
    ['keep', [], { ...estimate({ difficulty: 0.9 }), old: { ...good.old, origin: 'expert-guess' as const } }],
    ['drop', ['no-discrimination'], estimate({ slope: 0.1 })],
    ['drop', ['no-discrimination', 'gross-misfit'], { ...estimate({ slope: -0.4 }), ...fit({ outfit: 3 }) }],
    ['drop', ['no-standard-error'], { estimate: { slope: 1, difficulty: 0 } }],
    ['drop', ['no-variance'], { estimate: undefined }],
  ])('%s: %j', (light, reasons, change) => expect(appraise({ ...good, ...change })).toEqual({ light, reasons }));
});
