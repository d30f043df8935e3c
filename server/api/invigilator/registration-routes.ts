/** Who takes which test on which day at the own centre: registered, moved, cancelled, absent, or let in at the door. */
import { admit } from '../../../delivery/registrations/admit.ts';
import { isSessionOf } from '../../../delivery/registrations/earlier.ts';
import { register } from '../../../delivery/registrations/register.ts';
import { type RegistrationId, RegistrationRefused } from '../../../delivery/registrations/run.ts';
import { defined } from '../../../storage/document/defined.ts';
import { type Endpoint, commandEndpoint, jsonEndpoint } from '../../http/endpoint.ts';
import { Problem } from '../../http/problem.ts';
import { type StaffAccess, guards } from '../access.ts';
import { codeFor } from './code.ts';
import { centreOfRegistration, expectedPage } from './expected.ts';
import {
  Absence,
  EarlierCounts,
  ExpectedPage,
  ExpectedQuery,
  OfferedTests,
  Reason,
  Registered,
  RegistrationForm,
  Reschedule,
  ScheduleForm,
  Scheduled,
} from './protocol.ts';
import { type InvigilatorPorts, centreTitle } from './view.ts';

export function registrationEndpoints(program: InvigilatorPorts): Endpoint[] {
  const common = commonOf(program);
  return [
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/invigilator/tests',
      summary: 'What a candidate can be registered for',
      reply: OfferedTests,
      handle: () =>
        Promise.resolve({
          tests: program.bank
            .offeredTests()
            .map(({ id, title, languages }) => ({ test: id, title, languages: [...languages] })),
        }),
    }),
    jsonEndpoint({
      ...common,
      method: 'get',
      path: '/invigilator/registrations',
      summary: 'Who is registered for a day',
      query: ExpectedQuery,
      reply: ExpectedPage,
      problems: ['invalid-request'],
      handle: ({ access, query }) => expectedPage(program, centreOf(access), query),
    }),
    jsonEndpoint({
      ...common,
      method: 'post',
      path: '/invigilator/registrations',
      summary: 'Register a person for a test on a day',
      body: ScheduleForm,
      reply: Scheduled,
      problems: ['invalid-request', 'wrong-state'],
      handle: async ({ access, body }) => ({ registration: (await registered(program, access, body)).id }),
    }),
    jsonEndpoint({
      ...common,
      method: 'post',
      path: '/invigilator/sessions',
      summary: 'Register a person for a test today, and admit',
      body: RegistrationForm,
      reply: Registered,
      problems: ['invalid-request', 'wrong-state'],
      handle: async ({ access, body }) => admitted(program, access, await registered(program, access, body)),
    }),
    ...registrationActs(program),
  ];
}

/** What is done with one registration. */
function registrationActs(program: InvigilatorPorts): Endpoint[] {
  const common = { ...commonOf(program), method: 'post', problems: ['not-found', 'wrong-state'] } as const;
  const { registrations } = program;
  return [
    commandEndpoint({
      ...common,
      path: '/invigilator/registrations/:id/reschedule',
      summary: 'Move a registration to another day',
      body: Reschedule,
      problems: ['not-found', 'invalid-request', 'wrong-state'],
      handle: async ({ access, param, body }) => {
        const plan = { day: body.day, centre: access.account.centre };
        await registrations.handle(await own(program, access, param('id')), { type: 'schedule', by: access.id, plan });
      },
    }),
    commandEndpoint({
      ...common,
      path: '/invigilator/registrations/:id/cancel',
      summary: 'Cancel a registration; the day is free again',
      body: Reason,
      handle: async ({ access, param, body }) => {
        const id = await own(program, access, param('id'));
        await registrations.handle(id, { type: 'cancel', by: access.id, ...body });
      },
    }),
    commandEndpoint({
      ...common,
      path: '/invigilator/registrations/:id/absent',
      summary: 'The person did not come; on the day or after it',
      body: Absence,
      handle: async ({ access, param, body }) => {
        const id = await own(program, access, param('id'));
        const { reason, ...rest } = body;
        const typed = reason === '' ? {} : { reason };
        await registrations.handle(id, { type: 'mark-absent', by: access.id, ...rest, ...typed });
      },
    }),
    commandEndpoint({
      ...common,
      path: '/invigilator/registrations/:id/earlier',
      summary: 'Say whether an earlier session of the person, at whichever centre, counts as an attempt',
      body: EarlierCounts,
      handle: async ({ access, param, body: { id: act, session, ...given } }) => {
        const registration = await registrations.load(await own(program, access, param('id')));
        const id = { tenant: access.tenant, id: session };
        if (registration === undefined || !(await isSessionOf(program, id, registration.booking)))
          throw new Problem('not-found', { field: 'session' });
        await program.sessions.handle(id, { type: 'decide-attempt', by: access.id, ...defined({ ...given, act }) });
      },
    }),
    jsonEndpoint({
      ...common,
      path: '/invigilator/registrations/:id/admit',
      summary: 'The person is at the door on the day: makes the session and its code',
      reply: Registered,
      handle: async ({ access, param }) => admitted(program, access, await own(program, access, param('id'))),
    }),
  ];
}

const commonOf = (program: InvigilatorPorts) =>
  ({ guard: guards(program).staff('invigilator'), access: 'invigilator' }) as const;

const centreOf = ({ tenant, account }: StaffAccess) => ({ tenant, centre: account.centre });

const registered = (
  program: InvigilatorPorts,
  access: StaffAccess,
  form: RegistrationForm & { readonly day?: string },
): Promise<RegistrationId> =>
  register(program.admission, {
    ...form,
    ...centreOf(access),
    by: access.id,
    synthetic: access.account.demonstration,
  });

async function admitted(program: InvigilatorPorts, access: StaffAccess, id: RegistrationId) {
  const session = await admit(program.admission, id, access.id).catch(async (error: unknown) => {
    throw error instanceof RegistrationRefused ? await inTheWay(program, id, error) : error;
  });
  return { session: session.id, code: await codeFor(program, session, access) };
}

/** Which earlier session it was, and where: that centre may be another one. */
async function inTheWay(program: InvigilatorPorts, { tenant, id }: RegistrationId, refused: RegistrationRefused) {
  const { code, earlier } = refused;
  if (earlier === undefined) return refused;
  const { session, centre, day } = earlier;
  const centreName = await centreTitle(program, { tenant, centre });
  return new Problem('wrong-state', { reason: code, registration: id, session, centreName, day });
}

/** A registration of another centre looks like one that does not exist. */
async function own(program: InvigilatorPorts, { tenant, account }: StaffAccess, id: string) {
  const centre = await centreOfRegistration(program, { tenant, id });
  if (centre !== account.centre) throw new Problem('not-found');
  return { tenant, id };
}
