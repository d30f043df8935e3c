/** What the candidate's endpoints are given. */
import type { Program } from '../../program.ts';
import type { guards } from '../access.ts';

export type CandidatePorts = Pick<
  Program,
  | 'blobs'
  | 'codes'
  | 'live'
  | 'log'
  | 'makeId'
  | 'media'
  | 'clipMark'
  | 'examSettings'
  | 'random'
  | 'timers'
  | 'tokens'
  | 'sessions'
  | 'persons'
  | 'accounts'
  | 'staffSessions'
  | 'newestCheckpoint'
  | 'now'
  | 'publicUrl'
>;
export type CandidateGuards = ReturnType<typeof guards> & {
  /** The candidate, in the browser that the session asks for. */
  readonly inBrowser: ReturnType<typeof guards>['candidate'];
};
