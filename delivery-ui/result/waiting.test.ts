import { expect, it } from 'vitest';
import { waitMs } from './waiting.ts';

it('often in the first minute, once a minute in the end', () => {
  expect([0, 15, 1000].map(waitMs)).toEqual([4000, 4000, 60_000]);
  expect(waitMs(16)).toBeGreaterThan(4000);
});
