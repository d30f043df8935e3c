import { expect, it } from 'vitest';
import type { ResponseRow } from './read.ts';
import { SessionResponses } from './response-data.ts';

const row = (session: string, item: string, category: number | null, version = 1): ResponseRow => ({
  session,
  item,
  version,
  scored: true,
  category,
  choice: null,
  position: 1,
});
function gathered(rows: readonly ResponseRow[], versions: ReadonlyMap<string, number>) {
  const responses = new SessionResponses(versions);
  for (const one of rows) responses.add(one);
  return responses.data();
}

it('has a row for each session and a column for each item that was given in its present version', () => {
  const rows = [
    row('s1', 'A', 1),
    row('s1', 'B', 0),
    row('s2', 'A', 0, 2),
    row('s2', 'B', 1),
    row('s3', 'A', null),
    row('s4', 'X', 1),
  ];
  const { items, persons, matrix } = gathered(
    rows,
    new Map([
      ['A', 1],
      ['B', 1],
      ['C', 1],
    ]),
  );
  expect({ items, persons }).toEqual({ items: ['A', 'B'], persons: ['s1', 's2'] });
  expect(matrix).toEqual({
    persons: 2,
    items: 2,
    rowStart: Uint32Array.from([0, 2, 3]),
    item: Uint32Array.from([0, 1, 1]),
    category: Uint8Array.from([1, 0, 1]),
    arrival: Uint32Array.from([0, 1, 2]),
  });
});
it('is empty when nothing was answered', () =>
  expect(gathered([], new Map([['A', 1]]))).toMatchObject({
    items: [],
    persons: [],
    matrix: { persons: 0, items: 0 },
  }));

it('name the sessions that could not be read, in the remarks of every report on them', () => {
  const responses = new SessionResponses(new Map([['A', 1]]));
  responses.leaveOut('s9');
  responses.add(row('s1', 'A', 1));
  expect(responses.data()).toMatchObject({
    persons: ['s1'],
    remarks: [{ code: 'sessions-refused', count: 1, names: ['s9'] }],
  });
});
