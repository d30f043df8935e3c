import { describe, expect, it } from 'vitest';
import { DisjointSets } from './disjoint-sets.ts';

describe('disjoint sets', () => {
  it('are single numbers until they are joined', () => {
    expect(new DisjointSets(3).sets()).toEqual([[0], [1], [2]]);
  });

  it('join whole, in whatever order', () => {
    const sets = new DisjointSets(6);
    for (const [one, other] of [
      [4, 1],
      [5, 3],
      [3, 4],
    ] as const)
      sets.join(one, other);
    expect(sets.sets()).toEqual([[0], [1, 3, 4, 5], [2]]);
    expect(sets.rootOf(1)).toBe(sets.rootOf(5));
    expect(sets.rootOf(0)).not.toBe(sets.rootOf(1));
  });

  it('stay as they are when they are one already', () => {
    const sets = new DisjointSets(2);
    sets.join(0, 1);
    sets.join(1, 0);
    expect(sets.sets()).toEqual([[0, 1]]);
  });
});
