/** Rules of a session that a whole run through a test does not touch by itself. */
import { describe, expect, it } from 'vitest';
import { outageToOfferMs, remainingMs } from './clock.ts';
import { at, civicTest, oralTest } from './example.suite.ts';
import { PlayedSession } from './played-session.suite.ts';

const hours = 3_600_000;
const oral = (): PlayedSession => new PlayedSession(oralTest).begin().toFirstPart();
const civic = (): PlayedSession => new PlayedSession(civicTest).begin().toFirstPart();
const pause = { type: 'pause', by: 't', reason: 'brandalarm' } as const;
const refused = (session: PlayedSession): unknown => {
  const last = session.events.at(-1);
  return last?.type === 'operation-refused' ? last.code : last?.type;
};

describe('the clock of a session', () => {
  it('what is left stands still during a pause', () => {
    const session = civic();
    const before = remainingMs(session.now, at(10_000));
    session.ms = 10_000;
    session.run(pause);
    expect(remainingMs(session.now, at(70_000))).toBe(before);
  });

  it('an outage is offered as extra time until extra time made it good', () => {
    const session = civic();
    session.ms = 60_000;
    session.run({ type: 'measure-outage', from: at(10_000), to: at(40_000) });
    expect(outageToOfferMs(session.now)).toBe(30_000);
    session.run({ type: 'grant-extra-time', by: 't', ms: 20_000, reason: 'storing' });
    expect(outageToOfferMs(session.now)).toBe(10_000);
    session.run({ type: 'grant-extra-time', by: 't', ms: 20_000, reason: 'storing' });
    expect(outageToOfferMs(session.now)).toBe(0);
  });

  it('an outage is recorded once, and none from before the admission', () => {
    const session = civic();
    const outage = { type: 'measure-outage', from: at(10_000), to: at(40_000) } as const;
    expect(session.run(outage)).toHaveLength(1);
    expect(session.run(outage)).toHaveLength(0);
  });

  it.each([
    ['at the end of the sixth hour', 6 * hours, []],
    ['a moment later', 6 * hours + 1, ['closed']],
  ])('a session that nobody finished: %s', (_, ms, events) => {
    const session = oral();
    session.ms = ms;
    expect(session.run({ type: 'close-overdue' }).map(({ type }) => type)).toEqual(events);
  });
});

describe('a session that the candidate completes', () => {
  it('leaves its close to be concluded', () => {
    const session = civic();
    const [operation] = session.prepared({ kind: 'submit' });
    const decision = session.decide({
      type: 'operations',
      fence: session.now.fence,
      operations: operation === undefined ? [] : [operation],
    });
    expect(decision).toMatchObject({ pending: [{ kind: 'session-closed' }] });
  });
});

describe('an operation', () => {
  it('that answers is taken during a pause', () => {
    const session = civic();
    session.run(pause);
    session.answer(1);
    expect(refused(session)).toBe('answered');
  });

  it("with another item's option is refused", () => {
    const session = civic();
    const [first, second] = session.now.items;
    if (first === undefined || second === undefined) throw new Error('a form has two items');
    session.ask({ kind: 'answer', handle: first.handle, option: session.option(second.item.id, 0) });
    expect(refused(session)).toBe('unknown-option');
  });

  it('on an item that is no longer on the screen is refused', () => {
    const session = oral();
    const before = session.present();
    session.answer(0);
    session.ask({ kind: 'next', handle: before.handle });
    session.ask({ kind: 'answer', handle: before.handle, option: session.option(before.item, 1) });
    expect(refused(session)).toBe('wrong-item');
  });

  it('that records once more what is sealed is refused', () => {
    const session = oral();
    while (session.now.step.name === 'adaptive') {
      session.answer(0);
      session.ask({ kind: 'next', handle: session.present().handle });
    }
    session.ask({ kind: 'start-part' });
    const handle = session.now.turns[0]?.handle ?? '';
    const upload = 'upload-of-the-first';
    session.ask({ kind: 'play', handle }, { kind: 'recording-started', handle, upload });
    session.seal(upload);
    const finished = { durationMs: 4000, contentType: 'audio/webm', peak: 0.5 } as const;
    session.ask({ kind: 'recording-finished', handle, upload, chunks: ['b'.repeat(64)], ...finished });
    expect(refused(session)).toBe('recording-sealed');
    session.ask({ kind: 'recording-started', handle, upload: 'upload-of-another' });
    expect(refused(session)).toBe('part-over');
  });
});

describe('a play', () => {
  it('is given back when one was used, and not otherwise', () => {
    const session = oral();
    const refund = { type: 'refund-play', by: 't', reason: 'lawaai' } as const;
    expect(session.decide(refund)).toMatchObject({ refused: { code: 'nothing-to-refund' } });
    session.ask({ kind: 'play', handle: session.present().handle });
    expect(session.run(refund)).toMatchObject([{ type: 'play-refunded', plays: 0 }]);
  });
});
