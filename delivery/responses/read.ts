/** The journal read as response data: one row for each scored or pretest response of a choice item. */
import type { SessionState } from '../sessions/session.ts';

export interface ResponseRow {
  readonly session: string;
  readonly item: string;
  readonly version: number;
  readonly scored: boolean;
  /** 1 right, 0 wrong; null = not scored (outage) . */
  readonly category: number | null;
  /** Author's index of the chosen option; null when unanswered. */
  readonly choice: number | null;
  readonly position: number;
}

export const responsesOf = (session: string, state: Pick<SessionState, 'items'>): ResponseRow[] =>
  state.items.flatMap((item) =>
    item.category === undefined
      ? []
      : [
          {
            session,
            item: item.item.id,
            version: item.item.version,
            scored: item.scored,
            category: item.category,
            choice: item.answer?.choice ?? null,
            position: item.position,
          },
        ],
  );
