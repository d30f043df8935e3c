import { describe, expect, it } from 'vitest';
import { rowOf } from './room-row.suite.ts';
import { besides, laidOut, movedTo, planOfRows, seatsOf } from './seat-plan.ts';

const at = (seat: string, name: string, change = {}) => rowOf(name, { seat, ...change });
const shown = (rows: ReturnType<typeof laidOut>) =>
  rows.map((row) => row.map((cell) => cell?.session?.name ?? cell?.seat));
const plan = {
  columns: 3,
  places: [
    { seat: 'vos 2', place: 0 },
    { seat: 'beer 1', place: 4 },
  ],
};
const room = seatsOf([at('vos 2', 'Ann'), at('beer 1', 'Bea')], []);

describe('the plan of the seats', () => {
  it('has everybody at the place that was given, and leaves the gaps', () => {
    expect(shown(laidOut(plan, room))).toEqual([
      ['Ann', undefined, undefined],
      [undefined, 'Bea', undefined],
    ]);
  });
  it('has who has no place yet in rows of their own, by name, and numbers as numbers', () => {
    const seats = seatsOf([at('vos 2', 'Ann'), rowOf('Zoe'), rowOf('Cem 10'), rowOf('Cem 9')], [{ name: 'uil 3' }]);
    expect(shown(laidOut(plan, seats))).toEqual([
      ['Ann', undefined, undefined],
      ['Cem 9', 'Cem 10', 'uil 3'],
      ['Zoe', undefined, undefined],
    ]);
  });
  it('forgets a seat that is gone', () => {
    expect(shown(laidOut(plan, seatsOf([at('vos 2', 'Ann')], [])))).toEqual([['Ann', undefined, undefined]]);
    expect(laidOut(plan, new Map())).toEqual([]);
  });
  it('shows of two sessions at one seat that which is open', () => {
    const before = at('vos 2', 'Ann', { status: 'closed' });
    expect(seatsOf([before, at('vos 2', 'Bea')], [{ name: 'vos 2' }]).get('vos 2')?.session?.name).toBe('Bea');
    expect(seatsOf([at('vos 2', 'Bea'), before], []).get('vos 2')?.session?.name).toBe('Bea');
  });
  it('is kept as it is shown; with another number of columns whoever still fits stays', () => {
    const rows = laidOut(plan, room);
    expect(planOfRows(rows, 3)).toEqual(plan);
    expect(shown(laidOut(planOfRows(rows, 4), room))).toEqual([
      ['Ann', undefined, undefined, undefined],
      [undefined, 'Bea', undefined, undefined],
    ]);
    expect(shown(laidOut(planOfRows(rows, 1), room))).toEqual([['Ann'], ['Bea']]);
  });
  it('whoever is moved to a place that is taken changes with who was there', () => {
    expect(shown(laidOut(movedTo(plan, 'vos 2', 4), room))[1]).toEqual([undefined, 'Ann', undefined]);
    expect(shown(laidOut(movedTo(plan, 'vos 2', 4), room))[0]).toEqual(['Bea', undefined, undefined]);
    expect(shown(laidOut(movedTo(plan, 'vos 2', 1), room))[0]).toEqual([undefined, 'Ann', undefined]);
  });
  it.each([
    ['ArrowRight', 0, 4],
    ['ArrowLeft', 4, 0],
    ['ArrowDown', 1, 4],
    ['ArrowUp', 0, undefined],
    ['Enter', 0, undefined],
  ])('%s goes from %i to %j', (key, from, to) => expect(besides(laidOut(plan, room), from, key)).toBe(to));
});
