/**
 * What follows from a command on a result; pure. A command that was carried out before changes nothing, so that each
 * may come twice.
 */
import type { Instant } from '../../storage/document/instant.ts';
import { canonicalJson } from '../../storage/document/json.ts';
import type { Decision } from '../../storage/journal/stream.ts';
import type { Consequence, NoData } from '../../storage/port.ts';
import type { ScoreDifference } from '../assurance/compare.ts';
import type { Amendment } from './amendment.ts';
import type { Conclusion } from './conclude.ts';
import type { ResultContent, ResultEvent, ResultState } from './result.ts';

export type ResultCommand =
  | { readonly type: 'attend'; readonly session: string; readonly candidate: string }
  /** `differences`: where the second scorer does not agree with what is decided. */
  | {
      readonly type: 'conclude';
      readonly conclusion: Conclusion;
      readonly differences: readonly ScoreDifference[];
    }
  | {
      readonly type: 'correct';
      readonly result: ResultContent;
      readonly by: string;
      readonly reason: string;
      /** A second person, where one is needed. */
      readonly confirmedBy?: string;
      readonly amendment?: Amendment;
    }
  | { readonly type: 'annul'; readonly by: string; readonly reason: string; readonly confirmedBy?: string };

export type ResultRefusal = 'not-attended' | 'not-released' | 'annulled' | 'no-reason' | 'nothing-to-correct';
export type ResultConsequence =
  | Consequence<'result-held-back', NoData>
  | Consequence<'result-released', NoData>
  | Consequence<'result-corrected', NoData>
  | Consequence<'result-annulled', NoData>;
export type ResultDecision = Decision<ResultEvent, ResultRefusal, ResultConsequence>;

const accept = (event: ResultEvent, ...pending: readonly ResultConsequence[]): ResultDecision => ({
  events: [event],
  pending,
});
const nothing: ResultDecision = { events: [], pending: [] };

export function decideResult(state: ResultState | undefined, command: ResultCommand, now: Instant): ResultDecision {
  const head = { schema: 1, at: now } as const;
  if (command.type === 'attend')
    return state === undefined ? accept({ ...head, ...command, type: 'attended' }) : nothing;
  if (state === undefined) return { refused: 'not-attended' };
  if (command.type === 'conclude') return concluded(state, command, head);
  if (state.released === undefined) return { refused: 'not-released' };
  if (state.annulled !== undefined) return { refused: 'annulled' };
  if (command.reason.trim() === '') return { refused: 'no-reason' };
  if (command.type === 'annul')
    return accept({ ...head, ...command, type: 'annulled' }, { kind: 'result-annulled', data: {} });
  if (canonicalJson(command.result) === canonicalJson(state.released.result)) return { refused: 'nothing-to-correct' };
  return accept({ ...head, ...command, type: 'corrected' }, { kind: 'result-corrected', data: {} });
}

/**
 * Released once, and only what both scorers say; what is concluded later changes nothing here: a correction is a
 * command of a person.
 */
function concluded(
  state: ResultState,
  { conclusion, differences }: Extract<ResultCommand, { readonly type: 'conclude' }>,
  head: { readonly schema: 1; readonly at: Instant },
): ResultDecision {
  if (state.released !== undefined) return nothing;
  if (conclusion.kind === 'decided' && differences.length > 0)
    return canonicalJson(differences) === canonicalJson(state.heldBack?.differences ?? [])
      ? nothing
      : accept({ ...head, type: 'held-back', differences }, { kind: 'result-held-back', data: {} });
  if (conclusion.kind === 'decided')
    return accept({ ...head, type: 'released', result: conclusion.result }, { kind: 'result-released', data: {} });
  return (conclusion.kind === 'waiting' || conclusion.kind === 'hear-again') && state.provisional === undefined
    ? accept({ ...head, type: 'provisional', parts: conclusion.parts })
    : nothing;
}
