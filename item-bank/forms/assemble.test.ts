import { describe, expect, it } from 'vitest';
import { ChoiceItem } from '../items/item.ts';
import { LinearPart } from '../specifications/specification.ts';
import { assembleForm } from './assemble.ts';

const item = (id: string, slot: string, part: string, options: number, use = 'operational') =>
  ChoiceItem.parse({
    id,
    version: 1,
    use,
    attributes: { slot, part },
    enemies: [],
    kind: 'choice',
    key: 0,
    rationale: '',
    languages: {
      nl: {
        stem: { text: 'Wat?', audio: { id: 'q.mp3', contentType: 'audio/mpeg', durationMs: 1 } },
        options: Array.from({ length: options }, (_, n) => ({ text: String(n) })),
      },
    },
  });
const part = LinearPart.parse({
  kind: 'linear',
  id: 'reading',
  slots: [
    { id: 'S1', part: 'signs' },
    { id: 'T1', part: 'texts' },
    { id: 'S2', part: 'signs' },
  ],
  options: { fewest: 2, most: 4 },
  pretest: 2,
  limitMs: 1000,
});
const items = [
  item('s1', 'S1', 'signs', 2),
  item('s2', 'S2', 'signs', 3),
  item('t1', 'T1', 'texts', 4),
  item('p1', 'P', 'signs', 2, 'pretest'),
  item('p2', 'P', 'nowhere', 2, 'pretest'),
];
const form = (from: readonly ChoiceItem[]) =>
  assembleForm({ part, items: from, seed: 'seed', language: 'nl', excluded: new Set() });

describe('a form', () => {
  it('has its parts one after another, as the blueprint first names them, pretest items among their own', () => {
    expect(form(items).map((position) => position.part)).toEqual(['signs', 'signs', 'signs', 'texts', 'texts']);
    expect(form(items).find(({ item: { id } }) => id === 'p2')).toMatchObject({ part: 'texts', scored: false });
  });
  it('takes no item with more options than its part allows, and names the slot that stays empty', () => {
    const wide = [...items.filter(({ id }) => id !== 't1'), item('t9', 'T1', 'texts', 5)];
    expect(() => form(wide)).toThrow('slot T1');
  });
});
