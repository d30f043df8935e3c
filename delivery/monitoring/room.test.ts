import { describe, expect, it } from 'vitest';
import { admit, at, civicTest, register } from '../sessions/example.suite.ts';
import { Sitting } from '../sessions/sitting.suite.ts';
import { seen } from './room.ts';

const registered = (): Sitting => {
  const sitting = new Sitting(civicTest);
  sitting.run(register(civicTest));
  return sitting;
};
const arrival = { type: 'arrive', seat: 'blauwe vos 7', code: 'code' } as const;
const arrived = (): Sitting => {
  const sitting = registered();
  sitting.run(arrival);
  return sitting;
};
const active = (): Sitting => new Sitting(civicTest).begin().toFirstPart();
const after = (sitting: Sitting, ...commands: readonly Parameters<Sitting['run']>[0][]): Sitting => {
  for (const command of commands) sitting.run(command);
  return sitting;
};
const pause = { type: 'pause', by: 't', reason: 'brandalarm' } as const;
const end = { type: 'end', by: 't', reason: 'ziek' } as const;
const view = ({ now, ms }: Sitting) => seen(now, civicTest, at(ms));

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
    const sitting = active();
    const before = view(sitting);
    sitting.ms += 60_000;
    expect(view(sitting)).toEqual(before);
    expect(before.remainingMs).toBeUndefined();
    expect(view(after(sitting, pause)).remainingMs).toBeGreaterThan(0);
  });

  it('counts a loss among the incidents, and neither a pause nor an outage', () => {
    const sitting = after(
      active(),
      pause,
      { type: 'resume', by: 't' },
      { type: 'measure-outage', from: at(0), to: at(60_000) },
    );
    expect(view(sitting).incidents).toEqual({ notice: 0, warning: 0, critical: 0 });
    expect(view(after(sitting, { type: 'lose-connection' })).incidents.notice).toBe(1);
    expect(view(sitting).outageMs).toBe(60_000);
  });
});
