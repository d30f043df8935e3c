import { expect, it } from 'vitest';
import { dropDraft, emptyDraft, keepDraft, missing, readDraft, scoreOfKey } from './draft.ts';

function shelf() {
  const kept = new Map<string, string>();
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => {
      kept.set(name, text);
    },
    removeItem: (name: string) => {
      kept.delete(name);
    },
  };
}

it('a draft survives, belongs to its performance, and goes after submitting', () => {
  const one = shelf();
  keepDraft(one, 'p1', { scores: { TA: 4, RA: 'NR' }, remark: 'stil' });
  expect(readDraft(one, 'p1')).toEqual({ scores: { TA: 4, RA: 'NR' }, remark: 'stil' });
  expect(readDraft(one, 'p2')).toEqual(emptyDraft);
  dropDraft(one, 'p1');
  expect(readDraft(one, 'p1')).toEqual(emptyDraft);
});
it('a broken draft is an empty one', () => {
  const one = shelf();
  one.setItem('meetlat-draft-p', '{');
  expect(readDraft(one, 'p')).toEqual(emptyDraft);
});
it('zero and NR are scores; nothing is missing', () =>
  expect(missing(['TA', 'RA', 'AC'], { TA: 0, RA: 'NR' })).toEqual(['AC']));
it('keys', () =>
  expect(['0', '5', '6', 'n', 'N', 'x'].map(scoreOfKey)).toEqual([0, 5, undefined, 'NR', 'NR', undefined]));
