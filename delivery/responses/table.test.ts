import { expect, it } from 'vitest';
import type { ResponseRow } from './read.ts';
import { responseTable } from './table.ts';

const row = (session: string, item: string, category: number | null, version = 1): ResponseRow => ({ session, item, version, scored: true, category, choice: null, position: 1 });

it('has a row for each session and a column for each item that was given in its present version', () => {
  const rows = [row('s1', 'A', 1), row('s1', 'B', 0), row('s2', 'A', 0, 2), row('s2', 'B', 1), row('s3', 'A', null), row('s4', 'X', 1)];
  expect(responseTable(rows, new Map([['A', 1], ['B', 1], ['C', 1]]))).toEqual({ items: ['A', 'B'], persons: ['s1', 's2'], rows: [[1, 0], [null, 1]] });
});
it('is empty when nothing was answered', () => expect(responseTable([], new Map([['A', 1]]))).toEqual({ items: [], persons: [], rows: [] }));
