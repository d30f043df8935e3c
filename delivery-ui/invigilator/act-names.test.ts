import { beforeEach, describe, expect, it } from 'vitest';
import { ActNames } from './act-names.ts';

describe('the name of an act', () => {
  let made: number;
  let names: ActNames;
  beforeEach(() => {
    made = 0;
    names = new ActNames(() => `act-${(made += 1)}`);
  });

  it('is kept where it is sent once more as it was', () => {
    expect(names.nameOf({ ms: 60_000 })).toBe('act-1');
    expect(names.nameOf({ ms: 60_000 })).toBe('act-1');
  });

  it('is another one for something else, and for the same once it was done', () => {
    names.nameOf({ ms: 60_000 });
    expect(names.nameOf({ ms: 120_000 })).toBe('act-2');
    names.done();
    expect(names.nameOf({ ms: 120_000 })).toBe('act-3');
  });
});
