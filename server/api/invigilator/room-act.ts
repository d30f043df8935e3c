/**
 * One act of an invigilator on many sessions: one request, one entry in each stream, an answer for each candidate. All
 * are begun at once, so that a fire alarm stops every clock at nearly one moment.
 */
import { statusOf } from '../../../delivery/monitoring/room.ts';
import type { SessionCommand } from '../../../delivery/sessions/decide.ts';
import { type LoadedSession, SessionRefused } from '../../../delivery/sessions/run.ts';
import type { SessionState } from '../../../delivery/sessions/session.ts';
import { defined } from '../../../storage/document/defined.ts';
import type { StaffAccess } from '../access.ts';
import type { RoomAct, RoomActDone } from './protocol.ts';
import { type InvigilatorPorts, roomIds } from './view.ts';

type Kind = RoomAct['act'];
type ActOutcome = RoomActDone['outcomes'][number];

/** Whom an act on the whole room is for; on a selection it is tried on everyone. */
function isMeant(state: SessionState, act: Kind): boolean {
  const status = statusOf(state);
  switch (act.kind) {
    case 'admit':
      return status === 'arrived';
    case 'pause':
    case 'extra-time':
      // Whoever comes back and waits at the door has a clock that runs.
      return state.closed === undefined && state.admissions > 0;
    case 'message':
      return state.closed === undefined && !state.awaitingAdmission;
    case 'take-over':
      return state.closed === undefined;
    case 'resume':
      return state.pausedAt !== undefined;
  }
}

interface Actors {
  readonly by: string;
  readonly confirmedBy?: string;
}

function commandOf(
  { id, act }: RoomAct,
  { by, confirmedBy }: Actors,
  { seat = 'device' }: SessionState,
): SessionCommand {
  switch (act.kind) {
    case 'admit':
      return { type: 'admit', by, seat, act: id };
    case 'pause':
      return { type: 'pause', by, ...defined({ why: act.why }), reason: act.reason, act: id };
    case 'resume':
      return { type: 'resume', by, act: id };
    case 'take-over':
      return { type: 'take-over', by, ...defined({ why: act.why }), reason: act.reason, act: id };
    case 'message':
      return { type: 'send-message', by, message: act.message, act: id };
    case 'extra-time':
      return {
        type: 'grant-extra-time',
        by,
        ms: act.ms,
        ...defined({ confirmedBy, why: act.why }),
        reason: act.reason,
        act: id,
      };
  }
}

/** Who was meant the first time is meant again: a repeat answers for the same sessions. */
const isAddressed = ({ state }: LoadedSession, { id, act, sessions }: RoomAct): boolean => {
  if (state.acts.has(id)) return true;
  if (act.kind === 'resume' && act.pausedFor !== undefined && state.pausedFor !== act.pausedFor) return false;
  return sessions !== 'room' || isMeant(state, act);
};

export async function actOnRoom(
  program: InvigilatorPorts,
  { tenant, account, id: by }: StaffAccess,
  asked: RoomAct,
  confirmedBy: string | undefined,
): Promise<RoomActDone> {
  const actors = { by, ...defined({ confirmedBy }) };
  const where = { tenant, centre: account.centre };
  const ids = asked.sessions === 'room' ? await roomIds(program, where) : [...new Set(asked.sessions)];
  const one = async (session: string): Promise<ActOutcome | undefined> => {
    try {
      const loaded = await program.sessions.load({ tenant, id: session });
      // Of a session of another centre nothing is told, as of one that does not exist.
      if (loaded?.state.terms.centre !== account.centre) return undefined;
      if (!isAddressed(loaded, asked)) return undefined;
      if (asked.act.kind === 'admit' && !loaded.state.acts.has(asked.id) && !isMeant(loaded.state, asked.act))
        return { session, outcome: 'refused', refusal: 'not-waiting' };
      await program.sessions.handle({ tenant, id: session }, commandOf(asked, actors, loaded.state));
      return { session, outcome: 'done' };
    } catch (error) {
      if (error instanceof SessionRefused) return { session, outcome: 'refused', refusal: error.code };
      program.log.error({ err: error, session }, 'an act on the room was not carried out on one session');
      return { session, outcome: 'failed' };
    }
  };
  const outcomes = await Promise.all(ids.map(one));
  return { outcomes: outcomes.filter((outcome) => outcome !== undefined) };
}
