import { expect, it } from 'vitest';
import { jsonObject } from '../../storage/document/json.ts';
import { admit, at, civicTest, oralTest } from './example.suite.ts';
import { readSessionEvent, sessionEventSchemas } from './recorded.ts';
import { PlayedSession } from './played-session.suite.ts';

/** Sessions in which everything happens that a session can record. */
function everything(): readonly PlayedSession[] {
  const oral = new PlayedSession(oralTest).begin().toFirstPart();
  oral.ask({ kind: 'play', handle: oral.present().handle });
  oral.run({ type: 'refund-play', by: 'an', reason: 'koptelefoon' });
  for (let n = 0; n < 5; n += 1) {
    oral.answer(1);
    oral.ask({ kind: 'next', handle: oral.present().handle });
  }
  oral.ask({ kind: 'start-part' });
  oral.speakAll();
  const civic = new PlayedSession(civicTest).begin().toFirstPart();
  civic.run({ type: 'pause', by: 'an', reason: 'brandalarm' });
  civic.after(20_000).answer(0);
  civic.run({ type: 'decide-held-answer', handle: civic.present().handle, counts: true, by: 'an' });
  civic.run({ type: 'resume', by: 'an' });
  civic.run({ type: 'take-writer' });
  civic.run({ type: 'grant-extra-time', by: 'an', ms: 60_000, reason: 'storing' });
  civic.run({ type: 'measure-outage', from: at(1000), to: at(9000) });
  civic.ask({ kind: 'answer', handle: civic.present().handle, option: 'o' });
  civic.run({ type: 'lose-connection', unheardFrom: at(0) });
  civic.ms = 30_000;
  civic.run({ type: 'restore-connection' });
  const signal = { type: 'focus-lost', monotonicMs: 1, wallMs: 2, durationMs: 3, count: 4, code: 'blur' } as const;
  civic.ask({ kind: 'raise-hand' }, { kind: 'raise-hand' }, { kind: 'lower-hand' }, { kind: 'signal', signal });
  civic.run({ type: 'send-message', message: 'wait', by: 'an' });
  civic.ask({ kind: 'read-message', number: 1 });
  civic.run({ type: 'take-over', by: 'bo', reason: 'rustig' });
  civic.run({ type: 'open-case', why: 'examinee.behaviour', by: 'an', reason: 'sprak' });
  civic.run({ type: 'decide-case', outcome: 'unfounded', by: 'bo', reason: 'een tolk' });
  civic.run({ type: 'write-note', text: 'kwam met een tolk', by: 'an' });
  civic.ask({ kind: 'raise-hand' });
  civic.run({ type: 'lower-hand', by: 'an' });
  const { handle, item } = civic.present();
  civic.ask({ kind: 'answer', handle: 'another', option: 'o' }, { kind: 'flag', handle, on: true });
  civic.ask({ kind: 'answer', handle, option: civic.option(item, 1) }, { kind: 'go', position: 2 });
  civic.run({ type: 'make-code', hash: 'code', admits: false, by: 'an' });
  civic.run({ type: 'arrive', seat: 'x', code: 'code' });
  civic.run({ type: 'check-identity', by: 'an', document: 'passport' });
  civic.run(admit);
  civic.run({ type: 'note-clock-jump', noticedAt: at(1000), machineAt: at(9000), aheadMs: 8000 });
  civic.run({ type: 'note-clock-confirmed', noticedAt: at(1000), by: 'an' });
  civic.run({ type: 'end', by: 'an', reason: 'vergissing' });
  civic.run({ type: 'reopen', by: 'an', reason: 'vergissing' });
  civic.run({ type: 'make-code', hash: 'again', admits: false, by: 'an' });
  civic.run({ type: 'arrive', seat: 'x', code: 'again' });
  civic.run(admit);
  civic.run({ type: 'resume', by: 'an' });
  civic.ask({ kind: 'submit' });
  const lockedDown = new PlayedSession(civicTest).begin({
    conduct: { browser: 'safe-exam-browser', fullScreen: true, focus: false, assistiveTechnology: true },
  });
  lockedDown.run({ type: 'note-browser' });
  lockedDown.run({ type: 'note-browser', fault: 'missing' });
  lockedDown.run({ type: 'override-browser', by: 'an', why: 'technical.exam-browser', reason: '' });
  lockedDown.run({ type: 'require-browser', by: 'an' });
  const ended = new PlayedSession(civicTest).begin();
  ended.run({ type: 'end', by: 'an', reason: 'ziek' });
  ended.ms = 3_600_000;
  ended.run({ type: 'settle-close' });
  const broken = new PlayedSession(civicTest).begin().toFirstPart();
  broken.run({ type: 'end', by: 'an', reason: 'ziek' });
  broken.run({ type: 'decide-attempt', counts: true, by: 'bo', reason: 'liep weg' });
  return [oral, civic, lockedDown, ended, broken];
}

it('reads every event that a session records, as it was recorded', () => {
  const events = everything().flatMap((played) => played.events);
  for (const event of events) expect(readSessionEvent(jsonObject(event))).toEqual(event);
  expect([...new Set(events.map(({ type }) => type))].sort()).toEqual(Object.keys(sessionEventSchemas).sort());
});
