import { describe, expect, it } from 'vitest';
import { admit, at, civicTest, register } from '../sessions/example.suite.ts';
import { PlayedSession } from '../sessions/played-session.suite.ts';
import type { SignalType } from '../proctoring/signal.ts';
import { seen } from './room.ts';

const registered = (): PlayedSession => {
  const played = new PlayedSession(civicTest);
  played.run(register(civicTest));
  return played;
};
const arrival = { type: 'arrive', seat: 'blauwe vos 7', code: 'code' } as const;
const arrived = (): PlayedSession => {
  const played = registered();
  played.run(arrival);
  return played;
};
const active = (): PlayedSession => new PlayedSession(civicTest).begin().toFirstPart();
const after = (played: PlayedSession, ...commands: readonly Parameters<PlayedSession['run']>[0][]): PlayedSession => {
  for (const command of commands) played.run(command);
  return played;
};
const pause = { type: 'pause', by: 't', reason: 'brandalarm' } as const;
const end = { type: 'end', by: 't', reason: 'ziek' } as const;
const view = ({ now, ms }: PlayedSession) => seen(now, civicTest, at(ms));

describe('a row of the room', () => {
  it.each([
    ['registered', registered, 'registered', 'registered', 'never'],
    ['arrived', arrived, 'arrived', 'arrived', 'connected'],
    ['admitted', () => after(arrived(), admit), 'active', 'confirm-name', 'connected'],
    ['at a question', active, 'active', 'linear', 'connected'],
    ['paused', () => after(active(), pause), 'paused', 'linear', 'connected'],
    ['gone on', () => after(active(), pause, { type: 'resume', by: 't' }), 'active', 'linear', 'connected'],
    ['lost', () => after(active(), { type: 'lose-connection' }), 'active', 'linear', 'lost'],
    [
      'back',
      () => after(active(), { type: 'lose-connection' }, { type: 'restore-connection' }),
      'active',
      'linear',
      'connected',
    ],
    ['ended', () => after(active(), end), 'closed', 'closed', 'connected'],
    ['arrived again', () => after(active(), arrival), 'arrived', 'linear', 'connected'],
  ] as const)('%s', (_what, make, status, step, connection) => {
    const row = view(make());
    expect([row.status, row.step.name, row.connection]).toEqual([status, step, connection]);
  });

  it('says what is left only while the clock stands still: a running clock is no news', () => {
    const played = active();
    const before = view(played);
    played.ms += 60_000;
    expect(view(played)).toEqual(before);
    expect(before.remainingMs).toBeUndefined();
    expect(view(after(played, pause)).remainingMs).toBeGreaterThan(0);
  });

  it('counts neither a pause, an outage nor a lost line among the incidents', () => {
    const played = after(
      active(),
      pause,
      { type: 'resume', by: 't' },
      { type: 'measure-outage', from: at(0), to: at(60_000) },
    );
    expect(view(played).incidents).toEqual({ notice: 0, warning: 0, critical: 0 });
    expect(view(after(played, { type: 'lose-connection' })).incidents.notice).toBe(0);
    expect(view(played).outageMs).toBe(60_000);
  });

  const signal = (type: SignalType, detectors?: number) =>
    ({
      kind: 'signal',
      signal: { type, monotonicMs: 1, wallMs: 1, ...(detectors === undefined ? {} : { detectors }) },
    }) as const;

  it('counts what a window did, and not what a page of before saw in a press of its own button', () => {
    const played = active();
    played.ask(signal('focus-lost'));
    expect(view(played).incidents.notice).toBe(0);
    played.ask(signal('focus-lost', 2));
    expect(view(played)).toMatchObject({ incidents: { notice: 1 }, lastIncident: 'focus-lost' });
  });

  it('shows what does not work at the seat apart from behaviour, until something shows that it works', () => {
    const played = active();
    for (const type of [
      'audio-fault',
      'microphone-fault',
      'microphone-silent',
      'storage-fault',
      'network-lost',
    ] as const)
      played.ask(signal(type, 2));
    expect(view(played)).toMatchObject({
      incidents: { notice: 0, warning: 0 },
      faults: ['sound', 'microphone', 'storage'],
    });
    played.ask({ kind: 'go', position: 2 });
    expect(view(played).faults).toEqual(['microphone', 'storage']);
    expect(view(after(played, end)).faults).toEqual([]);
  });
});
