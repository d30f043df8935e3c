import { expect, it } from 'vitest';
import type { RoomSession } from '../../server/api/invigilator/protocol.ts';
import { csv, csvCell } from './csv.ts';
import { byNeed } from './order.ts';

const session = (name: string, change: Partial<RoomSession> = {}): RoomSession => ({
  session: name,
  name,
  test: 'mo',
  title: { nl: 'MO' },
  language: 'nl',
  contactLanguage: 'nl',
  status: 'active',
  step: { name: 'linear' },
  connection: 'connected',
  faults: [],
  incidents: { notice: 0, warning: 0, critical: 0 },
  outageMs: 0,
  givenBackMs: 0,
  heldAnswers: [],
  ...change,
});

it('a raised hand first, the longest waiting before; then who waits at the door, who was lost, the rest', () => {
  const room = [
    session('Zoe'),
    session('Ann', { status: 'closed' }),
    session('Bea', { connection: 'lost' }),
    session('Cem', { status: 'arrived' }),
    session('Dua', { handRaisedAt: '2026-11-23T10:01:00.000Z' }),
    session('Eva', { handRaisedAt: '2026-11-23T10:00:00.000Z' }),
  ];
  expect(byNeed(room).map(({ name }) => name)).toEqual(['Eva', 'Dua', 'Cem', 'Bea', 'Zoe', 'Ann']);
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
