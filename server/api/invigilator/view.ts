/** What an invigilator sees of the room: only sessions of the own centre, of today and yesterday. */
import { agencyOf, centreName } from '../../../people/agencies/agency.ts';
import { defined } from '../../../storage/document/defined.ts';
import { seen } from '../../../delivery/monitoring/room.ts';
import { sessionKind } from '../../../delivery/sessions/run.ts';
import { everyDocument } from '../../../storage/pages.ts';
import { toEpochMs, toInstant } from '../../../storage/document/instant.ts';
import type { Program } from '../../program.ts';
import type { StaffAccess } from '../access.ts';
import { type ClockStop, isStopped } from '../../../delivery/live/clock-stop.ts';
import type { ClockStopSeen, Room, RoomSession } from './protocol.ts';

export type InvigilatorPorts = Pick<
  Program,
  | 'live'
  | 'agencies'
  | 'sessionList'
  | 'log'
  | 'makeId'
  | 'timers'
  | 'codes'
  | 'publicUrl'
  | 'examSettings'
  | 'random'
  | 'admission'
  | 'registrations'
  | 'candidates'
  | 'bank'
  | 'storage'
  | 'refusedStreams'
  | 'tokens'
  | 'sessions'
  | 'persons'
  | 'typed'
  | 'sign'
  | 'accounts'
  | 'passwords'
  | 'staffSessions'
  | 'staffLog'
  | 'now'
>;

/** Sessions registered longer ago than this are not in the room any more, ms. */
const roomMs = 36 * 3_600_000;

export interface Centre {
  readonly tenant: string;
  readonly centre: string;
}

/** A session in the room, with the pseudonym of whose it is. */
export interface RoomRow {
  readonly candidate: string;
  readonly row: RoomSession;
}

/** Undefined for a session of another centre, and for one that is refused. */
export const roomRow = (program: InvigilatorPorts, centre: Centre, id: string): Promise<RoomRow | undefined> =>
  program.refusedStreams.unlessDamaged({ tenant: centre.tenant, kind: sessionKind, id }, () =>
    rowOf(program, centre, id),
  );

async function rowOf(program: InvigilatorPorts, { tenant, centre }: Centre, id: string): Promise<RoomRow | undefined> {
  const session = await program.sessions.load({ tenant, id });
  if (session === undefined || session.state.terms.centre !== centre) return undefined;
  const { terms } = session.state;
  const person = await program.persons.of(tenant, terms);
  const test = program.sessions.pinnedTest(session.state);
  const row: RoomSession = {
    session: id,
    ...(person === undefined ? {} : { name: person.name }),
    test: terms.test,
    title: test.specification.title,
    language: terms.language,
    contactLanguage: terms.contactLanguage,
    ...seen(session.state, test, program.now()),
  };
  return { candidate: terms.candidate, row };
}

/** Latest first. */
export async function roomIds({ sessionList, now }: InvigilatorPorts, { tenant, centre }: Centre): Promise<string[]> {
  const from = toInstant(toEpochMs(now()) - roomMs);
  const query = { index: 'centre', equal: [centre], from, descending: true, limit: 500 } as const;
  const ids: string[] = [];
  for await (const { id } of everyDocument(sessionList, tenant, query)) ids.push(id);
  return ids;
}

export const centreTitle = async ({ agencies }: InvigilatorPorts, { tenant, centre }: Centre): Promise<string> =>
  centreName(await agencyOf(agencies, tenant), centre);

/** Undefined while deadlines close as ever. */
export const clockStopSeen = (stop: ClockStop | undefined): ClockStopSeen | undefined =>
  isStopped(stop) ? stop.jumps.at(-1) : undefined;

export async function roomView(program: InvigilatorPorts, { tenant, account }: StaffAccess): Promise<Room> {
  const where = { tenant, centre: account.centre };
  const ids = await roomIds(program, where);
  const rows = await Promise.all(ids.map((id) => roomRow(program, where, id)));
  return {
    centre: await centreTitle(program, where),
    serverNow: program.now(),
    sessions: rows.flatMap((found) => (found === undefined ? [] : [found.row])),
    seats: [...program.live.seats.list()],
    ...defined({ clockStop: clockStopSeen((await program.live.clock.get())?.value) }),
  };
}
