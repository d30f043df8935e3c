/**
 * The close-out report of a day at a centre: who came, what stood out, what staff did, and where each session's stream
 * was then. Neither a name nor what somebody typed stands in it: whoever prints it puts them beside. Signed, so that
 * it can be shown elsewhere that the journal is still the one it was made from.
 */
import { z } from 'zod';
import { defined } from '../../storage/document/defined.ts';
import type { Commit } from '../../storage/port.ts';
import { CaseOutcome } from '../proctoring/case-outcome.ts';
import { ReasonCode } from '../proctoring/reason-code.ts';
import { brokenOff } from '../sessions/attempt.ts';
import type { SessionEvent, SessionState } from '../sessions/session.ts';
import { type LogLine, proctoringLog } from './log.ts';
import { statusOf } from './room.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const instant = z.iso.datetime();

export const CloseOutSession = z.strictObject({
  session: z.string(),
  /** As on the candidate's receipt. */
  reference: z.string(),
  test: z.string(),
  status: z.enum(['registered', 'arrived', 'active', 'paused', 'closed']),
  admittedAt: instant.optional(),
  closedAt: instant.optional(),
  how: z.enum(['completed', 'deadline', 'ended']).optional(),
  incidents: z.strictObject({ notice: z.int(), warning: z.int(), critical: z.int() }),
  /** Answers from a pause of which nobody said whether they count: they do not. */
  undecidedAnswers: z.int(),
  /** Of the last case about something irregular. */
  irregularity: z.enum(['undecided', ...CaseOutcome.options]).optional(),
  /** Of a session that was broken off: whether it is one of the person's attempts. */
  attempt: z.enum(['undecided', 'counts', 'does-not-count']).optional(),
  /** The clock stood still for a lost line, and was moved by staff, ms. */
  givenBackMs: z.int(),
  extraMs: z.int(),
  /** What staff did. */
  acts: z.array(
    z.strictObject({
      at: instant,
      type: z.string(),
      by: z.string(),
      confirmedBy: z.string().optional(),
      why: ReasonCode.optional(),
      durationMs: z.number().optional(),
    }),
  ),
  /** The last commit of the session's stream then. */
  commits: z.int().positive(),
  head: hash,
});
export type CloseOutSession = z.infer<typeof CloseOutSession>;

export const CloseOut = z.strictObject({
  kind: z.literal('close-out'),
  schema: z.literal(1),
  tenant: z.string(),
  centre: z.string(),
  day: z.iso.date(),
  at: instant,
  /** The account that asked for it. */
  by: z.string(),
  /** The newest checkpoint of the journal then. */
  checkpoint: z.strictObject({ number: z.int().positive(), hash }).optional(),
  attendance: z.strictObject({
    admitted: z.int(),
    excused: z.int(),
    absent: z.int(),
    cancelled: z.int(),
    expected: z.int(),
  }),
  sessions: z.array(CloseOutSession),
  /** Of the day, and changed past the program: the report says nothing else of them. Absent where there are none. */
  refused: z.array(z.strictObject({ kind: z.enum(['session', 'registration']), id: z.string() })).optional(),
});
export type CloseOut = z.infer<typeof CloseOut>;

/** The type in the header of a signed report: no signature of another kind passes for one. */
export const closeOutType = 'meetlat-close-out+jws';

/** What staff did, in the order of the session. */
export const actsOf = (events: readonly SessionEvent[]): (LogLine & { readonly by: string })[] =>
  proctoringLog(events).flatMap((line) =>
    line.source === 'invigilator' && line.by !== undefined ? [{ ...line, by: line.by }] : [],
  );

export function closeOutSession(
  session: string,
  state: SessionState,
  events: readonly SessionEvent[],
  { version, hash: head }: Pick<Commit, 'version' | 'hash'>,
): CloseOutSession {
  const { notice, warning, critical } = state.incidents;
  const { irregularity } = state;
  const decided = irregularity === undefined ? undefined : (irregularity.decided?.outcome ?? ('undecided' as const));
  const acts = actsOf(events).map(({ at, type, by, confirmedBy, why, durationMs }) => ({
    at,
    type,
    by,
    ...defined({ confirmedBy, why, durationMs }),
  }));
  return {
    session,
    reference: state.terms.reference,
    test: state.terms.test,
    status: statusOf(state),
    ...defined({ admittedAt: state.admittedAt, closedAt: state.closed?.at, how: state.closed?.reason }),
    incidents: { notice, warning, critical },
    undecidedAnswers: state.heldAnswers.length,
    ...defined({ irregularity: decided, attempt: brokenOff(state) }),
    givenBackMs: state.givenBack.reduce((sum, { ms }) => sum + ms, 0),
    extraMs: state.extraMs,
    acts,
    commits: version,
    head,
  };
}
