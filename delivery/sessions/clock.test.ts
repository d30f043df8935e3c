import { describe, expect, it } from 'vitest';
import { outageToOfferMs, remainingMs } from './clock.ts';
import { at } from './example.suite.ts';
import { civic } from './given-session.suite.ts';

describe('the clock of a session', () => {
  const pause = { type: 'pause', by: 't', reason: 'brandalarm' } as const;
  const extra = { type: 'grant-extra-time', by: 't', ms: 20_000, reason: 'storing' } as const;

  it('what is left stands still during a pause', () => {
    const paused = civic().after(10_000).ran(pause).now;
    expect([at(10_000), at(70_000)].map((now) => remainingMs(paused, now))).toEqual([590_000, 590_000]);
  });

  it('an outage is offered as extra time until extra time made it good', () => {
    const outage = civic()
      .after(60_000)
      .ran({ type: 'measure-outage', from: at(10_000), to: at(40_000) });
    expect(outageToOfferMs(outage.now)).toBe(30_000);
    expect(outageToOfferMs(outage.ran(extra).now)).toBe(10_000);
    expect(outageToOfferMs(outage.ran(extra).now)).toBe(0);
  });
});
