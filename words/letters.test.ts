import { expect, it } from 'vitest';
import { answerLetters } from './letters.ts';

it.each([
  ['nl', 'ABC'],
  ['uk', 'ABC'],
  ['ar', 'أبج'],
])('%s', (language, letters) => {
  expect(answerLetters(language).slice(0, 3)).toBe(letters);
});

it('are enough for every number of answers, and all different', () => {
  for (const language of ['nl', 'ar']) expect(new Set(answerLetters(language)).size).toBe(8);
});
