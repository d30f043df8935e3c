import { expect, it } from 'vitest';
import { civicTest } from '../sessions/example.suite.ts';
import { PlayedSession } from '../sessions/played-session.suite.ts';
import { proctoringLog } from './log.ts';

it('each line has the severity that the taxonomy gives it', () => {
  const played = new PlayedSession(civicTest).begin().toFirstPart();
  played.run({ type: 'pause', by: 't', reason: 'brandalarm' });
  played.run({ type: 'resume', by: 't' });
  played.run({ type: 'lose-connection' });
  played.run({ type: 'measure-outage', from: '2026-11-23T09:00:00.000Z', to: '2026-11-23T09:01:00.000Z' });
  played.ask({ kind: 'signal', signal: { type: 'page-hidden', monotonicMs: 1, wallMs: 1 } });
  played.ask({ kind: 'signal', signal: { type: 'print-attempted', monotonicMs: 1, wallMs: 1 } });
  played.ask({ kind: 'answer', handle: 'inobody', option: 'onothing' });
  const weighed = proctoringLog(played.events).filter(({ severity }) => severity !== 'info');
  expect(weighed.map(({ type, severity }) => [type, severity])).toEqual([
    ['paused', 'notice'],
    ['connection-lost', 'notice'],
    ['outage-measured', 'warning'],
    ['page-hidden', 'notice'],
    ['print-attempted', 'warning'],
    ['operation-refused', 'notice'],
  ]);
});

it('what staff chose and typed is told, of a close too', () => {
  const played = new PlayedSession(civicTest).begin().toFirstPart();
  played.run({ type: 'pause', by: 't', why: 'environment.noise', reason: '' });
  played.run({ type: 'end', by: 't', why: 'examinee.ill', reason: 'koorts' });
  const lines = proctoringLog(played.events).filter(({ type }) => type === 'paused' || type === 'closed');
  expect(lines.map(({ why, text, how }) => [why, text, how])).toEqual([
    ['environment.noise', undefined, undefined],
    ['examinee.ill', 'koorts', 'ended'],
  ]);
});

it('what was said to the candidate, that it was read, and notes are told', () => {
  const played = new PlayedSession(civicTest).begin().toFirstPart();
  played.run({ type: 'send-message', message: 'quiet', by: 't' });
  played.ask({ kind: 'read-message', number: 1 });
  played.run({ type: 'write-note', text: 'sprak met de buur', by: 't' });
  expect(proctoringLog(played.events).slice(-3)).toMatchObject([
    { type: 'message-sent', source: 'invigilator', by: 't', message: 'quiet' },
    { type: 'message-read', source: 'candidate' },
    { type: 'note-written', source: 'invigilator', by: 't', text: 'sprak met de buur' },
  ]);
});

it('a lost focus that a page of before reported is marked: it saw each press of a button so', () => {
  const played = new PlayedSession(civicTest).begin().toFirstPart();
  const signal = { type: 'focus-lost', monotonicMs: 1, wallMs: 1 } as const;
  played.ask({ kind: 'signal', signal }, { kind: 'signal', signal: { ...signal, detectors: 2 } });
  const lines = proctoringLog(played.events).filter(({ type }) => type === 'focus-lost');
  expect(lines.map(({ severity, unreliable }) => [severity, unreliable])).toEqual([
    ['info', true],
    ['notice', undefined],
  ]);
});
