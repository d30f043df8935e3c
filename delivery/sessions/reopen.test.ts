import { describe, expect, it } from 'vitest';
import { admit, at, civicTest, oralTest } from './example.suite.ts';
import { heldMs } from './reopen.ts';
import { PlayedSession } from './played-session.suite.ts';

const end = { type: 'end', by: 'an', reason: 'verkeerde kandidaat' } as const;
const reopen = { type: 'reopen', by: 'an', reason: 'vergissing' } as const;
const minute = 60_000;

/** Left the device and came in again by a new code. */
function comeBack(session: PlayedSession): void {
  session.run({ type: 'make-code', hash: 'again', admits: false, by: 'an' });
  session.run({ type: 'arrive', seat: 'x', code: 'again' });
  session.run(admit);
  session.run({ type: 'take-writer' });
  session.run({ type: 'resume', by: 'an' });
}
const leftMs = (session: PlayedSession): number =>
  Date.parse(session.now.deadlineAt ?? '') - Date.parse(at(session.ms));

describe('a session that was ended', () => {
  it('leaves nothing to follow up yet, and goes on at the same question with the time that was left', () => {
    const session = new PlayedSession(civicTest).begin().toFirstPart();
    session.ask({ kind: 'go', position: 3 });
    session.answer(1);
    session.ms = 4 * minute;
    const before = leftMs(session);
    expect(session.decide(end)).toMatchObject({ pending: [] });
    session.run(end);
    session.ms = 20 * minute;
    session.run(reopen);
    expect(session.now.awaitingAdmission).toBe(true);
    session.ms = 25 * minute;
    comeBack(session);
    expect(session.now.step).toEqual({ name: 'linear', part: 0, position: 3 });
    expect(leftMs(session)).toBe(before);
    expect(session.now.items[2]?.answer?.choice).toBe(1);
    session.ask({ kind: 'submit' });
    expect(session.now.closed).toMatchObject({ reason: 'completed' });
  });
  it('during a pause has the time that was left when the pause began', () => {
    const session = new PlayedSession(civicTest).begin().toFirstPart();
    const before = leftMs(session);
    session.run({ type: 'pause', by: 'an', reason: 'brandalarm' });
    session.ms = 5 * minute;
    session.run(end);
    session.run(reopen);
    comeBack(session);
    expect(leftMs(session)).toBe(before);
  });
  it('goes on at the same listening item, and before the first part', () => {
    const oral = new PlayedSession(oralTest).begin().toFirstPart();
    const { handle } = oral.present();
    oral.run(end);
    oral.run(reopen);
    comeBack(oral);
    expect(oral.present().handle).toBe(handle);
    const early = new PlayedSession(oralTest).begin();
    early.run(end);
    early.run(reopen);
    comeBack(early);
    early.toFirstPart();
    expect(early.now.items).toHaveLength(1);
  });
  it('is settled after half an hour, once, and then cannot be opened again', () => {
    const session = new PlayedSession(civicTest).begin().toFirstPart();
    session.run(end);
    session.ms = heldMs - 1;
    expect(session.decide({ type: 'settle-close' })).toMatchObject({ events: [], pending: [] });
    session.ms = heldMs;
    expect(session.decide({ type: 'settle-close' })).toMatchObject({ pending: [{ kind: 'session-closed' }] });
    session.run({ type: 'settle-close' });
    expect(session.decide({ type: 'settle-close' })).toMatchObject({ events: [], pending: [] });
    expect(session.decide(reopen)).toEqual({ refused: { code: 'close-settled' } });
  });
});

describe('a session whose time ran out', () => {
  const away = { type: 'measure-outage', from: at(7 * minute), to: at(70 * minute) } as const;
  const overdue = { type: 'close-overdue' } as const;

  it('while the server was away has back what the outage took, and not more', () => {
    const session = new PlayedSession(civicTest).begin().toFirstPart();
    session.answer(1);
    session.ms = 70 * minute;
    session.run(away);
    expect(session.decide(overdue)).toMatchObject({ pending: [] });
    session.run(overdue);
    expect(session.now.items.every(({ category }) => category !== undefined)).toBe(true);
    session.run(reopen);
    comeBack(session);
    expect(leftMs(session)).toBe(3 * minute);
    expect(session.now.completedParts).toEqual([]);
    expect(session.now.items.every(({ category }) => category === undefined)).toBe(true);
    session.ask({ kind: 'submit' });
    expect(session.events.filter(({ type }) => type === 'form-scored')).toHaveLength(2);
  });
  it('has nothing back of what extra time made good before', () => {
    const session = new PlayedSession(civicTest).begin().toFirstPart();
    session.ms = 3 * minute;
    session.run({ type: 'measure-outage', from: at(1 * minute), to: at(3 * minute) });
    session.run({ type: 'grant-extra-time', by: 'an', ms: 2 * minute, reason: 'storing' });
    session.ms = 13 * minute;
    expect(session.decide(overdue)).toMatchObject({ pending: [{ kind: 'session-closed' }] });
  });
  it('in the ordinary way is over: what follows is done at once, and it is not opened again', () => {
    const session = new PlayedSession(civicTest).begin().toFirstPart();
    session.ms = 11 * minute;
    expect(session.decide(overdue)).toMatchObject({ pending: [{ kind: 'session-closed' }] });
    session.run(overdue);
    expect(session.decide(reopen)).toEqual({ refused: { code: 'close-settled' } });
  });
});

describe('a session that is open, or submitted', () => {
  it('is not opened again', () => {
    const session = new PlayedSession(civicTest).begin().toFirstPart();
    expect(session.decide(reopen)).toEqual({ refused: { code: 'session-open' } });
    session.ask({ kind: 'submit' });
    expect(session.decide(reopen)).toEqual({ refused: { code: 'close-settled' } });
  });
});

describe('a jump of the clock', () => {
  it('is recorded once in a session, and so is its confirmation', () => {
    const session = new PlayedSession(civicTest).begin().toFirstPart();
    const jump = {
      type: 'note-clock-jump',
      noticedAt: at(1),
      machineAt: at(61 * minute),
      aheadMs: 61 * minute,
    } as const;
    const confirmed = { type: 'note-clock-confirmed', noticedAt: at(1), by: 'an' } as const;
    const deadline = session.now.deadlineAt;
    session.run(jump);
    expect(session.run(jump)).toEqual([]);
    session.run(confirmed);
    expect(session.run(confirmed)).toEqual([]);
    expect(session.run({ ...jump, noticedAt: at(2) })).toHaveLength(1);
    expect(session.now.deadlineAt).toBe(deadline);
  });
});
