import { createItemParameters } from 'itemresponsetheory';
import { expect, it } from 'vitest';
import { curveChart } from './curve.ts';
import { informationChart, itemChart } from './item.ts';

const bank = createItemParameters([
  { model: 'logistic', id: 'a', difficulty: 0.5 },
  { model: 'logistic', id: 'b', slope: 1.4, difficulty: -1 },
]);
const words = { title: 'Item <a>', description: 'Kans & informatie', ability: 'θ', probability: 'P', information: 'I' };

it('draws with a title and a description, escaped, and without inline style', () => {
  const svg = itemChart(bank, 0, words, [{ x: 1.5, name: 'B1' }]);
  expect(svg).toContain('<title>Item &#60;a&#62;</title>');
  expect(svg).toContain('Kans &#38; informatie');
  expect(svg).not.toMatch(/style=|NaN|undefined/);
});
it('puts P = 1/2 at the difficulty: the middle of the axis from 0 to 1', () => {
  const points = /points="([^"]+)"/.exec(itemChart(bank, 0, words))?.[1]?.split(' ') ?? [];
  const [, y] = points[45]?.split(',') ?? [];
  expect(Number(y)).toBeCloseTo((16 + 320 - 44) / 2, 0);
});
it('adds information over items', () => expect(informationChart(bank, [0, 1], words, [])).not.toContain('NaN'));
it('keeps the names of many lines within the picture, in as many rows as they need', () => {
  const chart = (count: number): string =>
    curveChart({
      title: 't',
      description: 'd',
      x: { label: 'x', from: 0, to: 1 },
      y: { label: 'y', from: 0, to: 1 },
      lines: Array.from({ length: count }, (_, n) => ({
        name: `a long name ${n}`,
        points: [
          [0, 0],
          [1, 1],
        ],
      })),
    });
  const [, width = 0, height = 0] = (/viewBox="0 0 (\d+) (\d+)"/.exec(chart(12)) ?? []).map(Number);
  const names = [...chart(12).matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*>a long name/g)].map(
    ([, x, y]) => [Number(x), Number(y)] as const,
  );
  expect(names).toHaveLength(12);
  for (const [x, y] of names) {
    expect(x + 7 * 13).toBeLessThan(width);
    expect(y).toBeLessThan(height);
  }
  expect(new Set(names.map(([, y]) => y)).size).toBeGreaterThan(1);
});
