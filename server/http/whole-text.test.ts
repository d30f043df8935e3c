import { describe, expect, it } from 'vitest';
import { brokenText } from './whole-text.ts';

describe('a text of the wire', () => {
  it.each([
    ['a name', { name: 'Amina' }],
    ['a pair', { name: 'A\u{1F600}' }],
    ['no text at all', { a: [1, null, true, { b: 0 }] }],
  ])('whole: %s', (_, body) => expect(brokenText(body)).toBeUndefined());
  it.each([
    ['the first half', { name: 'A\uD83D' }, 'name'],
    ['the second half', { name: '\uDE00A' }, 'name'],
    ['halves in the wrong order', { name: '\uDE00\uD83D' }, 'name'],
    ['deep inside', { a: [{ b: 'x' }, { b: '\uD800' }] }, 'a.1.b'],
    ['the name of a member', { a: { '\uD800': 1 } }, 'a'],
    ['the whole body', '\uD800', ''],
  ])('broken: %s', (_, body, field) => expect(brokenText(body)).toBe(field));
});
