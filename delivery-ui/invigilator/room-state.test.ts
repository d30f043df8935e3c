import { describe, expect, it } from 'vitest';
import type { Room, RoomSession } from '../../server/api/invigilator/protocol.ts';
import { rowOf } from './room-row.suite.ts';
import { roomAfter } from './room-state.ts';

const at = '2026-11-27T10:00:00.000Z';
const later = '2026-11-27T10:00:01.000Z';
const session = (id: string, status: RoomSession['status'] = 'active'): RoomSession => rowOf(id, { status });
const seat = { seat: 'x', name: 'blauwe vos 10', since: at };
const room: Room = { centre: 'Centre', serverNow: at, sessions: [session('a'), session('b')], seats: [seat] };

describe('the room of the page', () => {
  it.each([
    ['a row that changed', { sessions: [session('b', 'paused')], removed: [] }, [session('a'), session('b', 'paused')]],
    ['a row that is new', { sessions: [session('c')], removed: [] }, [session('a'), session('b'), session('c')]],
    ['a row that left', { sessions: [], removed: ['a'] }, [session('b')]],
    ['a row that left and came back', { sessions: [session('a')], removed: ['a'] }, [session('b'), session('a')]],
  ])('takes %s', (_what, changes, sessions) =>
    expect(roomAfter(room, { serverNow: later, ...changes })).toEqual({ ...room, serverNow: later, sessions }),
  );
  it('takes a stop of the clock, keeps it, and lets it go', () => {
    const nothing = { serverNow: later, sessions: [], removed: [] };
    const clockStop = { noticedAt: at, machineAt: later, aheadMs: 3_660_000 };
    const stopped = roomAfter(room, { ...nothing, clockStop });
    expect(stopped.clockStop).toEqual(clockStop);
    expect(roomAfter(stopped, nothing).clockStop).toEqual(clockStop);
    expect(roomAfter(stopped, { ...nothing, clockStop: null })).toEqual({ ...room, serverNow: later });
  });
  it('takes all seats anew, or leaves them as they are', () => {
    const nothing = { serverNow: later, sessions: [], removed: [] };
    expect(roomAfter(room, nothing).seats).toEqual([seat]);
    expect(roomAfter(room, { ...nothing, seats: [] }).seats).toEqual([]);
  });
});
