/** Who is asking: guards that turn a request into the person behind it, or a problem. */
import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';
import type { Account, Role } from '../../people/staff/account.ts';
import { openStaffSession } from '../../people/staff/staff-sessions.ts';
import type { RegisteredPerson } from '../../delivery/sessions/personal.ts';
import type { LoadedSession, SessionId } from '../../delivery/sessions/run.ts';
import { Problem } from '../http/problem.ts';
import type { Program } from '../program.ts';

/** What it takes to know who asks. */
export type GuardPorts = Pick<
  Program,
  'tokens' | 'sessions' | 'persons' | 'accounts' | 'staffSessions' | 'now' | 'publicUrl'
>;

export type CookieName = 'staff' | 'device';

/**
 * Where we are reached by HTTPS a cookie has the prefix by which browsers take it from this very host only, whole and
 * secure: nobody of another name of the same site, or on the line, can plant one.
 */
export const cookieName = (name: CookieName, publicUrl: string): string =>
  `${publicUrl.startsWith('https:') ? '__Host-' : ''}meetlat-${name}`;

export const cookieOf = (request: Request, name: CookieName, publicUrl: string): string | undefined =>
  parseCookie(request.headers.cookie ?? '')[cookieName(name, publicUrl)];

export interface StaffAccess {
  readonly tenant: string;
  readonly id: string;
  /** Id of the session that is open (people/staff/staff-sessions.ts). */
  readonly session: string;
  readonly account: Account;
}
export interface CandidateAccess {
  readonly id: SessionId;
  readonly session: LoadedSession;
  readonly person: RegisteredPerson;
}
export interface SeatAccess {
  readonly seat: string;
  readonly name: string;
}

function bearer(request: Request): string {
  const token = /^Bearer ([A-Za-z0-9._-]+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) throw new Problem('token-invalid');
  return token;
}

/**
 * Whether the session that a request came with is still open, and its account may do what it did; for streams, which
 * live longer than a request.
 */
export async function isStillIn(
  program: GuardPorts,
  { tenant, id, session, account: before }: StaffAccess,
): Promise<boolean> {
  const now = await openStaffSession(program, { tenant, account: id, session });
  return now !== undefined && before.roles.every((role) => now.roles.includes(role));
}

export function guards(program: GuardPorts) {
  /** Whoever is logged in, whatever they may do. */
  const anyStaff = async (request: Request, _response: Response): Promise<StaffAccess> => {
    const token = cookieOf(request, 'staff', program.publicUrl());
    if (token === undefined) throw new Problem('not-logged-in');
    const claims = await program.tokens.staff(token);
    const account = await openStaffSession(program, claims);
    if (account === undefined) throw new Problem('not-logged-in');
    return { tenant: claims.tenant, id: claims.account, session: claims.session, account };
  };
  const staff =
    (role: Role) =>
    async (request: Request, response: Response): Promise<StaffAccess> => {
      const access = await anyStaff(request, response);
      if (!access.account.roles.includes(role)) throw new Problem('not-allowed');
      if (access.account.isPasswordGiven === true) throw new Problem('password-due');
      return access;
    };
  /** The token is good for one arrival: a newer admission of the session makes it worthless. */
  const candidate = async (request: Request, _response: Response): Promise<CandidateAccess> => {
    const { tenant, session: sessionId, arrival } = await program.tokens.candidate(bearer(request));
    const id = { tenant, id: sessionId };
    const session = await program.sessions.load(id);
    if (session === undefined) throw new Problem('token-invalid');
    if (session.state.arrivals !== arrival) throw new Problem('fenced');
    const person = await program.persons.of(tenant, session.state.terms);
    // Who was erased is not known here any more.
    if (person === undefined) throw new Problem('token-invalid');
    return { id, session, person };
  };
  const seat = (request: Request, _response: Response): Promise<SeatAccess> => program.tokens.seat(bearer(request));
  const anyone = (_request: Request, _response: Response): Promise<undefined> => Promise.resolve(undefined);
  return { anyStaff, staff, candidate, seat, anyone };
}
