/** What an invigilator sees of the room: only sessions of the own centre, of today and yesterday. */
import { agencyOf, centreName } from '../../../people/agencies/agency.ts';
import { seen } from '../../../delivery/monitoring/room.ts';
import { toEpochMs, toInstant } from '../../../storage/document/instant.ts';
import type { Program } from '../../program.ts';
import type { StaffAccess } from '../access.ts';
import type { Room, RoomSession } from './protocol.ts';

/** Sessions registered longer ago than this are not in the room any more, ms. */
const roomMs = 36 * 3_600_000;

async function roomSession(program: Program, tenant: string, id: string): Promise<RoomSession | undefined> {
  const session = await program.sessions.load({ tenant, id });
  if (session === undefined) return undefined;
  const { registration } = session.state;
  return {
    session: id,
    name: registration.candidateName,
    test: registration.test,
    language: registration.language,
    contactLanguage: registration.contactLanguage,
    ...seen(session.state, program.sessions.pinnedTest(session.state), program.now()),
  };
}

export async function roomView(program: Program, { tenant, account }: StaffAccess): Promise<Room> {
  const since = toInstant(toEpochMs(program.now()) - roomMs);
  const listed = await program.sittings.find(tenant, {
    index: 'centre',
    equal: [account.centre],
    from: since,
    descending: true,
    limit: 500,
  });
  const sessions = await Promise.all(listed.documents.map(({ id }) => roomSession(program, tenant, id)));
  const agency = await agencyOf(program.agencies, tenant);
  return {
    centre: centreName(agency, account.centre),
    serverNow: program.now(),
    sessions: sessions.filter((session): session is RoomSession => session !== undefined),
    seats: program.seats.list().map(({ seat, name, since: at }) => ({ seat, name, since: at })),
  };
}
