/** What staff typed in a session, opened for who may read it. */
import type { TypedTexts } from '../../people/candidates/typed-text.ts';
import { erasedText } from '../../storage/keys/person-cipher.ts';
import type { SessionEvent } from '../sessions/session.ts';

/** Whose session it is. */
interface SessionOwner {
  readonly tenant: string;
  readonly candidate: string;
}

/** The events with their typed texts in clear; the text of a person who was erased is `erasedText`. */
export function withTypedTexts(
  typed: Pick<TypedTexts, 'read'>,
  { tenant, candidate }: SessionOwner,
  events: readonly SessionEvent[],
): Promise<SessionEvent[]> {
  const read = async (kept: string): Promise<string> => (await typed.read(tenant, candidate, kept)) ?? erasedText;
  return Promise.all(
    events.map(async (event): Promise<SessionEvent> => {
      switch (event.type) {
        case 'paused':
        case 'extra-time-granted':
        case 'play-refunded':
        case 'reopened':
        case 'attempt-decided':
        case 'case-opened':
        case 'case-decided':
        case 'taken-over':
        case 'browser-overridden':
          return { ...event, reason: await read(event.reason) };
        case 'note-written':
          return { ...event, text: await read(event.text) };
        case 'closed':
          return event.note === undefined ? event : { ...event, note: await read(event.note) };
        default:
          return event;
      }
    }),
  );
}
