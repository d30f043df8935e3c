import { describe, expect, it } from 'vitest';
import { admit, at, civicTest, register } from '../sessions/example.suite.ts';
import { PlayedSession } from '../sessions/played-session.suite.ts';
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

  it('counts a loss among the incidents, and neither a pause nor an outage', () => {
    const played = after(
      active(),
      pause,
      { type: 'resume', by: 't' },
      { type: 'measure-outage', from: at(0), to: at(60_000) },
    );
    expect(view(played).incidents).toEqual({ notice: 0, warning: 0, critical: 0 });
    expect(view(after(played, { type: 'lose-connection' })).incidents.notice).toBe(1);
    expect(view(played).outageMs).toBe(60_000);
  });
});
