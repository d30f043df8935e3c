import { describe, expect, it } from 'vitest';
import { scoreChoice } from './score.ts';

describe('the score of a choice', () => {
  it.each([
    [2, 2, 1],
    [2, 1, 0],
    [0, 0, 1],
    [0, undefined, 0],
  ])('key %i, chosen %s: %i', (key, choice, score) => {
    expect(scoreChoice({ key }, choice)).toBe(score);
  });
});
