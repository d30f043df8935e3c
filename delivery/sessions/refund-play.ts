/** A play that failed is given back. Pure. */
import { defined } from '../../storage/document/defined.ts';
import type { Refused } from '../../storage/journal/stream.ts';
import type { EventBody, GivenReason, ItemProgress, SessionState, TurnProgress } from './session.ts';

/** What is in front of the candidate, where its plays are counted. */
function playable({ step, items, turns }: SessionState): ItemProgress | TurnProgress | undefined {
  if (step.name === 'adaptive') return items.find((item) => item.handle === step.handle);
  return step.name === 'speaking' ? turns.find((turn) => turn.position === step.position) : undefined;
}

export function refundPlay(
  state: SessionState,
  { by, why, reason }: { readonly by: string } & GivenReason,
): readonly EventBody[] | Refused<{ readonly code: 'nothing-to-refund' }> {
  const current = playable(state);
  if (current === undefined || current.plays === 0) return { refused: { code: 'nothing-to-refund' } };
  const { handle, plays } = current;
  return [{ type: 'play-refunded', by, handle, ...defined({ why }), reason, plays: plays - 1 }];
}
