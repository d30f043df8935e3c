import { describe, expect, it } from 'vitest';
import { ChoiceItem, optionCount } from './item.ts';

const version = (options: number) => ({
  stem: { text: 'Wat?', audio: { id: 'q.mp3', contentType: 'audio/mpeg', durationMs: 1 } },
  options: Array.from({ length: options }, (_, n) => ({ text: String(n) })),
});
const item = (languages: object, key = 0): object => ({
  id: 'X',
  version: 1,
  use: 'operational',
  attributes: {},
  enemies: [],
  kind: 'choice',
  key,
  rationale: '',
  languages,
});

describe('a choice item', () => {
  it.each([2, 3, 6])('offers %i options', (count) => {
    expect(optionCount(ChoiceItem.parse(item({ nl: version(count) }, count - 1)))).toBe(count);
  });
  it.each([
    ['one option', item({ nl: version(1) })],
    ['seven options', item({ nl: version(7) })],
    ['a key that is no option', item({ nl: version(3) }, 3)],
    ['another number in another language', item({ nl: version(3), en: version(4) })],
  ])('is refused: %s', (_, wrong) => {
    expect(ChoiceItem.safeParse(wrong).success).toBe(false);
  });
});
