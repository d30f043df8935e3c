import { createItemParameters, itemInformation } from 'itemresponsetheory';
import highs from 'highs';
import { assemble, assembleBySolver, createHighsSolver, violations } from 'itemresponsetheory/assembly';
import { describe, expect, it } from 'vitest';
import { type ReferenceItem, readReference, specOf } from './items.ts';

interface Pool {
  items: ReferenceItem[];
  domain: string[];
  words: number[];
  contentBounds: Record<string, [number, number]>;
  enemies: number[][];
  length: number;
  maxWords: number;
  maxInfoAtZero: { objective: number; items: number[] };
  testDesign: { objective: number };
  maximin: { theta: number[]; objective: number };
  minimaxTarget: { theta: number[]; target: number[]; objective: number };
}
const pool = readReference<Pool>('assembly/ata.json');
const names = Object.keys(pool.contentBounds);
const blueprint = {
  length: pool.length,
  classOf: pool.domain.map((name) => names.indexOf(name)),
  bounds: names.map((name) => ({
    name,
    lower: pool.contentBounds[name]?.[0] ?? 0,
    upper: pool.contentBounds[name]?.[1] ?? 0,
  })),
  resources: [{ name: 'words', cost: pool.words, upper: pool.maxWords }],
};
const bank = createItemParameters(pool.items.map(specOf));
const values = Float64Array.from(pool.items, (_, item) => itemInformation(bank, item, 0));

/** Same objective within 1e-6, proved optimal. */
describe('maximum information at 0', () => {
  it.each([
    ['with enemies', pool.enemies.map((set) => set.map((item) => item - 1)), pool.maxInfoAtZero.objective],
    ['without', [], pool.testDesign.objective],
  ] as const)('%s', (_, enemies, objective) => {
    const found = assemble(values, { ...blueprint, enemies });
    expect(found).toMatchObject({ kind: 'assembled', isOptimal: true });
    if (found.kind !== 'assembled') return;
    expect(Math.abs(found.value - objective)).toBeLessThan(1e-6);
    expect(violations({ ...blueprint, enemies }, found.items)).toEqual([]);
    expect(found.items.map((item) => item + 1)).toEqual(pool.maxInfoAtZero.items);
  });
});

describe('several abilities at once', () => {
  const enemies = pool.enemies.map((set) => set.map((item) => item - 1));
  const at = (thetas: readonly number[]): Float64Array[] =>
    thetas.map((theta) => Float64Array.from(pool.items, (_, item) => itemInformation(bank, item, theta)));
  it.each([
    ['the largest smallest information', { kind: 'maximin', values: at(pool.maximin.theta) }, pool.maximin.objective],
    [
      'nearest to a target',
      { kind: 'minimax', values: at(pool.minimaxTarget.theta), targets: pool.minimaxTarget.target },
      pool.minimaxTarget.objective,
    ],
  ] as const)(
    '%s',
    async (_, aim, objective) => {
      const found = assembleBySolver(aim, { ...blueprint, enemies }, bank.size, createHighsSolver(await highs()), {
        seconds: 120,
      });
      expect(found.kind === 'assembled' ? Math.abs(found.value - objective) : NaN).toBeLessThan(1e-6);
    },
    200_000,
  );
});
