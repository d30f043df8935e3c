/** Whom a centre expects on a day. Found by the projection, read from the streams: what is shown is never stale. */
import type { z } from 'zod';
import { type Day, dayOf } from '../../../storage/document/day.ts';
import { defined } from '../../../storage/document/defined.ts';
import { type RegistrationId, registrationKind } from '../../../delivery/registrations/run.ts';
import { InvalidQuery } from '../../../storage/port.query.ts';
import { Problem } from '../../http/problem.ts';
import type { ExpectedPage, ExpectedQuery, ExpectedRow } from './protocol.ts';
import type { Centre, InvigilatorPorts } from './view.ts';

export async function expectedPage(
  program: InvigilatorPorts,
  { tenant, centre }: Centre,
  { day: asked, after }: z.infer<typeof ExpectedQuery>,
): Promise<ExpectedPage> {
  const today = dayOf(program.now());
  const day = asked ?? today;
  const { ids, next } = await idsOf(program, tenant, { centre, day }, after);
  const rows = await Promise.all(ids.map((id) => expectedRow(program, { tenant, centre }, id, day)));
  return { day, today, registrations: rows.filter((row) => row !== undefined), ...defined({ next }) };
}

async function idsOf(
  { registrations }: InvigilatorPorts,
  tenant: string,
  on: { readonly centre: string; readonly day: Day },
  after: string | undefined,
) {
  try {
    return await registrations.expectedOn(tenant, on, after);
  } catch (error) {
    if (!(error instanceof InvalidQuery)) throw error;
    throw new Problem('invalid-request', { errors: [{ field: 'after', rule: 'is no `next` of a page of this day' }] });
  }
}

/** Undefined where the registration was moved since to another day or centre, or is refused. */
async function expectedRow(
  program: InvigilatorPorts,
  { tenant, centre }: Centre,
  id: string,
  day: Day,
): Promise<ExpectedRow | undefined> {
  const { candidates, bank } = program;
  const state = await undamaged(program, { tenant, id });
  if (state === undefined || state.status === 'registered') return undefined;
  const { booking, status, plan } = state;
  if (plan?.day !== day || plan.centre !== centre) return undefined;
  const { test, language, contactLanguage, extraTimePercent } = booking;
  const name = (await candidates.person({ tenant, id: booking.person }))?.name;
  return {
    registration: id,
    ...defined({ name }),
    test,
    title: bank.currentSpecification(test).title,
    language,
    contactLanguage,
    extraTimePercent,
    status,
    ...(status === 'absent' ? { excused: state.excused } : {}),
    ...(status === 'admitted' ? { session: state.session } : {}),
  };
}

const undamaged = (
  { registrations, refusedStreams }: Pick<InvigilatorPorts, 'registrations' | 'refusedStreams'>,
  id: RegistrationId,
) => refusedStreams.unlessDamaged({ ...id, kind: registrationKind }, () => registrations.load(id));

/** Undefined for one that does not exist, that is refused, or that is planned nowhere. */
export async function centreOfRegistration(
  program: Pick<InvigilatorPorts, 'registrations' | 'refusedStreams'>,
  id: RegistrationId,
): Promise<string | undefined> {
  const state = await undamaged(program, id);
  return state === undefined || state.status === 'registered' ? undefined : state.plan?.centre;
}
