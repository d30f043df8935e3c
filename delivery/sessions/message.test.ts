import { describe, expect, it } from 'vitest';
import { civicTest, register } from './example.suite.ts';
import { unreadMessage } from './message.ts';
import { PlayedSession } from './played-session.suite.ts';

const seated = (): PlayedSession => new PlayedSession(civicTest).begin().toFirstPart();
const says = (message: 'wait' | 'quiet') => ({ type: 'send-message', message, by: 'an@agii' }) as const;
const last = ({ events }: PlayedSession) => events.at(-1);

describe('a message of the invigilator', () => {
  it('is shown until the candidate says to have read it, one at a time', () => {
    const played = seated();
    played.run(says('wait'));
    played.run(says('quiet'));
    expect(last(played)).toMatchObject({ type: 'message-sent', number: 2, message: 'quiet', by: 'an@agii' });
    expect(unreadMessage(played.now)).toMatchObject({ number: 1, message: 'wait' });
    played.ask({ kind: 'read-message', number: 1 });
    expect(last(played)).toMatchObject({ type: 'message-read', number: 1 });
    expect(unreadMessage(played.now)).toMatchObject({ number: 2 });
    played.ask({ kind: 'read-message', number: 2 });
    expect(unreadMessage(played.now)).toBeUndefined();
    expect(played.now.messages.every(({ readAt }) => readAt !== undefined)).toBe(true);
  });

  it('can be read while the test is paused; once is enough', () => {
    const played = seated();
    played.run({ type: 'pause', by: 'an@agii', reason: 'alarm' });
    played.run(says('wait'));
    played.ask({ kind: 'read-message', number: 1 });
    expect(last(played)?.type).toBe('message-read');
    played.ask({ kind: 'read-message', number: 1 });
    expect(last(played)).toMatchObject({ type: 'operation-noted', kind: 'read-message' });
  });

  it('that nobody sent cannot be read', () => {
    const played = seated();
    played.ask({ kind: 'read-message', number: 1 });
    expect(last(played)).toMatchObject({ type: 'operation-refused', code: 'wrong-item' });
  });

  it('is not for who is not in the test', () => {
    const door = new PlayedSession(civicTest).ran(register(civicTest));
    expect(() => door.run(says('wait'))).toThrow('not-admitted');
    const over = seated();
    over.run({ type: 'end', by: 'an@agii', reason: 'ziek' });
    expect(() => over.run(says('wait'))).toThrow('session-closed');
  });

  it('changes nothing about the test', () => {
    const [told, quiet] = [seated(), seated()];
    told.run(says('wait'));
    told.ask({ kind: 'read-message', number: 1 });
    expect({ ...told.now, messages: [], staff: [], nextSeq: 0, outcomes: new Map() }).toEqual({
      ...quiet.now,
      ...{ messages: [], staff: [], nextSeq: 0, outcomes: new Map() },
    });
  });
});

it('a note is kept, also after the close', () => {
  const played = seated();
  played.run({ type: 'end', by: 'an@agii', reason: 'ziek' });
  played.run({ type: 'write-note', by: 'an@agii', text: 'de begeleider was erbij' });
  expect(last(played)).toMatchObject({ type: 'note-written', by: 'an@agii', text: 'de begeleider was erbij' });
});
