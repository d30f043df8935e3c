import { expect, it } from 'vitest';
import { checkpointMark, readCheckpointMark } from './checkpoint-mark.ts';

const hash = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

it('a checkpoint is printed by its number and sixteen digits, and read back as it is typed', () => {
  expect(checkpointMark({ number: 12, hash })).toBe('12:9f86-d081-884c-7d65');
  const read = { number: 12, hash: '9f86d081884c7d65' };
  for (const typed of ['12:9f86-d081-884c-7d65', ' 12 : 9F86 D081 884C 7D65 ', '12:9f86d081884c7d65'])
    expect(readCheckpointMark(typed)).toEqual(read);
  expect(readCheckpointMark(`12:${hash}`)).toEqual({ number: 12, hash });
});

it.each(['', '12', hash, '12:9f86-d081-884c', `12:${hash}0`, '12:9f86-d081-884c-7d6x', 'x:9f86d081884c7d65'])(
  '"%s" is no mark',
  (typed) => {
    expect(readCheckpointMark(typed)).toBeUndefined();
  },
);
