import { describe, expect, it } from 'vitest';
import type { Conduct } from '../proctoring/conduct.ts';
import { remainingMs } from './clock.ts';
import { at, civicTest, facts } from './example.suite.ts';
import { decide, record } from './decide.ts';
import { mostRefusals } from './exam-browser.ts';
import { PlayedSession } from './played-session.suite.ts';

const conduct: Conduct = { browser: 'safe-exam-browser', fullScreen: true, focus: true, assistiveTechnology: false };
const seated = (change: Partial<Conduct> = {}): PlayedSession =>
  new PlayedSession(civicTest).begin({ conduct: { ...conduct, ...change } }).toFirstPart();
const missing = { type: 'note-browser', fault: 'missing' } as const;
const wrong = { type: 'note-browser', fault: 'wrong' } as const;
const right = { type: 'note-browser' } as const;
const override = {
  type: 'override-browser',
  by: 'an@agii',
  why: 'technical.exam-browser',
  reason: 'rood scherm',
} as const;
const require = { type: 'require-browser', by: 'an@agii' } as const;
const resume = { type: 'resume', by: 'an@agii' } as const;
/** What came of a command. */
const news = (played: PlayedSession, command: Parameters<PlayedSession['run']>[0]): readonly string[] =>
  played.run(command).map(({ type }) => type);

describe('a session that is taken in Safe Exam Browser', () => {
  it('says once that the browser is right', () => {
    const played = seated();
    expect(news(played, right)).toEqual(['browser-accepted']);
    expect(news(played, right)).toEqual([]);
  });

  it('is paused when the key is missing, and the clock gives the time back', () => {
    const played = seated();
    const left = remainingMs(played.now, at(played.ms));
    expect(news(played, missing)).toEqual(['browser-refused', 'paused']);
    expect(played.now).toMatchObject({ pausedFor: 'technical.exam-browser', browser: { fault: 'missing' } });
    expect(news(played, missing)).toEqual([]);
    played.ms += 300_000;
    expect(remainingMs(played.now, at(played.ms))).toBe(left);
    expect(news(played, override)).toEqual(['browser-overridden', 'resumed']);
    expect(remainingMs(played.now, at(played.ms))).toBe(left);
  });

  it('does not go on by a word of the room while the browser is not right', () => {
    const played = seated();
    played.run(wrong);
    expect(() => played.run(resume)).toThrow('exam-browser-due');
    expect(news(played, right)).toEqual(['browser-accepted']);
    expect(played.now.pausedAt).toBeDefined();
    expect(news(played, resume)).toEqual(['resumed']);
  });

  it('is looked at no more after an override, until it is asked for again', () => {
    const played = seated();
    played.run(missing);
    played.run(override);
    expect(played.events.find(({ type }) => type === 'browser-overridden')).toMatchObject({
      ...{ by: 'an@agii', why: 'technical.exam-browser', reason: 'rood scherm' },
    });
    expect(news(played, missing)).toEqual([]);
    expect(news(played, override)).toEqual([]);
    expect(news(played, require)).toEqual(['browser-required']);
    expect(news(played, require)).toEqual([]);
    expect(news(played, missing)).toEqual(['browser-refused', 'paused']);
  });

  it('can be let go on beforehand, without any pause', () => {
    const played = seated();
    expect(news(played, override)).toEqual(['browser-overridden']);
    expect(news(played, missing)).toEqual([]);
    expect(played.now.pausedAt).toBeUndefined();
  });

  it('leaves a pause of the room to the room', () => {
    const played = seated();
    played.run({ type: 'pause', by: 'an@agii', why: 'environment.fire-alarm', reason: '' });
    expect(news(played, missing)).toEqual(['browser-refused']);
    expect(news(played, override)).toEqual(['browser-overridden']);
    expect(played.now.pausedFor).toBe('environment.fire-alarm');
  });

  it('waits for a word on answers that came during the pause', () => {
    const played = seated();
    played.run(missing);
    const [item] = played.now.items;
    const state = { ...played.now, heldAnswers: [{ handle: item?.handle ?? '', option: 'o', choice: 0, at: at(0) }] };
    const decision = decide(state, override, facts(civicTest, played.ms));
    const { by, why, reason } = override;
    expect(decision).toMatchObject({
      events: [record(at(played.ms), { type: 'browser-overridden', by, why, reason })],
    });
  });

  it('has no clock to stop before somebody is let in; nor is a new arrival let on without', () => {
    const door = new PlayedSession(civicTest).begin({ conduct });
    door.run({ type: 'make-code', hash: 'again', admits: false, by: 'an@agii' });
    door.run({ type: 'arrive', seat: 'blauwe vos 8', code: 'again' });
    expect(news(door, missing)).toEqual(['browser-refused']);
    door.run({ type: 'admit', by: 'an@agii', seat: 'blauwe vos 8' });
    expect(news(door, missing)).toEqual(['paused']);
  });

  it('records only so many turns of a browser that comes and goes', () => {
    const played = seated();
    for (let turn = 0; turn < 3 * mostRefusals; turn += 1) {
      played.run(turn % 2 === 0 ? missing : wrong);
      if (turn % 5 === 0) played.run(right);
    }
    expect(played.events.filter(({ type }) => type === 'browser-refused')).toHaveLength(mostRefusals);
    expect(played.events.filter(({ type }) => type === 'browser-accepted').length).toBeLessThanOrEqual(mostRefusals);
  });

  it('is never ended for it, and none is told of after the close', () => {
    const played = seated();
    played.run(missing);
    expect(played.now.closed).toBeUndefined();
    played.run({ type: 'end', by: 'an@agii', reason: 'ziek' });
    expect(() => played.run(override)).toThrow('session-closed');
  });
});

describe('a session in any browser', () => {
  it.each([
    ['by its rules', { conduct: { ...conduct, browser: 'any' as const } }],
    ['of before', {}],
  ])('%s is not looked at, and has nothing to override', (_, terms) => {
    const played = new PlayedSession(civicTest).begin(terms).toFirstPart();
    expect(news(played, missing)).toEqual([]);
    expect(() => played.run(override)).toThrow('any-browser');
    expect(() => played.run(require)).toThrow('any-browser');
  });
});

describe('focus and full screen', () => {
  const signal = (type: 'focus-lost' | 'page-hidden' | 'fullscreen-left' | 'paste-blocked') =>
    ({ kind: 'signal', signal: { type, monotonicMs: 1, wallMs: 1, detectors: 2 } }) as const;
  const kept = (change: Partial<Conduct>): readonly string[] => {
    const played = seated(change);
    for (const type of ['focus-lost', 'page-hidden', 'fullscreen-left', 'paste-blocked'] as const)
      played.ask(signal(type));
    return played.events.flatMap((event) => (event.type === 'signal-recorded' ? [event.signal.type] : []));
  };

  it.each([
    ['both', {}, ['focus-lost', 'page-hidden', 'fullscreen-left', 'paste-blocked']],
    ['focus alone', { fullScreen: false }, ['focus-lost', 'page-hidden', 'paste-blocked']],
    ['full screen alone', { focus: false }, ['fullscreen-left', 'paste-blocked']],
    ['neither with assistive technology', { assistiveTechnology: true }, ['paste-blocked']],
  ])('%s', (_, change, types) => expect(kept(change)).toEqual(types));

  it('what is not watched is no incident, and uses up its number', () => {
    const played = seated({ assistiveTechnology: true });
    const before = played.now.nextSeq;
    played.ask(signal('focus-lost'));
    expect(played.now).toMatchObject({ nextSeq: before + 1, incidents: { notice: 0, warning: 0, critical: 0 } });
  });
});
