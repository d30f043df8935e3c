/** Limits count failed attempts only: forty candidates behind one address are no attack. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Response } from 'express';
import { Problem } from './problem.ts';

export interface FailureLimit {
  /** Throws the problem `too-many-attempts` when this key failed too often lately. */
  check(key: string, response: Response): Promise<void>;
  fail(key: string): Promise<void>;
}

export function failureLimit(points: number, seconds: number): FailureLimit {
  const limiter = new RateLimiterMemory({ points, duration: seconds });
  return {
    async check(key, response) {
      const now = await limiter.get(key);
      if (now === null || now.consumedPoints < points) return;
      response.setHeader('Retry-After', String(Math.ceil(now.msBeforeNext / 1000)));
      throw new Problem('too-many-attempts');
    },
    async fail(key) {
      try {
        await limiter.consume(key);
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
      }
    },
  };
}
