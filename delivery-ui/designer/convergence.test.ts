import { expect, it } from 'vitest';
import { convergence } from './convergence.ts';

it('goes from the first change to the last', () =>
  expect([convergence(5), convergence(1), convergence(1e-3), convergence(1e-6), convergence(0)]).toEqual([
    0, 0, 0.5, 1, 1,
  ]));
