/** Whose account it is, by its password: at the log-in, and wherever a password is asked once more. */
import type { Request, Response } from 'express';
import { TokenRefused } from '../../people/access/tokens.ts';
import { agencyOf } from '../../people/agencies/agency.ts';
import { type Account, authenticate, tenantOf } from '../../people/staff/account.ts';
import { TooManyPasswords } from '../../people/staff/passwords.ts';
import { doneBy } from '../../people/staff/staff-log.ts';
import { type Stored, installationTenant } from '../../storage/port.ts';
import { type LimitedAttempt, counted, failureTerms, slowly } from '../http/limits.ts';
import { Problem } from '../http/problem.ts';
import type { Program } from '../program.ts';
import { cookieOf } from './access.ts';

export type PasswordPorts = Pick<
  Program,
  'accounts' | 'agencies' | 'live' | 'log' | 'passwords' | 'publicUrl' | 'staffLog' | 'timers' | 'tokens'
>;

/** Where a password comes from; `device` where the account logged in there before. */
export interface LoginOrigin {
  readonly address: string;
  readonly device: string | undefined;
}

/**
 * A device on which this account logged in before: whoever fails elsewhere behind the same address does not lock it.
 */
export async function knownDevice(
  program: PasswordPorts,
  request: Request,
  account: string,
): Promise<string | undefined> {
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
export async function unlessRefused<T>(claims: Promise<T>): Promise<T | undefined> {
  try {
    return await claims;
  } catch (error) {
    if (error instanceof TokenRefused) return undefined;
    throw error;
  }
}

/** A name that is no account's may be a password in the wrong field: of that one only that somebody tried is kept. */
async function recordRefusal({ accounts, agencies, staffLog }: PasswordPorts, account: string): Promise<void> {
  const tenant = tenantOf(account);
  const agency = tenant === undefined ? undefined : await agencyOf(agencies, tenant);
  const stored = tenant === undefined ? undefined : await accounts.get({ tenant, id: account });
  const kept = tenant === undefined || agency === undefined ? installationTenant : tenant;
  await staffLog.record(kept, doneBy('login-refused', stored?.id));
}

/** Nobody waits for it: how long an answer takes would tell which accounts there are. */
function refused(program: PasswordPorts, account: string): void {
  recordRefusal(program, account).catch((error: unknown) =>
    program.log.error({ err: error }, 'a refused log-in was not recorded'),
  );
}

/** The account, if the password is right. People who guess elsewhere do not hold up a device that is known. */
async function checkedAccount(
  program: PasswordPorts,
  response: Response,
  body: Readonly<{ account: string; password: string }>,
  { address, device }: LoginOrigin,
): Promise<Stored<Account> | undefined> {
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

/**
 * The account, if the password is right; a refusal is recorded. Throws Problem: `busy`, of which nothing is recorded,
 * and `too-many-attempts`.
 */
export async function accountOf(
  program: PasswordPorts,
  response: Response,
  body: Readonly<{ account: string; password: string }>,
  origin: LoginOrigin,
): Promise<Stored<Account> | undefined> {
  try {
    const found = await checkedAccount(program, response, body, origin);
    if (found === undefined) refused(program, body.account);
    return found;
  } catch (error) {
    if (error instanceof Problem && error.code === 'too-many-attempts') refused(program, body.account);
    throw error;
  }
}
