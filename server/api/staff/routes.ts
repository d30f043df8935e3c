import { parseCookie, stringifySetCookie } from 'cookie';
import { TokenRefused } from '../../../people/access/tokens.ts';
import { agencyOf, centreName } from '../../../people/agencies/agency.ts';
import { authenticate } from '../../../people/staff/account.ts';
import { endStaffSession, staffSessionLifeMs, startStaffSession } from '../../../people/staff/staff-sessions.ts';
import { type Endpoint, commandEndpoint, jsonEndpoint } from '../../http/endpoint.ts';
import { failureLimit, failureTerms } from '../../http/limits.ts';
import { Problem } from '../../http/problem.ts';
import type { Program } from '../../program.ts';
import { type StaffAccess, guards, staffCookie } from '../access.ts';
import { LoginRequest, Staff } from './protocol.ts';

const cookie = (program: Program, value: string, maxAge: number): string =>
  stringifySetCookie({
    name: staffCookie,
    value,
    httpOnly: true,
    sameSite: 'strict',
    secure: program.publicUrl().startsWith('https:'),
    path: '/',
    maxAge,
  });

async function staffView(program: Program, { tenant, id, account }: StaffAccess): Promise<Staff> {
  const agency = await agencyOf(program.agencies, tenant);
  return {
    account: id,
    name: account.name,
    roles: [...account.roles],
    agency: agency?.name ?? tenant,
    centre: centreName(agency, account.centre),
    demonstration: account.demonstration,
  };
}

/** A token that is not good has no session to end. */
async function unlessRefused<T>(claims: Promise<T>): Promise<T | undefined> {
  try {
    return await claims;
  } catch (error) {
    if (error instanceof TokenRefused) return undefined;
    throw error;
  }
}

export function staffEndpoints(program: Program): Endpoint[] {
  const guard = guards(program);
  const failures = failureLimit(program.live.failures, failureTerms.login);
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
        const key = `${request.ip}|${body.account}`;
        await failures.check(key, response);
        const account = await authenticate(program.accounts, program.passwords, body.account, body.password);
        if (account === undefined) {
          await failures.fail(key);
          throw new Problem('wrong-password');
        }
        const { tenant, id, value } = account;
        const session = program.makeId();
        await startStaffSession(program, tenant, account, session);
        const token = await program.tokens.issue('staff', { tenant, account: id, session });
        response.setHeader('Set-Cookie', cookie(program, token, staffSessionLifeMs / 1000));
        return staffView(program, { tenant, id, session, account: value });
      },
    }),
    commandEndpoint({
      method: 'post',
      path: '/staff/logout',
      summary: 'Log out',
      guard: guard.anyone,
      access: 'anyone',
      handle: async ({ request, response }) => {
        const token = parseCookie(request.headers.cookie ?? '')[staffCookie];
        const claims = token === undefined ? undefined : await unlessRefused(program.tokens.staff(token));
        if (claims !== undefined) await endStaffSession(program, claims.tenant, claims.session);
        response.setHeader('Set-Cookie', cookie(program, '', 0));
      },
    }),
    jsonEndpoint({
      method: 'get',
      path: '/staff/me',
      summary: 'Who is logged in',
      guard: guard.staff(),
      access: 'staff',
      reply: Staff,
      problems: ['not-logged-in'],
      handle: ({ access }) => staffView(program, access),
    }),
  ];
}
