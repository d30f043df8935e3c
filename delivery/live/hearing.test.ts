import { describe, expect, it } from 'vitest';
import { beatMs, missedBeatMs } from './heartbeat.ts';
import { Hearing } from './hearing.ts';
import { heardAgain } from './presence.ts';

const heardAt = (...times: readonly number[]): Hearing => {
  const hearing = new Hearing();
  for (const ms of times) hearing.hear('a/s', ms);
  return hearing;
};

describe('a page that this process hears', () => {
  it.each([
    ['at every beat', [0, beatMs], 2 * beatMs, undefined],
    ['and a beat is missing', [0, beatMs], beatMs + 3_000, { fromMs: beatMs, toMs: beatMs + 3_000 }],
    ['just not long enough', [0], missedBeatMs, undefined],
    ['again after a silence', [0, 9_000], 9_100, { fromMs: 0, toMs: 9_000 }],
    ['again, and silent once more', [0, 9_000], 20_000, { fromMs: 9_000, toMs: 20_000 }],
    ['never', [], 20_000, undefined],
  ])('%s', (_, times, nowMs, silence) => {
    expect(heardAt(...times).silence('a/s', nowMs)).toEqual(silence);
  });

  it('is forgotten with its silences', () => {
    const hearing = heardAt(0, 9_000);
    hearing.forgetBefore(9_001);
    expect(hearing.isKnown('a/s')).toBe(false);
    expect(hearing.silence('a/s', 40_000)).toBeUndefined();
  });
});

it('who is heard at every beat is heard since the first; a gap begins it anew', () => {
  const first = heardAgain(undefined, 1_000);
  expect(first).toEqual({ atMs: 1_000, sinceMs: 1_000 });
  const second = heardAgain(first, 1_000 + beatMs);
  expect(second.sinceMs).toBe(1_000);
  expect(heardAgain(second, 9_000)).toEqual({ atMs: 9_000, sinceMs: 9_000 });
});
