import { expect, it } from 'vitest';
import { csv, csvCell } from './csv.ts';
import { byNeed, heldOrder } from './order.ts';
import { rowOf } from './room-row.suite.ts';

const names = (rows: readonly { readonly name?: string | undefined }[]) => rows.map(({ name }) => name);

it('a raised hand first, the longest waiting before; then devices, the line, the door, the rest', () => {
  const room = [
    rowOf('Zoe'),
    rowOf('Ann', { status: 'closed', handRaisedAt: '2026-11-23T09:00:00.000Z' }),
    rowOf('Bea', { connection: 'lost' }),
    rowOf('Cem', { status: 'arrived' }),
    rowOf('Dua', { handRaisedAt: '2026-11-23T10:01:00.000Z' }),
    rowOf('Eva', { handRaisedAt: '2026-11-23T10:00:00.000Z', connection: 'lost' }),
    rowOf('Fay', { faults: ['microphone'] }),
    rowOf('Gil', { status: 'registered' }),
    rowOf('Hal', { status: 'paused' }),
    rowOf('Ida', { status: 'paused', heldAnswers: [{ answer: 'h', number: 3, at: '2026-11-23T10:00:00.000Z' }] }),
    { ...rowOf('Kim'), identity: undefined },
    rowOf('Jan', { incidents: { notice: 0, warning: 0, critical: 1 } }),
  ];
  expect(names(byNeed(room))).toEqual([
    'Eva',
    'Dua',
    'Fay',
    'Jan',
    'Bea',
    'Cem',
    'Ida',
    'Kim',
    'Hal',
    'Zoe',
    'Gil',
    'Ann',
  ]);
});
it('rows that somebody points at stay where they are; who is new comes after them, who left goes', () => {
  const before = byNeed([rowOf('Ann'), rowOf('Bea'), rowOf('Cem')]).map(({ session }) => session);
  const now = [rowOf('Cem', { handRaisedAt: '2026-11-23T10:00:00.000Z' }), rowOf('Ann'), rowOf('Dua')];
  expect(names(heldOrder(before, now))).toEqual(['Ann', 'Cem', 'Dua']);
  expect(names(byNeed(now))).toEqual(['Cem', 'Ann', 'Dua']);
});
it('a cell is never a formula', () => {
  expect(csvCell('=1+1')).toBe('"\'=1+1"');
  expect(
    csv([
      ['a"b', 1],
      [undefined, '-x'],
    ]),
  ).toBe('"a""b","1"\r\n"","\'-x"');
});
