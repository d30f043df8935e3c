import { describe, expect, it } from 'vitest';
import type { Surroundings } from '../../shared/surroundings.ts';
import { type CoalescedSignal, SignalCoalescer, capPerMinute, graceMs, joinMs } from './coalesce.ts';

/** A clock that moves only when told, with what was planned on it. */
function hall() {
  let now = 0;
  let planned: { readonly at: number; readonly call: () => void }[] = [];
  const surroundings: Surroundings = {
    monotonicMs: () => now,
    wallMs: () => 1_000_000 + now,
    random: () => 0,
    makeId: () => 'x',
    after: (ms, call) => {
      const entry = { at: now + ms, call };
      planned.push(entry);
      return () => {
        planned = planned.filter((other) => other !== entry);
      };
    },
  };
  const pass = (ms: number): void => {
    const until = now + ms;
    for (;;) {
      const next = planned.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      planned = planned.filter((entry) => entry !== next);
      now = next.at;
      next.call();
    }
    now = until;
  };
  const sent: CoalescedSignal[] = [];
  return {
    signals: new SignalCoalescer(surroundings, (signal) => sent.push(signal)),
    pass,
    sent,
    types: () => sent.map(({ type }) => type),
  };
}

describe('signals', () => {
  it('says nothing of a focus that comes back within the grace', () => {
    const { signals, pass, sent } = hall();
    signals.begin('focus-lost');
    pass(graceMs - 1);
    signals.end('focus-lost', 'focus-returned');
    pass(5000);
    expect(sent).toEqual([]);
  });

  it('says nothing of what is over when the grace ends, though nobody told that it ended', () => {
    const { signals, pass, sent } = hall();
    signals.begin('focus-lost', () => false);
    pass(5000);
    signals.begin('focus-lost', () => true);
    pass(5000);
    expect(sent.map(({ type, detectors }) => [type, detectors])).toEqual([['focus-lost', 2]]);
  });

  it('tells a lost focus after the grace, and its length when it returns', () => {
    const { signals, pass, sent } = hall();
    signals.begin('focus-lost');
    signals.begin('focus-lost');
    pass(3000);
    signals.end('focus-lost', 'focus-returned');
    expect(sent.map(({ type, durationMs }) => [type, durationMs])).toEqual([
      ['focus-lost', undefined],
      ['focus-returned', 3000],
    ]);
  });

  it('joins repeats of a moment', () => {
    const { signals, pass, sent } = hall();
    for (let index = 0; index < 7; index += 1) {
      signals.moment('paste-blocked');
      pass(100);
    }
    pass(joinMs);
    expect(sent.map(({ type, count }) => [type, count])).toEqual([
      ['paste-blocked', undefined],
      ['paste-blocked', 6],
    ]);
  });

  it('sends no more than the cap in a minute, and tells how many it left out', () => {
    const { signals, pass, sent, types } = hall();
    for (let index = 0; index < 50; index += 1) {
      signals.begin('focus-lost');
      pass(300);
      signals.end('focus-lost', 'focus-returned');
    }
    expect(sent.length).toBe(capPerMinute);
    pass(60_000);
    expect(types().at(-1)).toBe('telemetry-capped');
    expect(sent.at(-1)?.count).toBe(100 - capPerMinute);
  });

  it('keeps to the wire, whatever the code', () => {
    const { signals, pass, sent } = hall();
    signals.moment('audio-fault', { code: 'Fout: "<script>" été'.repeat(9) });
    signals.moment('clock-jumped', { durationMs: 12.7, code: 'forward' });
    pass(60_000);
    expect(sent.map(({ type }) => type)).toEqual(['audio-fault', 'clock-jumped']);
    for (const { code = '' } of sent) expect(code).toMatch(/^[A-Za-z0-9 ._:-]{1,60}$/);
    expect(sent[1]?.durationMs).toBe(13);
  });
});
