/**
 * What follows from a command on a result; pure. A command that was carried out before changes nothing, so that each
 * may come twice.
 */
import type { Consequence } from '../../storage/port.ts';
import type { Instant } from '../../storage/document/instant.ts';
import { canonicalJson } from '../../storage/document/json.ts';
import type { Conclusion } from './conclude.ts';
import type { ResultContent, ResultEvent, ResultState } from './result.ts';

export type ResultCommand =
  | { readonly type: 'attend'; readonly session: string; readonly candidate: string }
  | { readonly type: 'conclude'; readonly conclusion: Conclusion }
  | { readonly type: 'correct'; readonly result: ResultContent; readonly by: string; readonly reason: string }
  | { readonly type: 'annul'; readonly by: string; readonly reason: string };

export type ResultRefusal = 'not-attended' | 'not-released' | 'annulled' | 'no-reason' | 'nothing-to-correct';
export type ResultDecision =
  | { readonly refused: ResultRefusal }
  | { readonly refused?: undefined; readonly event?: ResultEvent; readonly pending: readonly Consequence[] };

/** A released result becomes a certificate and a push. */
export const resultReleased: Consequence = { kind: 'result-released', data: {} };
const nothing: ResultDecision = { pending: [] };

export function decideResult(state: ResultState | undefined, command: ResultCommand, now: Instant): ResultDecision {
  const head = { schema: 1, at: now } as const;
  if (command.type === 'attend')
    return state === undefined ? { event: { ...head, ...command, type: 'attended' }, pending: [] } : nothing;
  if (state === undefined) return { refused: 'not-attended' };
  if (command.type === 'conclude') return concluded(state, command.conclusion, head);
  if (state.released === undefined) return { refused: 'not-released' };
  if (state.annulled !== undefined) return { refused: 'annulled' };
  if (command.reason.trim() === '') return { refused: 'no-reason' };
  if (command.type === 'annul')
    return { event: { ...head, ...command, type: 'annulled' }, pending: [{ kind: 'result-annulled', data: {} }] };
  if (canonicalJson(command.result) === canonicalJson(state.released.result)) return { refused: 'nothing-to-correct' };
  return { event: { ...head, ...command, type: 'corrected' }, pending: [{ kind: 'result-corrected', data: {} }] };
}

/** Released once: what is concluded later changes nothing here; a correction is a command of a person. */
function concluded(
  state: ResultState,
  conclusion: Conclusion,
  head: { readonly schema: 1; readonly at: Instant },
): ResultDecision {
  if (state.released !== undefined) return nothing;
  if (conclusion.kind === 'decided')
    return { event: { ...head, type: 'released', result: conclusion.result }, pending: [resultReleased] };
  return conclusion.kind === 'waiting' && state.provisional === undefined
    ? { event: { ...head, type: 'provisional', parts: conclusion.parts }, pending: [] }
    : nothing;
}
