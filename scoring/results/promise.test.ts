import { expect, it } from 'vitest';
import { promisedAt } from './promise.ts';

it('a result is promised for two weeks after the end of the test', () => {
  expect(promisedAt('2026-11-23T09:00:00.000Z')).toBe('2026-12-07T09:00:00.000Z');
});
