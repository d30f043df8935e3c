/**
 * What one person may not do alone: another one, who is there, confirms it by an own account and password. It is no
 * log-in: whoever acts stays who is logged in.
 */
import type { Request, Response } from 'express';
import type { ProblemCode } from '../http/problem.ts';
import { Problem } from '../http/problem.ts';
import type { StaffAccess } from './access.ts';
import { type PasswordPorts, accountOf, knownDevice } from './password-check.ts';

export const secondPersonProblems: readonly ProblemCode[] = [
  'wrong-password',
  'not-allowed',
  'too-many-attempts',
  'busy',
];

interface AskedConfirmation {
  readonly asked: { readonly account: string; readonly password: string };
  readonly request: Request;
  readonly response: Response;
}

/** The account: of the same centre, by somebody else with the same role. Throws Problem, one of the above. */
export async function secondPerson(
  program: PasswordPorts,
  { tenant, id, account: { centre } }: StaffAccess,
  { asked, request, response }: AskedConfirmation,
): Promise<string> {
  if (asked.account === id) throw new Problem('not-allowed', { reason: 'same-person' });
  const device = await knownDevice(program, request, asked.account);
  const second = await accountOf(program, response, asked, { address: request.ip ?? 'unknown', device });
  if (second === undefined) throw new Problem('wrong-password');
  const { roles, centre: place, isPasswordGiven } = second.value;
  const isOfCentre = second.tenant === tenant && place === centre;
  // A password that somebody else made may be typed by that one.
  if (!isOfCentre || !roles.includes('invigilator') || isPasswordGiven === true)
    throw new Problem('not-allowed', { reason: 'no-second-person' });
  return second.id;
}
