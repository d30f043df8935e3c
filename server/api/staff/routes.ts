import { stringifySetCookie } from 'cookie';
import { agencyOf, centreName } from '../../../people/agencies/agency.ts';
import { authenticate } from '../../../people/staff/account.ts';
import { type Endpoint, commandEndpoint, jsonEndpoint } from '../../http/endpoint.ts';
import { failureLimit } from '../../http/limits.ts';
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

export function staffEndpoints(program: Program): Endpoint[] {
  const guard = guards(program);
  const failures = failureLimit(10, 900);
  return [
    jsonEndpoint({
      method: 'post',
      path: '/staff/login',
      summary: 'Log in',
      guard: guard.anyone,
      access: 'anyone',
      body: LoginRequest,
      reply: Staff,
      problems: ['wrong-password', 'too-many-attempts'],
      handle: async ({ body, request, response }) => {
        const key = `${request.ip}|${body.account}`;
        await failures.check(key, response);
        const found = await authenticate(program.accounts, body.account, body.password);
        if (found === undefined) {
          await failures.fail(key);
          throw new Problem('wrong-password');
        }
        response.setHeader(
          'Set-Cookie',
          cookie(
            program,
            await program.tokens.issue('staff', { tenant: found.tenant, account: body.account }),
            12 * 3600,
          ),
        );
        return staffView(program, { tenant: found.tenant, id: body.account, account: found.account });
      },
    }),
    commandEndpoint({
      method: 'post',
      path: '/staff/logout',
      summary: 'Log out',
      guard: guard.anyone,
      access: 'anyone',
      handle: ({ response }) => {
        response.setHeader('Set-Cookie', cookie(program, '', 0));
        return Promise.resolve();
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
