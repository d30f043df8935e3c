/** Times as the room shows them. Pure. */
import type { RoomSession } from '../../server/api/invigilator/protocol.ts';

export const minutesAndSeconds = (ms: number): string =>
  `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;

/** Empty where no clock runs. */
export function clockOf({ deadlineAt, remainingMs }: RoomSession, nowMs: number): string {
  if (deadlineAt === undefined) return '';
  return minutesAndSeconds(remainingMs ?? Math.max(0, Date.parse(deadlineAt) - nowMs));
}
