/** The performances of a session: one for each task that was given. */
import { sha256 } from '../../storage/document/hash.ts';
import type { SessionId } from '../../delivery/sessions/run.ts';
import type { SessionState } from '../../delivery/sessions/session.ts';

/** Tasks that were given; each is one performance. */
export const tasksOf = (state: SessionState): readonly string[] => [...new Set(state.turns.map(({ task }) => task))];

/** A pseudonym that says nothing of the candidate, the same at every attempt to open it. */
export const performanceId = ({ tenant, id }: SessionId, state: SessionState, task: string): SessionId => ({
  tenant,
  id: sha256(`${state.terms.seed}|performance|${id}|${task}`).slice(0, 32),
});
