import type { RoomSession } from '../../server/api/invigilator/protocol.ts';

/** A device that came in with a code has no name of a place. */
export const seatOf = ({ seat }: Pick<RoomSession, 'seat'>): string =>
  seat === undefined || seat === 'device' ? '' : seat;
