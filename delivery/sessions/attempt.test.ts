import { describe, expect, it } from 'vitest';
import { decideAttempt, standingOf } from './attempt.ts';
import { civicTest } from './example.suite.ts';
import { PlayedSession } from './played-session.suite.ts';
import { heldMs } from './reopen.ts';

const begun = (): PlayedSession => new PlayedSession(civicTest).begin().toFirstPart();
const end = { type: 'end', by: 'an@agii', why: 'technical.device', reason: '' } as const;
const reopen = { type: 'reopen', by: 'an@agii', reason: 'vergissing' } as const;
const says = (counts: boolean, by = 'bo@agii') =>
  ({ type: 'decide-attempt', counts, by, why: 'technical.device', reason: 'de stroom viel uit' }) as const;
const last = ({ events }: PlayedSession, before = 1) => events.at(-before);

describe('a session that was broken off', () => {
  it('is undecided until another named person than who stopped it says whether it counts', () => {
    const played = begun().ran(end);
    expect(standingOf(played.now)).toBe('undecided');
    expect(() => played.run(says(true, 'an@agii'))).toThrow('own-close');
    played.after(heldMs).ran({ type: 'settle-close' });
    expect(standingOf(played.now)).toBe('undecided');
    played.run(says(false));
    expect(last(played)).toMatchObject({
      type: 'attempt-decided',
      counts: false,
      by: 'bo@agii',
      why: 'technical.device',
      reason: 'de stroom viel uit',
    });
    expect(standingOf(played.now)).toBe('does-not-count');
  });

  it('can be decided on at once: then its close is settled, and what follows from it follows', () => {
    const played = begun().ran(end);
    expect(played.decide(says(true))).toMatchObject({ pending: [{ kind: 'session-closed' }] });
    played.run(says(true));
    expect(last(played)).toMatchObject({ type: 'close-settled' });
    expect(standingOf(played.now)).toBe('counts');
    expect(() => played.run(reopen)).toThrow('close-settled');
    expect(played.decide(says(true))).toMatchObject({ events: [], pending: [] });
  });

  it('is decided on by the last word, and nothing follows a second time', () => {
    const played = begun().ran(end, says(true));
    expect(played.decide(says(false))).toMatchObject({ pending: [] });
    played.run(says(false));
    expect(standingOf(played.now)).toBe('does-not-count');
  });

  const pause = { type: 'pause', by: 'an@agii', reason: 'x' } as const;
  const resume = (by: string) => ({ type: 'resume', by }) as const;
  it('by the clock, while somebody had it stopped, is not for that one to decide on', () => {
    const played = begun().after(3_600_000).ran(pause);
    played.after(24 * 3_600_000).run({ type: 'close-overdue' });
    expect(played.now.closed).toMatchObject({ by: 'clock', reason: 'ended' });
    expect(standingOf(played.now)).toBe('undecided');
    expect(() => played.run(says(true, 'an@agii'))).toThrow('own-close');
    played.run(says(true));
    expect(standingOf(played.now)).toBe('counts');
  });

  it('by the clock, after it was opened again and nobody came, is not for whoever opened it', () => {
    const played = begun().ran(end, { ...reopen, by: 'bo@agii' });
    played.after(24 * 3_600_000).run({ type: 'close-overdue' });
    expect(() => played.run(says(true))).toThrow('own-close');
    played.run(says(true, 'an@agii'));
  });

  it('by the clock, because nobody finished it, is for any of them to decide on, whoever stopped it once', () => {
    const played = begun().ran(pause, resume('bo@agii'), { ...pause, by: 'cas@agii' }, resume('an@agii'));
    const step = played.now.step;
    expect(step.name).toBe('linear');
    expect(played.now.pausedBy).toBeUndefined();
    const closed = { at: '2026-11-24T09:00:00.000Z', by: 'clock', reason: 'ended' } as const;
    for (const by of ['an@agii', 'bo@agii', 'cas@agii'])
      expect(decideAttempt({ ...played.now, closed }, says(true, by))).toMatchObject([{ type: 'attempt-decided', by }]);
  });
});

describe('there is nothing to decide', () => {
  it('about a session under way', () => {
    const played = begun();
    expect(standingOf(played.now)).toBe('open');
    expect(() => played.run(says(true))).toThrow('session-open');
  });
  it('about one that ended at its time: it counts', () => {
    const played = begun().after(3_600_000).ran({ type: 'close-overdue' });
    expect(standingOf(played.now)).toBe('counts');
    expect(() => played.run(says(false))).toThrow('nothing-to-decide');
  });
  it('about one that ended before its first question', () => {
    const played = new PlayedSession(civicTest).begin().ran(end);
    expect(standingOf(played.now)).toBe('open');
    played.after(heldMs).ran({ type: 'settle-close' });
    expect(standingOf(played.now)).toBe('not-begun');
    expect(decideAttempt(played.now, { counts: true, by: 'bo@agii', reason: 'x' })).toEqual({
      refused: { code: 'nothing-to-decide' },
    });
  });
});
