import { describe, expect, it } from 'vitest';
import { type PageStanding, fenceOf, isOver, isWatching } from './standing.ts';

const table: readonly (readonly [PageStanding, { fence?: number; isOver: boolean; isWatching: boolean }])[] = [
  [{ name: 'opening' }, { isOver: false, isWatching: true }],
  [{ name: 'taking' }, { isOver: false, isWatching: true }],
  [{ name: 'waiting' }, { isOver: false, isWatching: true }],
  [
    { name: 'writing', fence: 2 },
    { fence: 2, isOver: false, isWatching: true },
  ],
  [
    { name: 'finished', fence: 2 },
    { fence: 2, isOver: false, isWatching: false },
  ],
  [
    { name: 'fenced', fence: 2, mayReturn: true },
    { fence: 2, isOver: true, isWatching: false },
  ],
  [
    { name: 'expired', fence: undefined },
    { isOver: true, isWatching: false },
  ],
  [
    { name: 'left', fence: 2 },
    { fence: 2, isOver: true, isWatching: false },
  ],
];

describe('how a page stands to the session', () => {
  it.each(table)('%j', (standing, { fence, ...rest }) => {
    expect(fenceOf(standing)).toBe(fence);
    expect({ isOver: isOver(standing), isWatching: isWatching(standing) }).toEqual(rest);
  });
});
