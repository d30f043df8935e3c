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

/** Who may be the second: an invigilator of the same centre, or any account of the agency. */
export type SecondOf = 'room' | 'agency';

interface AskedConfirmation {
  readonly of: SecondOf;
  readonly asked: { readonly account: string; readonly password: string };
  readonly request: Request;
  readonly response: Response;
}

/** The account: somebody else's, of those who may confirm it. Throws Problem, one of the above. */
export async function secondPerson(
  program: PasswordPorts,
  { tenant, id, account: { centre } }: StaffAccess,
  { of, asked, request, response }: AskedConfirmation,
): Promise<string> {
  if (asked.account === id) throw new Problem('not-allowed', { reason: 'same-person' });
  const device = await knownDevice(program, request, asked.account);
  const second = await accountOf(program, response, asked, { address: request.ip ?? 'unknown', device });
  if (second === undefined) throw new Problem('wrong-password');
  const { roles, centre: place, isPasswordGiven } = second.value;
  const isOfRoom = place === centre && roles.includes('invigilator');
  // A password that somebody else made may be typed by that one.
  if (second.tenant !== tenant || (of === 'room' && !isOfRoom) || isPasswordGiven === true)
    throw new Problem('not-allowed', { reason: of === 'room' ? 'no-second-person' : 'no-second-account' });
  return second.id;
}
