/** The room as the page has it, kept up to date by what the server says changed. Pure. */
import type { Room, RoomChanges } from '../../server/api/invigilator/protocol.ts';

export function roomAfter(room: Room, changes: RoomChanges): Room {
  const { serverNow, sessions, removed, seats, clockStop = room.clockStop ?? null } = changes;
  const rows = new Map(room.sessions.map((session) => [session.session, session]));
  for (const id of removed) rows.delete(id);
  for (const session of sessions) rows.set(session.session, session);
  const { clockStop: _before, ...kept } = room;
  const after = { ...kept, serverNow, sessions: [...rows.values()], seats: seats ?? room.seats };
  return clockStop === null ? after : { ...after, clockStop };
}
