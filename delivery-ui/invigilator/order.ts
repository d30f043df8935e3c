/** Who needs the invigilator most comes first. */
import type { RoomSession } from '../../server/api/invigilator/protocol.ts';

/** Smaller is more urgent. */
export function urgency(session: RoomSession): number {
  if (session.handRaisedAt !== undefined) return 0;
  if (session.status === 'arrived') return 1;
  if ((session.connection === 'lost' || session.faults.length > 0) && session.status !== 'closed') return 2;
  if (session.outageMs > 0 || session.incidents.critical > 0) return 3;
  if (session.status === 'paused') return 4;
  if (session.status === 'active') return 5;
  return session.status === 'registered' ? 6 : 7;
}

/** Stable: equals keep the order of their names. */
export const byNeed = (sessions: readonly RoomSession[]): RoomSession[] =>
  [...sessions].sort(
    (a, b) =>
      urgency(a) - urgency(b) ||
      (a.handRaisedAt ?? '').localeCompare(b.handRaisedAt ?? '') ||
      (a.name ?? '').localeCompare(b.name ?? ''),
  );
