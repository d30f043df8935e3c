/**
 * A case about something irregular in a session: opened by whoever saw it, decided by another named person, who was not
 * the one to accuse. It changes neither answers nor result: what follows is an act of its own. Pure.
 */
import { defined } from '../../storage/document/defined.ts';
import type { Refused } from '../../storage/journal/stream.ts';
import type { CaseOutcome } from '../proctoring/case-outcome.ts';
import type { EventBody, EventOf, GivenReason, Irregularity, SessionState } from './session.ts';

export type CaseCommand =
  | ({ readonly type: 'open-case'; readonly by: string } & GivenReason)
  | ({ readonly type: 'decide-case'; readonly outcome: CaseOutcome; readonly by: string } & GivenReason);

export const isUndecided = ({ irregularity }: Pick<SessionState, 'irregularity'>): boolean =>
  irregularity !== undefined && irregularity.decided === undefined;

export function decideCase(
  state: SessionState,
  { by, why, reason, ...command }: CaseCommand,
): readonly EventBody[] | Refused<{ readonly code: 'case-open' | 'no-case' | 'own-case' }> {
  const given = { by, ...defined({ why }), reason };
  if (command.type === 'open-case')
    return isUndecided(state) ? { refused: { code: 'case-open' } } : [{ type: 'case-opened', ...given }];
  if (!isUndecided(state)) return { refused: { code: 'no-case' } };
  if (state.irregularity?.by === by) return { refused: { code: 'own-case' } };
  return [{ type: 'case-decided', outcome: command.outcome, ...given }];
}

export const withCase = ({ by, at }: EventOf<'case-opened'>): Irregularity => ({ by, at });
export const withDecision = (
  { irregularity }: SessionState,
  { by, at, outcome }: EventOf<'case-decided'>,
): { readonly irregularity?: Irregularity } =>
  irregularity === undefined ? {} : { irregularity: { ...irregularity, decided: { by, at, outcome } } };
