/** The close-out report of a day at the own centre, made and signed at this moment; the names stand beside it. */
import {
  type CloseOut,
  type CloseOutSession,
  actsOf,
  closeOutSession,
  closeOutType,
} from '../../../delivery/monitoring/close-out.ts';
import { withTypedTexts } from '../../../delivery/monitoring/typed-texts.ts';
import { registrationKind } from '../../../delivery/registrations/run.ts';
import { sessionKind, sessionStream } from '../../../delivery/sessions/run.ts';
import { type Day, dayOf } from '../../../storage/document/day.ts';
import { defined } from '../../../storage/document/defined.ts';
import { toEpochMs, toInstant } from '../../../storage/document/instant.ts';
import { canonicalJson } from '../../../storage/document/json.ts';
import { type Anchor, checkpointHash, checkpoints } from '../../../storage/journal/checkpoint.ts';
import { eventsOf } from '../../../storage/journal/stream.ts';
import { everyDocument } from '../../../storage/pages.ts';
import { installationTenant } from '../../../storage/port.ts';
import type { StaffAccess } from '../access.ts';
import type { CloseOutMade } from './protocol.ts';
import { type Centre, type InvigilatorPorts, centreTitle } from './view.ts';

const dayMs = 86_400_000;

/** Days are those of Brussels, and begin within a day of the same date in Greenwich. */
async function sessionsOn({ sessionList }: InvigilatorPorts, { tenant, centre }: Centre, day: Day): Promise<string[]> {
  const noon = Date.parse(`${day}T12:00:00Z`);
  const from = toInstant(noon - dayMs);
  const ids: string[] = [];
  const query = { index: 'centre', equal: [centre], from, limit: 500 } as const;
  for await (const { id, value } of everyDocument(sessionList, tenant, query)) {
    if (toEpochMs(value.registeredAt) > noon + dayMs) break;
    if (dayOf(value.registeredAt) === day) ids.push(id);
  }
  return ids;
}

/** What is signed of a session, and what is put beside it. */
interface Beside {
  readonly session: CloseOutSession;
  readonly name: string | undefined;
  readonly texts: readonly string[];
}

type RefusedStream = NonNullable<CloseOut['refused']>[number];

async function sessionOf(
  { storage, sessions, persons, typed }: InvigilatorPorts,
  tenant: string,
  id: string,
): Promise<Beside | undefined> {
  const commits = await storage.journal.read({ tenant, kind: sessionKind, id });
  const last = commits.at(-1);
  const loaded = await sessions.load({ tenant, id });
  if (last === undefined || loaded === undefined) return undefined;
  const events = commits.flatMap((commit) => eventsOf(sessionStream, commit));
  const person = await persons.of(tenant, loaded.state.terms);
  const { candidate } = loaded.state.terms;
  const texts = actsOf(await withTypedTexts(typed, { tenant, candidate }, events)).map(({ text }) => text ?? '');
  return { session: closeOutSession(id, loaded.state, events, last), name: person?.name, texts };
}

interface ReadSession {
  /** Undefined for one that never began. */
  readonly beside?: Beside | undefined;
  readonly refused?: RefusedStream;
}

/** One that was changed past the program takes the report of no other away. */
async function readSession(program: InvigilatorPorts, tenant: string, id: string): Promise<ReadSession> {
  const stream = { tenant, kind: sessionKind, id };
  const read = await program.refusedStreams.unlessDamaged(stream, async (): Promise<ReadSession> => ({
    beside: await sessionOf(program, tenant, id),
  }));
  return read ?? { refused: { kind: sessionKind, id } };
}

async function attendanceOn(program: InvigilatorPorts, { tenant, centre }: Centre, day: Day) {
  const { registrations, refusedStreams } = program;
  const counts = { admitted: 0, excused: 0, absent: 0, cancelled: 0, expected: 0 };
  const refused: RefusedStream[] = [];
  let after: string | undefined;
  do {
    const { ids, next } = await registrations.expectedOn(tenant, { centre, day }, after);
    for (const id of ids) {
      const stream = { tenant, kind: registrationKind, id };
      const loaded = await refusedStreams.unlessDamaged(stream, async () => ({
        state: await registrations.load(stream),
      }));
      if (loaded === undefined) refused.push({ kind: registrationKind, id });
      const state = loaded?.state;
      if (state === undefined || state.status === 'registered') continue;
      if (state.plan?.day !== day || state.plan.centre !== centre) continue;
      const { status } = state;
      counts[status === 'scheduled' ? 'expected' : status === 'absent' && state.excused ? 'excused' : status] += 1;
    }
    after = next;
  } while (after !== undefined);
  return { counts, refused };
}

async function newestCheckpoint({ storage }: InvigilatorPorts): Promise<Anchor | undefined> {
  const collection = await storage.collection(checkpoints);
  const query = { index: 'number', equal: [], descending: true, limit: 1 } as const;
  const [found] = (await collection.find(installationTenant, query)).documents;
  return found === undefined ? undefined : { number: found.value.number, hash: checkpointHash(found.value) };
}

export async function closeOutOf(program: InvigilatorPorts, access: StaffAccess, asked?: Day): Promise<CloseOutMade> {
  const where = { tenant: access.tenant, centre: access.account.centre };
  const day = asked ?? dayOf(program.now());
  const ids = await sessionsOn(program, where, day);
  const read = await Promise.all(ids.map((id) => readSession(program, where.tenant, id)));
  const found = read.flatMap(({ beside }) => beside ?? []);
  const attendance = await attendanceOn(program, where, day);
  const refused = [...read.flatMap((one) => one.refused ?? []), ...attendance.refused];
  const report: CloseOut = {
    kind: 'close-out',
    schema: 1,
    ...where,
    day,
    at: program.now(),
    by: access.id,
    ...defined({ checkpoint: await newestCheckpoint(program) }),
    attendance: attendance.counts,
    sessions: found.map(({ session }) => session),
    ...(refused.length === 0 ? {} : { refused }),
  };
  return {
    report,
    centreName: await centreTitle(program, where),
    names: Object.fromEntries(
      found.flatMap(({ session, name }) => (name === undefined ? [] : [[session.session, name]])),
    ),
    texts: Object.fromEntries(found.map(({ session, texts }) => [session.session, [...texts]])),
    signed: await program.sign(canonicalJson(report), { typ: closeOutType, cty: 'json' }),
  };
}
