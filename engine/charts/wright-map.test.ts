import { createItemParameters } from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import { wrightMap } from './wright-map.ts';

const bank = createItemParameters([
  { model: 'logistic', id: 'A<1>', difficulty: 0.5 },
  { model: 'generalized-partial-credit', id: 'B', steps: [-1, 1] },
]);
const svg = wrightMap(bank, [0, 0.1, 1, 9], {
  title: 'Wright map',
  description: 'Four persons & two items',
  persons: 'persons',
  items: 'items',
  marks: [{ x: 1.5, name: 'B1' }],
});

describe('the Wright map', () => {
  it('names every step, escaped, and the cut', () => {
    for (const name of [
      'A&#60;1&#62;',
      'B.1',
      'B.2',
      '>B1<',
      '<title>Wright map</title>',
      '<desc>Four persons &#38; two items</desc>',
    ])
      expect(svg).toContain(name);
    expect(svg).not.toMatch(/style=|NaN|undefined/);
  });
  it('has a bar for each quarter of a logit with persons, the furthest at the edge', () =>
    expect(svg.match(/fill="#0b5c6b"/g)).toHaveLength(3));
  it('can be drawn without persons', () =>
    expect(wrightMap(bank, [], { title: '', description: '', persons: '', items: '' })).not.toContain('NaN'));
});
