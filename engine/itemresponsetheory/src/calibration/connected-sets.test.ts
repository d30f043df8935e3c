import { expect, it } from 'vitest';
import { connectedItems } from './connected-sets.ts';

it('items are in one set when a chain of persons links them', () => {
  const rows = [[0, 2], [2, 4], [1], [], [3, 5]];
  const rowStart = rows.reduce((starts, row) => [...starts, (starts.at(-1) ?? 0) + row.length], [0]);
  expect(connectedItems({ items: 6, rowStart, item: rows.flat() })).toEqual([[0, 2, 4], [1], [3, 5]]);
});
