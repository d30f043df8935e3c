import { stringifySetCookie } from 'cookie';
import type { Response } from 'express';
import { lifeHours } from '../../../people/access/tokens.ts';
import { agencyOf, centreName } from '../../../people/agencies/agency.ts';
import type { Account } from '../../../people/staff/account.ts';
import { passwordFault } from '../../../people/staff/chosen-password.ts';
import { endStaffSession, staffSessionLifeMs, startStaffSession } from '../../../people/staff/staff-sessions.ts';
import { doneBy } from '../../../people/staff/staff-log.ts';
import type { Stored } from '../../../storage/port.ts';
import { type Endpoint, commandEndpoint, jsonEndpoint } from '../../http/endpoint.ts';
import { Problem } from '../../http/problem.ts';
import type { Program } from '../../program.ts';
import { type CookieName, type StaffAccess, cookieName, cookieOf, guards } from '../access.ts';
import { accountOf, knownDevice, unlessRefused } from '../password-check.ts';
import { LoginRequest, PasswordChoice, Staff } from './protocol.ts';

export type StaffPorts = Pick<
  Program,
  | 'agencies'
  | 'log'
  | 'staffLog'
  | 'timers'
  | 'live'
  | 'makeId'
  | 'passwords'
  | 'publicUrl'
  | 'now'
  | 'tokens'
  | 'sessions'
  | 'persons'
  | 'accounts'
  | 'staffSessions'
>;

const cookie = (program: StaffPorts, name: CookieName, value: string, maxAge: number): string =>
  stringifySetCookie({
    name: cookieName(name, program.publicUrl()),
    value,
    httpOnly: true,
    sameSite: 'strict',
    secure: program.publicUrl().startsWith('https:'),
    path: '/',
    maxAge,
  });

async function staffView(program: StaffPorts, { tenant, id, account }: StaffAccess): Promise<Staff> {
  const agency = await agencyOf(program.agencies, tenant);
  return {
    account: id,
    name: account.name,
    roles: [...account.roles],
    agency: agency?.name ?? tenant,
    centre: centreName(agency, account.centre),
    demonstration: account.demonstration,
    mustChoosePassword: account.isPasswordGiven === true,
  };
}

/** From now on the browser is that account's. */
async function enter(
  program: StaffPorts,
  response: Response,
  account: Stored<Account>,
  device: string | undefined,
): Promise<Staff> {
  const { tenant, id, value } = account;
  const session = program.makeId();
  await startStaffSession(program, tenant, account, session);
  await program.staffLog.record(tenant, doneBy('logged-in', id));
  const token = await program.tokens.issue('staff', { tenant, account: id, session });
  const known = await program.tokens.issue('device', { account: id, device: device ?? program.makeId() });
  response.setHeader('Set-Cookie', [
    cookie(program, 'staff', token, staffSessionLifeMs / 1000),
    cookie(program, 'device', known, lifeHours.device * 3600),
  ]);
  return staffView(program, { tenant, id, session, account: value });
}

/** The present password is asked once more: a browser that was left open changes none. */
function passwordEndpoint(program: StaffPorts): Endpoint {
  return jsonEndpoint({
    method: 'post',
    path: '/staff/password',
    summary: 'Choose another password; ends every other log-in of the account',
    guard: guards(program).anyStaff,
    access: 'staff',
    body: PasswordChoice,
    reply: Staff,
    problems: ['wrong-password', 'invalid-request', 'too-many-attempts', 'busy'],
    handle: async ({ access, body, request, response }) => {
      const { password, chosen } = body;
      const device = await knownDevice(program, request, access.id);
      const origin = { address: request.ip ?? 'unknown', device };
      const account = await accountOf(program, response, { account: access.id, password }, origin);
      if (account === undefined) throw new Problem('wrong-password');
      const fault = passwordFault(chosen, { account: access.id, name: account.value.name, present: password });
      if (fault !== undefined)
        throw new Problem('invalid-request', { errors: [{ field: 'chosen', rule: fault }], reason: fault });
      const { isPasswordGiven: _isPasswordGiven, ...value } = account.value;
      const passwordHash = await program.passwords.hash(chosen, true);
      const changed = await program.accounts.replace(account, account.revision, { ...value, passwordHash });
      await program.staffLog.record(changed.tenant, doneBy('password-changed', changed.id));
      return enter(program, response, changed, device);
    },
  });
}

export function staffEndpoints(program: StaffPorts): Endpoint[] {
  const guard = guards(program);
  return [
    jsonEndpoint({
      method: 'post',
      path: '/staff/login',
      summary: 'Log in',
      guard: guard.anyone,
      access: 'anyone',
      body: LoginRequest,
      reply: Staff,
      problems: ['wrong-password', 'too-many-attempts', 'busy'],
      handle: async ({ body, request, response }) => {
        const device = await knownDevice(program, request, body.account);
        const account = await accountOf(program, response, body, { address: request.ip ?? 'unknown', device });
        if (account === undefined) throw new Problem('wrong-password');
        return enter(program, response, account, device);
      },
    }),
    commandEndpoint({
      method: 'post',
      path: '/staff/logout',
      summary: 'Log out',
      guard: guard.anyone,
      access: 'anyone',
      handle: async ({ request, response }) => {
        const token = cookieOf(request, 'staff', program.publicUrl());
        const claims = token === undefined ? undefined : await unlessRefused(program.tokens.staff(token));
        if (claims !== undefined && (await endStaffSession(program, claims.tenant, claims.session)))
          await program.staffLog.record(claims.tenant, doneBy('logged-out', claims.account));
        response.setHeader('Set-Cookie', cookie(program, 'staff', '', 0));
      },
    }),
    passwordEndpoint(program),
    jsonEndpoint({
      method: 'get',
      path: '/staff/me',
      summary: 'Who is logged in',
      guard: guard.anyStaff,
      access: 'staff',
      reply: Staff,
      problems: ['not-logged-in'],
      handle: ({ access }) => staffView(program, access),
    }),
  ];
}
