/** A message of staff to the candidate, and that the candidate says to have read it. Pure. */
import type { Refused } from '../../storage/journal/stream.ts';
import type { MessageCode, SentMessage } from '../proctoring/message-code.ts';
import type { EventBody, EventOf, SessionState } from './session.ts';

/** Whoever is not in the test sees no message. */
export function sendMessage(
  { awaitingAdmission, messages }: SessionState,
  { by, message }: { readonly by: string; readonly message: MessageCode },
): readonly EventBody[] | Refused<{ readonly code: 'not-admitted' }> {
  return awaitingAdmission
    ? { refused: { code: 'not-admitted' } }
    : [{ type: 'message-sent', number: messages.length + 1, message, by }];
}

/** The oldest that was not read: one at a time. */
export const unreadMessage = ({ messages }: Pick<SessionState, 'messages'>): SentMessage | undefined =>
  messages.find(({ readAt }) => readAt === undefined);

type Messages = SessionState['messages'];

export const withSent = ({ messages }: SessionState, { number, message, at }: EventOf<'message-sent'>): Messages => [
  ...messages,
  { number, message, at },
];
export const withRead = ({ messages }: SessionState, { number, at }: EventOf<'message-read'>): Messages =>
  messages.map((sent) => (sent.number === number ? { ...sent, readAt: at } : sent));
