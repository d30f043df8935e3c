import { expect, it } from 'vitest';
import { seatName } from './seats.ts';

it.each([
  [[0, 0, 0], 'blauwe vos 10'],
  [[7, 9, 89], 'paarse reiger 99'],
  [[8, 10, 90], 'blauwe vos 10'],
  [[255, 255, 255], 'paarse merel 85'],
])('three bytes %j are the seat %s', (bytes, name) => expect(seatName(Uint8Array.from(bytes))).toBe(name));
