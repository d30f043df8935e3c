import { expect, it } from 'vitest';
import { type Filter, filters, isAbout } from './filters.ts';
import { rowOf } from './room-row.suite.ts';

it.each<[Filter, readonly string[]]>([
  ['open', ['Ann', 'Bea', 'Cem', 'Dua', 'Eva', 'Fay']],
  ['active', ['Ann', 'Bea', 'Fay']],
  ['help', ['Ann']],
  ['lost', ['Bea']],
  ['waiting', ['Cem']],
  ['paused', ['Dua']],
  ['registered', ['Eva']],
  ['red', ['Fay']],
  ['closed', ['Gil']],
])('%s', (name, found) => {
  const room = [
    rowOf('Ann', { handRaisedAt: '2026-11-23T10:00:00.000Z' }),
    rowOf('Bea', { connection: 'lost' }),
    rowOf('Cem', { status: 'arrived' }),
    rowOf('Dua', { status: 'paused' }),
    rowOf('Eva', { status: 'registered' }),
    rowOf('Fay', { incidents: { notice: 0, warning: 0, critical: 1 } }),
    rowOf('Gil', { status: 'closed', connection: 'lost', faults: ['sound'] }),
  ];
  expect(room.filter(filters[name]).map(({ session }) => session)).toEqual(found);
});

it.each([
  ['zoe', true],
  ['vos', true],
  ['  VOS Zoë', true],
  ['vos 8', false],
  ['', true],
])('“%s” is about Zoë at the blue fox: %s', (typed, is) => {
  expect(isAbout(rowOf('Zoë Proefpersoon', { seat: 'blauwe vos 7' }), typed)).toBe(is);
});
