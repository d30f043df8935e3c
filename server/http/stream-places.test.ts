import { expect, it } from 'vitest';
import { StreamPlaces } from './stream-places.ts';

it('ends the oldest stream of a holder beyond the most, and nobody else’s', () => {
  const places = new StreamPlaces(2);
  const ended: string[] = [];
  const open = (holder: string, name: string) => places.take(holder, () => ended.push(name));
  open('a', 'a1');
  open('b', 'b1');
  const leave = open('a', 'a2');
  open('a', 'a3');
  expect(ended).toEqual(['a1']);
  leave();
  open('a', 'a4');
  expect(ended).toEqual(['a1']);
  open('a', 'a5');
  expect(ended).toEqual(['a1', 'a3']);
});
