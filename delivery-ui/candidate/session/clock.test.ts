import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServerClock, dueAnnouncement, remainingMs } from './clock.ts';

const at = (ms: number): string => new Date(ms).toISOString();
const epoch = Date.parse('2026-11-23T10:00:00.000Z');

describe('server clock', () => {
  it('knows the server time within half a round trip, whatever the delays', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 3000 })), {
          minLength: 1,
          maxLength: 10,
        }),
        (delays) => {
          let monotonic = 1000;
          const clock = new ServerClock(() => monotonic);
          const trueNow = (): number => epoch + monotonic;
          let best = Number.POSITIVE_INFINITY;
          for (const [there, back] of delays) {
            const sentAt = monotonic;
            monotonic += there;
            const serverNow = at(trueNow());
            monotonic += back;
            clock.observe(serverNow, sentAt, monotonic);
            best = Math.min(best, there + back);
            monotonic += 5000;
          }
          expect(Math.abs((clock.nowMs() ?? 0) - trueNow())).toBeLessThanOrEqual(best / 2 + 1);
        },
      ),
    );
  });

  it('places a moment for whoever knows only the server time', () => {
    let monotonic = 5_000;
    const clock = new ServerClock(() => monotonic);
    expect(clock.made()).toBeUndefined();
    clock.observe(at(epoch), 4_900, 5_100);
    monotonic = 65_000;
    const made = clock.made();
    expect(made).toBeDefined();
    if (made === undefined) return;
    expect(Date.parse(made.server.now) + made.monotonicMs - made.server.monotonicMs).toBe(epoch + 60_000);
  });

  it('keeps the reply with the lowest round trip', () => {
    let monotonic = 0;
    const clock = new ServerClock(() => monotonic);
    clock.observe(at(epoch + 10), 0, 20);
    monotonic = 3000;
    clock.observe(at(epoch + 1000), 1000, 3000);
    expect(clock.nowMs()).toBe(epoch + 3000);
    expect(clock.roundTripMs).toBe(20);
  });

  it('notices at once that the performance clock stood still in sleep', () => {
    let monotonic = 0;
    const clock = new ServerClock(() => monotonic);
    clock.observe(at(epoch), 0, 0);
    monotonic = 1200;
    clock.observe(at(epoch + 20 * 60_000), 1000, 1200);
    expect(Math.abs((clock.nowMs() ?? 0) - (epoch + 20 * 60_000))).toBeLessThanOrEqual(100);
  });

  it('lets an old sample go', () => {
    let monotonic = 0;
    const clock = new ServerClock(() => monotonic);
    clock.observe(at(epoch), 0, 0);
    monotonic = 400_000;
    clock.observe(at(epoch + 399_980), 399_900, 400_000);
    expect(clock.roundTripMs).toBe(100);
  });

  it('ignores what is no instant', () => {
    const clock = new ServerClock(() => 5);
    clock.observe('yesterday', 0, 5);
    expect(clock.nowMs()).toBeUndefined();
  });
});

describe('remaining time', () => {
  const deadline = { deadlineAt: at(epoch + 60_000), remainingMs: 61_000 };
  it('runs by the server time', () => expect(remainingMs(deadline, false, epoch + 20_000)).toBe(40_000));
  it('stands still while paused', () => expect(remainingMs(deadline, true, epoch + 20_000)).toBe(61_000));
  it('uses the server figure before the first reply', () =>
    expect(remainingMs(deadline, false, undefined)).toBe(61_000));
  it('is never below zero', () => expect(remainingMs(deadline, false, epoch + 90_000)).toBe(0));

  it('is told at ten, five and one minutes, once each', () => {
    const told: number[] = [];
    let before: number | undefined;
    for (let now = 700_000; now >= 0; now -= 500) {
      const due = dueAnnouncement(before, now);
      if (due !== undefined) told.push(due);
      before = now;
    }
    expect(told).toEqual([10, 5, 1]);
  });
  it('tells only the latest after a jump', () => expect(dueAnnouncement(700_000, 30_000)).toBe(1));
  it('tells nothing when the page opens late', () => expect(dueAnnouncement(undefined, 30_000)).toBeUndefined());
});
