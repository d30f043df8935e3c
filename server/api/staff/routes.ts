import { stringifySetCookie } from 'cookie';
import type { Request, Response } from 'express';
import { TokenRefused, lifeHours } from '../../../people/access/tokens.ts';
import { agencyOf, centreName } from '../../../people/agencies/agency.ts';
import { type Account, authenticate } from '../../../people/staff/account.ts';
import { passwordFault } from '../../../people/staff/chosen-password.ts';
import { TooManyPasswords } from '../../../people/staff/passwords.ts';
import { endStaffSession, staffSessionLifeMs, startStaffSession } from '../../../people/staff/staff-sessions.ts';
import type { Stored } from '../../../storage/port.ts';
import { type Endpoint, commandEndpoint, jsonEndpoint } from '../../http/endpoint.ts';
import { type LimitedAttempt, counted, failureTerms, slowly } from '../../http/limits.ts';
import { Problem } from '../../http/problem.ts';
import type { Program } from '../../program.ts';
import { type CookieName, type StaffAccess, cookieName, cookieOf, guards } from '../access.ts';
import { LoginRequest, PasswordChoice, Staff } from './protocol.ts';

export type StaffPorts = Pick<
  Program,
  | 'agencies'
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

/**
 * A device on which this account logged in before: whoever fails elsewhere behind the same address does not lock it.
 */
async function knownDevice(program: StaffPorts, request: Request, account: string): Promise<string | undefined> {
  const token = cookieOf(request, 'device', program.publicUrl());
  const claims = token === undefined ? undefined : await unlessRefused(program.tokens.device(token));
  return claims?.account === account ? claims.device : undefined;
}

const attemptsOf = (address: string, account: string, device: string | undefined): readonly LimitedAttempt[] =>
  device === undefined
    ? [
        { terms: failureTerms.login, who: `${address}|${account}` },
        { terms: failureTerms.loginAddress, who: address },
      ]
    : [{ terms: failureTerms.login, who: `device ${device}|${account}` }];

/** A token that is not good has no session to end. */
async function unlessRefused<T>(claims: Promise<T>): Promise<T | undefined> {
  try {
    return await claims;
  } catch (error) {
    if (error instanceof TokenRefused) return undefined;
    throw error;
  }
}

/** The account, if the password is right. People who guess elsewhere do not hold up a device that is known. */
async function loggedIn(
  program: StaffPorts,
  response: Response,
  body: Readonly<{ account: string; password: string }>,
  { address, device }: { readonly address: string; readonly device: string | undefined },
) {
  const attempts = attemptsOf(address, body.account, device);
  const isKnownDevice = device !== undefined;
  const limits = { failures: program.live.failures, timers: program.timers };
  const check = () => authenticate(program.accounts, program.passwords, { ...body, isKnownDevice });
  if (isKnownDevice) return counted(limits, attempts, response, check);
  try {
    // A place before anything is counted: that writes, and candidates' answers wait for writes.
    return await counted(limits, attempts, response, check, (work) => program.passwords.placed(work));
  } catch (error) {
    if (!(error instanceof TooManyPasswords)) throw error;
    await slowly(program);
    throw new Problem('busy');
  }
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
      const account = await loggedIn(program, response, { account: access.id, password }, origin);
      if (account === undefined) throw new Problem('wrong-password');
      const fault = passwordFault(chosen, { account: access.id, name: account.value.name, present: password });
      if (fault !== undefined)
        throw new Problem('invalid-request', { errors: [{ field: 'chosen', rule: fault }], reason: fault });
      const { isPasswordGiven: _isPasswordGiven, ...value } = account.value;
      const passwordHash = await program.passwords.hash(chosen, true);
      const changed = await program.accounts.replace(account, account.revision, { ...value, passwordHash });
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
        const account = await loggedIn(program, response, body, { address: request.ip ?? 'unknown', device });
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
        if (claims !== undefined) await endStaffSession(program, claims.tenant, claims.session);
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
