/** What a fixture calls disputed exists in it, and says why. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Comparison, type Disputable, segmentsOf } from './comparison.ts';
import { readReference, referenceFolder } from './folder.ts';

function at(value: unknown, [first, ...rest]: readonly string[]): unknown {
  if (first === undefined) return value;
  return value !== null && typeof value === 'object' ? at(Reflect.get(value, first), rest) : undefined;
}

const files = readdirSync(referenceFolder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .sort();

it.each(files)('%s', (file) => {
  const fixture = readReference<Disputable>(file);
  const missing = (fixture.disputed ?? []).filter(
    ({ path, why }) => why.trim() === '' || at(fixture, segmentsOf(path)) === undefined,
  );
  expect(missing).toEqual([]);
});

describe('a comparison', () => {
  const fixture = { items: [{ b: 1 }, { b: 2 }], disputed: [{ path: 'items[1].b', why: 'it stopped early' }] };
  it('holds ours against the peer, but for what is disputed and has no definition', () => {
    const comparison = new Comparison(fixture);
    comparison.near('items[0].b', 1.5, 1, { within: 0.1 });
    comparison.near('items[1].b', 2.5, 2, { within: 0.1 });
    comparison.near('/items/1/b', 2.5, 2, { within: 0.1, definition: 3 });
    expect(comparison.off).toEqual(['items[0].b: 1.5 for 1', '/items/1/b: 2.5 for 3']);
  });
  it('takes null for what is not a number, and fails where nothing was compared', () => {
    const comparison = new Comparison(fixture);
    comparison.near('items[0].b', NaN, null, { within: 0 });
    comparison.near('items[0].b', 0, null, { within: 0 });
    expect(comparison.off).toEqual(['items[0].b: 0 for NaN']);
    expect(() => new Comparison(fixture).done()).toThrow();
  });
});
