/** Limits of failed attempts at the edge: over all processes, and successes do not count. */
import type { Response } from 'express';
import type { FailureTerms, Failures } from '../../delivery/live/failures.ts';
import { Problem } from './problem.ts';

/** Every limit stands here: so many failures from one place within the window. */
export const failureTerms = {
  /** Of one account, from one address. */
  login: { name: 'login', most: 10, windowMs: 900_000 },
  /** Admission codes. */
  code: { name: 'code', most: 60, windowMs: 600_000 },
  /** Keys of results. */
  resultKey: { name: 'result-key', most: 30, windowMs: 600_000 },
} as const satisfies Record<string, FailureTerms>;

export interface FailureLimit {
  /** Throws the problem `too-many-attempts` when this one failed too often lately. */
  check(who: string, response: Response): Promise<void>;
  fail(who: string): Promise<void>;
}

export const failureLimit = (failures: Failures, terms: FailureTerms): FailureLimit => ({
  async check(who, response) {
    const waitMs = await failures.waitMs(terms, who);
    if (waitMs === 0) return;
    response.setHeader('Retry-After', String(Math.ceil(waitMs / 1000)));
    throw new Problem('too-many-attempts');
  },
  fail: (who) => failures.add(terms, who),
});
