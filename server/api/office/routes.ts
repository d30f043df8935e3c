/** What the office looks after: for now what staff of the own agency did and looked at. */
import { type StaffLog, isAsked, isAskedDay } from '../../../people/staff/staff-log.ts';
import { defined } from '../../../storage/document/defined.ts';
import { type Endpoint, jsonEndpoint } from '../../http/endpoint.ts';
import { type GuardPorts, guards } from '../access.ts';
import { type StaffActSeen, StaffLogPage, StaffLogQuery } from './protocol.ts';

export type OfficePorts = GuardPorts & { readonly staffLog: Pick<StaffLog, 'days' | 'of'> };

const pageSize = 100;
/** A page that finds little reads no more days than this: the next page goes on. */
const mostDays = 31;

/** Latest first; `after` is the act that was shown last, or the day that was looked through last (number 0). */
async function pageOf(log: OfficePorts['staffLog'], tenant: string, query: StaffLogQuery): Promise<StaffLogPage> {
  const [lastDay, lastNumber] = query.after?.split(':') ?? [];
  const filter = defined(query);
  const days = (await log.days(tenant)).filter(
    (day) => isAskedDay(filter, day) && (lastDay === undefined || day <= lastDay),
  );
  const acts: StaffActSeen[] = [];
  for (const [read, day] of days.entries()) {
    if (read === mostDays) return { acts, next: `${day}:999999999` };
    const known = await log.of(tenant, day);
    for (let number = known.length; number > 0; number -= 1) {
      const act = known[number - 1];
      if (act === undefined || !isAsked(filter, act)) continue;
      if (day === lastDay && number >= Number(lastNumber)) continue;
      if (acts.length === pageSize) return { acts, next: acts.at(-1)?.id };
      const { at, type, by, of, joined, roles } = act;
      acts.push({ id: `${day}:${number}`, at, type, ...defined({ by, of, joined, roles }) });
    }
  }
  return { acts };
}

export function officeEndpoints(program: OfficePorts): Endpoint[] {
  return [
    jsonEndpoint({
      guard: guards(program).staff('office'),
      access: 'office',
      method: 'get',
      path: '/office/staff-log',
      summary: 'What staff of the agency did and looked at, latest first',
      query: StaffLogQuery,
      reply: StaffLogPage,
      problems: ['invalid-request'],
      handle: ({ access, query }) => pageOf(program.staffLog, access.tenant, query),
    }),
  ];
}
