/** Whose account it is, by its password: at the log-in, and wherever a password is asked once more. */
import type { Request, Response } from 'express';
import { TokenRefused } from '../../people/access/tokens.ts';
import { type Account, authenticate } from '../../people/staff/account.ts';
import { TooManyPasswords } from '../../people/staff/passwords.ts';
import type { Stored } from '../../storage/port.ts';
import { type LimitedAttempt, counted, failureTerms, slowly } from '../http/limits.ts';
import { Problem } from '../http/problem.ts';
import type { Program } from '../program.ts';
import { cookieOf } from './access.ts';

export type PasswordPorts = Pick<Program, 'accounts' | 'live' | 'passwords' | 'publicUrl' | 'timers' | 'tokens'>;

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

/** The account, if the password is right. People who guess elsewhere do not hold up a device that is known. */
export async function accountOf(
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
