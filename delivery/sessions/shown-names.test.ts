import { describe, expect, it } from 'vitest';
import { itemHandle, mediaHandle, optionHandle, optionOrder, turnHandle } from './shown-names.ts';

const items = Array.from({ length: 300 }, (_, n) => `L-${n}`);

describe('the order of options', () => {
  it('is not that of the author: each option stands in each place about as often', () => {
    const places = [0, 1, 2].map((option) =>
      [0, 1, 2].map((place) => items.filter((item) => optionOrder('seed', item, 3)[place] === option).length),
    );
    for (const counts of places) for (const count of counts) expect(count).toBeGreaterThan(70);
  });

  it('is another one in another session, and the same again in the same', () => {
    const same = items.filter((item) => optionOrder('one', item, 3).join() === optionOrder('two', item, 3).join());
    expect(same.length).toBeLessThan(90);
    for (const item of items) expect(optionOrder('one', item, 3)).toEqual(optionOrder('one', item, 3));
  });

  it('holds every option once', () => {
    for (const item of items) expect([...optionOrder('seed', item, 6)].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('a name that a browser gets', () => {
  const names = (seed: string): string[] =>
    items.flatMap((item) => [
      itemHandle(seed, item),
      turnHandle(seed, item, 0),
      optionHandle(seed, item, 1),
      mediaHandle(seed, item, 'stimulus'),
      mediaHandle(seed, item, 'option1'),
    ]);

  it('is there once in a session, and in no other session', () => {
    const [one, two] = [names('one'), names('two')];
    expect(new Set([...one, ...two]).size).toBe(one.length + two.length);
  });

  it('tells nothing of what stands behind it', () => {
    for (const name of names('one')) expect(name).toMatch(/^[itom][0-9a-f]{24}$/);
  });
});
