import { describe, expect, it } from 'vitest';
import { Specification } from './specification.ts';

/** As the program wrote it before a specification named its regime and its numbers of options. */
const before = {
  id: 'mo',
  version: 1,
  title: { nl: 'MO' },
  banks: ['mo'],
  languages: ['nl'],
  practice: [],
  parts: [{ kind: 'linear', id: 'mo', slots: [{ id: 'A1', part: 'values' }], pretest: 0, limitMs: 1000 }],
  synthetic: true,
};
const linear = { ...before.parts[0] };

describe('a specification', () => {
  it('of before is decided by the regimes of its own name, and its items have three options', () => {
    expect(Specification.parse(before)).toMatchObject({
      regime: 'mo',
      parts: [{ options: { fewest: 3, most: 3 } }],
    });
  });
  it('says what it names', () => {
    const own = { ...before, regime: 'reading', parts: [{ ...linear, options: { fewest: 2, most: 6 } }] };
    expect(Specification.parse(own)).toMatchObject({ regime: 'reading', parts: [{ options: { fewest: 2, most: 6 } }] });
    expect(Specification.parse(Specification.parse(own))).toEqual(Specification.parse(own));
  });
  it('may call a part something of its own', () => {
    const own = { ...before, parts: [{ ...linear, title: { nl: 'Kennis' } }] };
    expect(Specification.parse(own)).toMatchObject({ parts: [{ title: { nl: 'Kennis' } }] });
  });
  it('has questions with options in one part at most: a second would draw from the same items', () => {
    const speaking = { kind: 'speaking', id: 'speaking', tasks: ['S1', 'S2'] };
    const accepts = (...parts: object[]) => Specification.safeParse({ ...before, parts }).success;
    expect(accepts(linear, speaking)).toBe(true);
    expect(accepts(linear, { ...linear, id: 'second' })).toBe(false);
  });
  it.each([
    ['one option', { options: { fewest: 1, most: 3 } }],
    ['seven options', { options: { fewest: 2, most: 7 } }],
    ['more at least than at most', { options: { fewest: 4, most: 3 } }],
    ['a part without a name', { id: '' }],
    ['a part whose name is no name', { id: 'Deel 1' }],
  ])('is refused: %s', (_, change) => {
    expect(Specification.safeParse({ ...before, parts: [{ ...linear, ...change }] }).success).toBe(false);
  });
});
