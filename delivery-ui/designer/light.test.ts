import { expect, it } from 'vitest';
import { light } from './light.ts';

it('says nothing before thirty responses, then looks at the share right', () => {
  expect([
    light({ given: 29, right: 0 }),
    light({ given: 30, right: 20 }),
    light({ given: 100, right: 19 }),
    light({ given: 100, right: 98 }),
  ]).toEqual(['few', 'keep', 'look', 'look']);
});
