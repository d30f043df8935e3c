import { describe, expect, it } from 'vitest';
import { beatMs, lostAfterBeats, lostAfterMs } from './heartbeat.ts';
import { goneAfterMs, type SeenNotice } from './notices.ts';
import { type Heard, isLost, lastHeard } from './presence.ts';

const now = 1_000_000;
/** A notice of a process that was seen so long ago, and when it had heard each session before that, ms. */
const notice = (seenAgoMs: number, heard: Readonly<Record<string, number>>, revision = 1): SeenNotice<Heard> => ({
  process: `p${seenAgoMs}`,
  revision,
  seenMs: now - seenAgoMs,
  content: { heard },
});
const agoMs = (notices: readonly SeenNotice<Heard>[]): number | undefined => {
  const at = lastHeard(notices, now).get('a/s');
  return at === undefined ? undefined : now - at;
};

describe('when a session was heard last', () => {
  it.each([
    ['by one process', [notice(1_000, { 'a/s': 2_000 })], 3_000],
    ['by the later of two', [notice(1_000, { 'a/s': 9_000 }), notice(500, { 'a/s': 100 })], 600],
    ['by nobody', [notice(1_000, { 'a/other': 0 })], undefined],
    ['by a process that is gone: when it was found gone', [notice(goneAfterMs + 4_000, { 'a/s': 1_000 })], 4_000],
    [
      'by a process that is gone, long before it went: the silence goes on',
      [notice(goneAfterMs + 4_000, { 'a/s': lostAfterMs + 1 })],
      goneAfterMs + 4_000 + lostAfterMs + 1,
    ],
    [
      'by a process that is gone and now by another',
      [notice(goneAfterMs + 4_000, { 'a/s': 1_000 }), notice(0, { 'a/s': 50 })],
      50,
    ],
    ['by a process that is just not gone', [notice(goneAfterMs, { 'a/s': 0 })], goneAfterMs],
  ])('%s', (_what, notices, expected) => expect(agoMs(notices)).toBe(expected));
});

describe('lost', () => {
  it.each([
    ['heard within the time', now - lostAfterMs, 0, false],
    ['silent for longer', now - lostAfterMs - 1, 0, true],
    ['silent for longer, but this process has just begun to decide', now - lostAfterMs - 1, now - 1_000, false],
    ['silent for longer than this process decides, and that is long', 0, now - lostAfterMs - 1, true],
    ['never heard', undefined, 0, false],
  ])('%s', (_what, heardMs, decidingSinceMs, expected) => expect(isLost(heardMs, decidingSinceMs, now)).toBe(expected));
  it('after six missed beats', () => expect([lostAfterBeats * beatMs, lostAfterMs]).toEqual([15_000, 15_000]));
});
