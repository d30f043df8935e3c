import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProcessClock, timeAtStart } from './clock.ts';

const begin = Date.parse('2026-11-27T09:00:00.000Z');

function sources() {
  let [wallMs, sinceMs] = [begin, 500];
  return {
    wall: () => wallMs,
    monotonic: () => sinceMs,
    pass: (ms: number) => {
      wallMs += ms;
      sinceMs += ms;
    },
    set: (ms: number) => {
      wallMs += ms;
    },
    /** The machine slept: the wall clock went on, the monotonic one did not. */
    sleep: (ms: number) => {
      wallMs += ms;
    },
  };
}

describe('the clock of a process', () => {
  it('is the wall clock while nobody sets it', () => {
    const time = sources();
    const clock = new ProcessClock(time);
    time.pass(61_000);
    expect(clock.now()).toBe('2026-11-27T09:01:01.000Z');
    expect(clock.aheadMs()).toBe(0);
  });

  it('goes on at its own pace when the wall clock is set forward or back, or the machine slept', () => {
    for (const by of [61 * 60_000, -30 * 60_000, 2_001, -2_001]) {
      const time = sources();
      const clock = new ProcessClock(time);
      time.set(by);
      clock.follow();
      time.pass(3_000);
      clock.follow();
      expect(clock.now()).toBe('2026-11-27T09:00:03.000Z');
      expect(clock.aheadMs()).toBe(by);
      time.set(-by);
      expect(clock.aheadMs()).toBe(0);
    }
  });

  it('follows a wall clock that runs a little fast, and never goes back for one that runs slow', () => {
    const time = sources();
    const clock = new ProcessClock(time);
    time.set(1_500);
    clock.follow();
    expect(clock.now()).toBe('2026-11-27T09:00:01.500Z');
    time.set(-1_500);
    clock.follow();
    expect(clock.now()).toBe('2026-11-27T09:00:01.500Z');
  });

  it('stands still while the process does, once it is watched', () => {
    const time = sources();
    const clock = new ProcessClock(time);
    time.pass(60_000);
    clock.follow();
    time.pass(600_000);
    expect(clock.now()).toBe('2026-11-27T09:01:00.000Z');
    expect(clock.aheadMs()).toBe(600_000);
    time.pass(9_000);
    expect(clock.now()).toBe('2026-11-27T09:01:09.000Z');
  });

  it('goes on from where it is told', () => {
    const time = sources();
    const clock = new ProcessClock(time);
    time.sleep(600_000);
    clock.goOnFrom(begin + 600_000);
    time.pass(1_000);
    expect(clock.aheadMs()).toBe(0);
    expect(clock.now()).toBe('2026-11-27T09:10:01.000Z');
  });

  it('never runs backwards, whatever is done to the wall clock', () => {
    const act = fc.record({ set: fc.integer({ min: -10_000_000, max: 10_000_000 }), pass: fc.nat({ max: 100_000 }) });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
        const time = sources();
        const clock = new ProcessClock(time);
        let before = clock.now();
        for (const { set, pass } of acts) {
          time.set(set);
          clock.follow();
          time.pass(pass);
          const now = clock.now();
          expect(now >= before).toBe(true);
          before = now;
        }
      }),
    );
  });
});

describe('the time of the program at a start', () => {
  const minute = 60_000;
  const alive = begin;
  it.each<[string, Parameters<typeof timeAtStart>[0], number]>([
    ['a first start', { wallMs: 5, lastAliveMs: undefined, aheadMs: 0, isUnderWay: false }, 5],
    [
      'nobody sits a test',
      { wallMs: alive - minute, lastAliveMs: alive, aheadMs: 9, isUnderWay: false },
      alive - minute,
    ],
    ['an outage', { wallMs: alive + minute, lastAliveMs: alive, aheadMs: 0, isUnderWay: true }, alive + minute],
    [
      'a clock that was noticed an hour ahead and still is',
      { wallMs: alive + 61 * minute, lastAliveMs: alive, aheadMs: 60 * minute, isUnderWay: true },
      alive + minute,
    ],
    [
      'a clock that was set right again meanwhile',
      { wallMs: alive + minute, lastAliveMs: alive, aheadMs: 60 * minute, isUnderWay: true },
      alive + minute,
    ],
    [
      'a clock that was set back meanwhile',
      { wallMs: alive - 30 * minute, lastAliveMs: alive, aheadMs: 0, isUnderWay: true },
      alive,
    ],
  ])('%s', (_, times, expected) => {
    expect(timeAtStart(times)).toBe(expected);
  });
});
