/** Which rows are looked at: by one question, and by what was typed. Pure. */
import type { RoomSession } from '../../server/api/invigilator/protocol.ts';
import { isAttemptOpen, isBrowserWrong, isCaseOpen, isIdentityDue } from './order.ts';

type Fits = (session: RoomSession) => boolean;
const isOpen: Fits = ({ status }) => status !== 'closed';

/** One session may be counted by several: somebody at work who asks for help. */
export const filters = {
  open: isOpen,
  active: ({ status }) => status === 'active',
  help: (session) => isOpen(session) && session.handRaisedAt !== undefined,
  red: (session) =>
    isOpen(session) && (session.faults.length > 0 || session.incidents.critical > 0 || isBrowserWrong(session)),
  lost: (session) => isOpen(session) && session.connection === 'lost',
  waiting: ({ status }) => status === 'arrived',
  paused: ({ status }) => status === 'paused',
  registered: ({ status }) => status === 'registered',
  identity: isIdentityDue,
  case: (session) => isCaseOpen(session) || isAttemptOpen(session),
  closed: (session) => !isOpen(session),
} as const satisfies Record<string, Fits>;
export type Filter = keyof typeof filters;

/** Without case and accents, as a name is typed in a hurry. */
const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Every word that was typed stands in the name or at the seat. */
export function isAbout(session: RoomSession, typed: string): boolean {
  const text = plain(`${session.name ?? ''} ${session.seat ?? ''}`);
  return plain(typed)
    .split(/\s+/)
    .every((word) => text.includes(word));
}
