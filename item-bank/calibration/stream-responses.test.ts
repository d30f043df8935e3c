import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type ReadOptions, streamResponses } from './stream-responses.ts';
import { usableOf } from './usable.ts';

const folder = mkdtempSync(join(tmpdir(), 'meetlat-responses-'));
let count = 0;
function file(text: string | Buffer, ending = 'csv'): string {
  const path = join(folder, `${(count += 1)}.${ending}`);
  writeFileSync(path, text);
  return path;
}
const read = (text: string, options?: ReadOptions) => streamResponses(file(text), options);
const rowsOf = ({ matrix, items }: Awaited<ReturnType<typeof read>>) =>
  Array.from({ length: matrix.persons }, (_, person) =>
    Object.fromEntries(
      Array.from(matrix.item.subarray(matrix.rowStart[person], matrix.rowStart[person + 1]), (item, n) => [
        items[item],
        matrix.category[(matrix.rowStart[person] ?? 0) + n],
      ]),
    ),
  );

describe('response files', () => {
  const expected = [{ A: 1, B: 0 }, { B: 2 }];
  it('wide, long in any order, gzip, semicolons and a byte order mark give the same rows', async () => {
    const wide = 'person,A,B\np1,1,0\np2,NA,2\n';
    for (const text of [
      wide,
      'A,B\n1,0\n,2\n',
      '\ufeffperson;A;B\r\np1;1;0\r\np2;;2\r\n',
      'item,response,person\nA,1,p1\nB,2,p2\nB,0,p1\n',
    ])
      expect(rowsOf(await read(text))).toEqual(expected);
    expect(rowsOf(await streamResponses(file(gzipSync(wide), 'csv.gz')))).toEqual(expected);
  });
  it('journal rows: every version an item of its own; what was not scored is said', async () => {
    const lines = [
      { session: 's1', item: 'A', version: 1, scored: true, category: 1, choice: 0, position: 1 },
      { session: 's1', item: 'B', version: 2, scored: false, category: 0, choice: 2, position: 2 },
      { session: 's2', item: 'A', version: 2, scored: true, category: null, choice: null, position: 1 },
    ];
    const data = await streamResponses(file(lines.map((line) => JSON.stringify(line)).join('\n'), 'jsonl'));
    expect(data.items).toEqual(['A@1', 'B@2', 'A@2']);
    expect(rowsOf(data)).toEqual([{ 'A@1': 1, 'B@2': 0 }, {}]);
    expect(data.remarks).toEqual([{ code: 'not-scored', count: 1 }]);
  });
  it('a column of groups is no item', async () => {
    const data = await read('person,group,A,B\np1,x,1,0\np2,y,0,1\n', { groups: 'group' });
    expect([data.items, data.groups]).toEqual([
      ['A', 'B'],
      ['x', 'y'],
    ]);
  });
  it.each([
    ['unknown-category', 'person,A,B\np1,1,x\n', {}],
    ['unknown-category', 'person,A,B\np1,1,64\n', {}],
    ['duplicate-item', 'person,A,A\np1,1,0\n', {}],
    ['duplicate-person', 'person,A,B\np1,1,0\np1,1,0\n', {}],
    ['duplicate-response', 'person,item,response\np1,A,1\np2,A,0\np1,A,0\n', {}],
    ['no-responses', 'person,A\np1,NA\n', {}],
    ['unknown-column', 'person,A\np1,1\n', { groups: 'school' }],
    ['two-groups', 'person,item,response,g\np1,A,1,x\np1,B,1,y\n', { groups: 'g' }],
    ['no-name', 'person,item,response\n,A,1\n', {}],
  ] satisfies [string, string, ReadOptions][])('%s is refused', async (code, text, options) => {
    await expect(read(text, options)).rejects.toMatchObject({ code });
  });
  it('duplicates: the first stands when asked for, and it is counted', async () => {
    const data = await read('person,item,response\np1,A,1\np2,A,0\np1,B,1\np1,A,0\n', { duplicates: 'first' });
    expect(rowsOf(data)).toEqual([{ A: 1, B: 1 }, { A: 0 }]);
    expect(data.remarks).toEqual([{ code: 'duplicates-dropped', count: 1 }]);
  });
  it('a damaged gzip and a missing file are errors', async () => {
    await expect(streamResponses(file('no gzip', 'csv.gz'))).rejects.toThrow();
    await expect(streamResponses(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('what can be calibrated', () => {
  const wide = (rows: readonly string[]): string =>
    `person,A,B,C,D\n${rows.map((row, n) => `p${n},${row}`).join('\n')}\n`;
  const twelve = (row: (n: number) => string): string => wide(Array.from({ length: 12 }, (_, n) => row(n)));
  it('items with one category and persons without a response are left out, and named', async () => {
    const { matrix, items } = await read(
      twelve((n) => (n === 3 ? 'NA,NA,1,NA' : `${n % 2},${n % 3 === 0 ? 1 : 0},1,NA`)),
    );
    const usable = usableOf(matrix, items);
    expect(usable.leftOut).toEqual([
      { item: 'C', why: 'one-category', responses: 12, category: 1 },
      { item: 'D', why: 'no-responses', responses: 0 },
    ]);
    expect([usable.data.persons, usable.data.items, usable.remarks]).toEqual([
      11,
      2,
      [{ code: 'persons-without-responses', count: 1 }],
    ]);
  });
  it('forms that nobody links are refused by name, or held equivalent when told so', async () => {
    const { matrix, items } = await read(
      twelve((n) => (n < 6 ? `${n % 2},${n % 3 === 0 ? 1 : 0},NA,NA` : `NA,NA,${n % 2},${n % 3 === 0 ? 1 : 0}`)),
    );
    expect(() => usableOf(matrix, items)).toThrow(/\{A, B\} \+ \{C, D\}/);
    expect(usableOf(matrix, items, { equivalentGroups: true }).remarks).toEqual([
      { code: 'equivalent-groups', count: 2 },
    ]);
  });
});
