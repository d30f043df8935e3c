/** Limits of failed attempts at the edge: over all processes, and successes do not count. */
import type { Response } from 'express';
import type { Timers } from '../../storage/document/timers.ts';
import type { FailureTerms, Failures } from '../../delivery/live/failures.ts';
import { Problem } from './problem.ts';

/** Every limit stands here: so many failures from one place within the window. */
export const failureTerms = {
  /** Of one account, from one address. */
  login: { name: 'login', most: 10, windowMs: 900_000 },
  /** Of all accounts from one address, but for devices that have logged in before. */
  loginAddress: { name: 'login-address', most: 60, windowMs: 900_000 },
  /** Admission codes. */
  code: { name: 'code', most: 60, windowMs: 600_000 },
  /** Keys of results. */
  resultKey: { name: 'result-key', most: 30, windowMs: 600_000 },
} as const satisfies Record<string, FailureTerms>;

/** One limit, and who it is that tries. */
export interface LimitedAttempt {
  readonly terms: FailureTerms;
  readonly who: string;
}

export interface LimitPorts {
  readonly failures: Failures;
  readonly timers: Timers;
}

/** A refusal beyond a limit takes this long, so that whoever asks on at once asks seldom, ms. */
const refusalMs = 1_000;
export const slowly = ({ timers }: Pick<LimitPorts, 'timers'>): Promise<void> =>
  new Promise((resolve) => timers.after(refusalMs, resolve));

async function refuse(ports: LimitPorts, { terms, who }: LimitedAttempt, response: Response): Promise<never> {
  const waitMs = await ports.failures.waitMs(terms, who);
  await slowly(ports);
  response.setHeader('Retry-After', String(Math.max(1, Math.ceil(waitMs / 1000))));
  throw new Problem('too-many-attempts');
}

/**
 * For what is cheap to look up and too long to guess: the right one is always taken, whatever others behind the same
 * address did; a wrong one counts, and beyond the limit is the problem `too-many-attempts`.
 */
export async function lookedUp<T>(
  ports: LimitPorts,
  attempt: LimitedAttempt,
  response: Response,
  lookUp: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const found = await lookUp();
  if (found !== undefined) return found;
  if (!(await ports.failures.take(attempt.terms, attempt.who))) return refuse(ports, attempt, response);
  return undefined;
}

/**
 * For what is dear to check, or can be guessed: counted before it is checked, given back when it was right.
 * @param placed runs counting and checking where there is a place for them; whoever is refused waits outside of it
 */
export async function counted<T>(
  ports: LimitPorts,
  attempts: readonly LimitedAttempt[],
  response: Response,
  check: () => Promise<T | undefined>,
  placed: <R>(work: () => Promise<R>) => Promise<R> = (work) => work(),
): Promise<T | undefined> {
  const outcome = await placed(() => countAndCheck(ports, attempts, check));
  return 'refused' in outcome ? refuse(ports, outcome.refused, response) : outcome.found;
}

async function countAndCheck<T>(
  { failures }: LimitPorts,
  attempts: readonly LimitedAttempt[],
  check: () => Promise<T | undefined>,
): Promise<{ readonly found: T | undefined } | { readonly refused: LimitedAttempt }> {
  for (const attempt of attempts) if (!(await failures.take(attempt.terms, attempt.who))) return { refused: attempt };
  const giveBack = () => Promise.all(attempts.map(({ terms, who }) => failures.giveBack(terms, who)));
  try {
    const found = await check();
    if (found !== undefined) await giveBack();
    return { found };
  } catch (error) {
    // It was not checked at all.
    await giveBack();
    throw error;
  }
}
