/** Half of a surrogate pair is no character: it cannot be written as UTF-8, so nothing that has one can be kept. */
import type { RequestHandler } from 'express';
import { Problem } from './problem.ts';

/** The u flag reads pairs as one: what is left are halves. */
const half = /\p{Surrogate}/u;

/** Path of the first text, or name of a member, that is not whole. */
export function brokenText(value: unknown, path: readonly string[] = []): string | undefined {
  if (typeof value === 'string') return half.test(value) ? path.join('.') : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (half.test(name)) return path.join('.');
    const broken = brokenText(member, [...path, name]);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

/** Before any schema: every text of the wire. */
export const wholeText: RequestHandler = (request, _response, next) => {
  const field = brokenText(request.body);
  next(
    field === undefined
      ? undefined
      : new Problem('invalid-request', { errors: [{ field, rule: 'has half of a surrogate pair' }] }),
  );
};
