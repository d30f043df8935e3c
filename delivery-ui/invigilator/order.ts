/** Who needs the invigilator most comes first; whoever is being looked at stays where he is. Pure. */
import type { RoomSession } from '../../server/api/invigilator/protocol.ts';

/** Most urgent first. */
const needs = ['help', 'red', 'lost', 'waiting', 'look', 'paused', 'active', 'registered', 'closed'] as const;
export type Need = (typeof needs)[number];

/** Somebody must decide about something irregular. */
export const isCaseOpen = ({ irregularity }: RoomSession): boolean =>
  irregularity !== undefined && irregularity.decided === undefined;
/** Somebody must say whether a test that was broken off counts. */
export const isAttemptOpen = ({ attempt }: RoomSession): boolean => attempt === 'undecided';

/** Somebody came, and nobody has looked yet who it is: a push to a seat, or an act on many, lets in without it. */
export const isIdentityDue = ({ status, identity }: RoomSession): boolean =>
  status !== 'registered' && status !== 'closed' && identity === undefined;

/** Nothing is shown at that seat before somebody does something. */
export const isBrowserWrong = ({ examBrowser }: RoomSession): boolean =>
  examBrowser === 'missing' || examBrowser === 'wrong';

export function needOf(session: RoomSession): Need {
  if (session.status === 'closed') return 'closed';
  if (session.handRaisedAt !== undefined) return 'help';
  if (session.faults.length > 0 || session.incidents.critical > 0 || isBrowserWrong(session)) return 'red';
  if (session.connection === 'lost') return 'lost';
  if (session.status === 'arrived') return 'waiting';
  if (session.outageMs > 0 || session.heldAnswers.length > 0 || isCaseOpen(session) || isIdentityDue(session))
    return 'look';
  return session.status;
}

/** Stable: equals keep the order of their names. */
export const byNeed = (sessions: readonly RoomSession[]): RoomSession[] =>
  [...sessions].sort(
    (a, b) =>
      needs.indexOf(needOf(a)) - needs.indexOf(needOf(b)) ||
      (a.handRaisedAt ?? '').localeCompare(b.handRaisedAt ?? '') ||
      (a.name ?? '').localeCompare(b.name ?? '') ||
      a.session.localeCompare(b.session),
  );

/** The order as it was shown, for as long as somebody points at it: what is new comes after it, by need. */
export function heldOrder(shown: readonly string[], sessions: readonly RoomSession[]): RoomSession[] {
  const rows = new Map(sessions.map((session) => [session.session, session]));
  const held = shown.flatMap((id) => rows.get(id) ?? []);
  const known = new Set(shown);
  return [...held, ...byNeed(sessions.filter(({ session }) => !known.has(session)))];
}
