/**
 * Errors at the edge: `application/problem+json` (RFC 9457). Every type is documented at /api/v1/openapi.json and
 * stable.
 */
import type { ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';
import { ZodError } from 'zod';
import { TokenRefused } from '../../people/access/tokens.ts';
import { TooManyPasswords } from '../../people/staff/passwords.ts';
import { RevisionConflict, StorageError, StorageUnavailable, VersionConflict } from '../../storage/port.ts';
import { RegistrationRefused } from '../../delivery/registrations/run.ts';
import { UnknownPublication } from '../../item-bank/releases/store.ts';
import { SessionRefused } from '../../delivery/sessions/run.ts';

export const problems = {
  'malformed-json': [400, 'The body is not JSON'],
  'invalid-request': [400, 'The request does not fit its schema'],
  'unsupported-media': [415, 'The body has another type than expected'],
  'not-logged-in': [401, 'Log in first'],
  'wrong-password': [401, 'Account or password is not right'],
  'token-invalid': [401, 'The token is not good here'],
  'token-expired': [401, 'The token is no longer good'],
  'not-allowed': [403, 'Your role may not do this'],
  'password-due': [403, 'Choose a password of your own first'],
  'exam-browser-required': [403, 'This session is taken in Safe Exam Browser, with the settings of today'],
  'foreign-origin': [403, 'The request comes from another site'],
  'method-not-allowed': [405, 'This address is asked in another way: Allow says how'],
  'code-unknown': [404, 'The code is unknown, used or no longer valid'],
  'not-found': [404, 'There is nothing here for you'],
  'page-older': [409, 'The page is older than the server: reload it'],
  fenced: [409, 'Another page has taken over this session'],
  'seq-gap': [409, 'An operation before this one is missing'],
  'wrong-state': [409, 'That is not possible at this moment'],
  'lease-lost': [409, 'The claim has expired or belongs to somebody else'],
  'chunk-mismatch': [409, 'The bytes do not have the announced hash, or the chunk exists with others'],
  'too-large': [413, 'The body is too large'],
  'wrong-host': [421, 'This server does not answer to that name'],
  'too-many-attempts': [429, 'Too many failed attempts from here'],
  'items-exhausted': [429, 'Enough items were read with their key today'],
  busy: [429, 'Too many people are logging in at this moment'],
  internal: [500, 'Something went wrong on our side'],
  'page-newer': [503, 'The page is newer than the server: try again'],
  'storage-unavailable': [503, 'The storage does not answer'],
} as const satisfies Record<string, readonly [number, string]>;
export type ProblemCode = keyof typeof problems;

/** Asked again a little later, the same request is answered. */
const comesBack: ReadonlySet<ProblemCode> = new Set(['storage-unavailable', 'busy', 'page-newer']);

export class Problem extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(problems[code][1]);
    this.name = 'Problem';
  }
}

/** What storage, people and delivery refuse, in the words of the edge. */
function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof ZodError)
    return new Problem('invalid-request', {
      errors: error.issues.slice(0, 10).map((issue) => ({ field: issue.path.join('.'), rule: issue.message })),
    });
  if (error instanceof TokenRefused) return new Problem(error.code);
  if (error instanceof TooManyPasswords) return new Problem('busy');
  if (error instanceof SessionRefused) {
    const { refusal } = error;
    if (refusal.code === 'seq-gap') return new Problem('seq-gap', { expectedSeq: refusal.expectedSeq });
    if (refusal.code === 'fenced') return new Problem('fenced');
    return new Problem(refusal.code === 'not-registered' ? 'not-found' : 'wrong-state', { reason: refusal.code });
  }
  if (error instanceof RegistrationRefused) return registrationProblem(error);
  if (error instanceof UnknownPublication) return new Problem('wrong-state', { reason: 'test-not-published' });
  // A conflict that outlasts our own tries: a commit is there that a majority has not yet confirmed. The caller tries
  // again.
  if (error instanceof StorageUnavailable || error instanceof VersionConflict || error instanceof RevisionConflict)
    return new Problem('storage-unavailable');
  if (error instanceof StorageError && error.code === 'chunk-mismatch') return new Problem('chunk-mismatch');
  return bodyParserProblem(error) ?? new Problem('internal');
}

/** What is wrong with a field of the form names it; what the registration does not allow now names why. */
const fieldOf: Partial<Record<RegistrationRefused['code'], string>> = {
  'language-not-offered': 'language',
  'reference-of-another-person': 'reference',
  'birth-date-impossible': 'birthDate',
  'day-past': 'day',
  'day-too-far': 'day',
};
function registrationProblem({ code, message }: RegistrationRefused): Problem {
  if (code === 'unknown-registration') return new Problem('not-found');
  const field = fieldOf[code];
  return field === undefined
    ? new Problem('wrong-state', { reason: code })
    : new Problem('invalid-request', { errors: [{ field, rule: message }], reason: code });
}

/** body-parser marks its errors with a `type`. */
function bodyParserProblem(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !('type' in error)) return undefined;
  if (error.type === 'entity.too.large') return new Problem('too-large');
  if (error.type === 'entity.parse.failed' || error.type === 'request.aborted' || error.type === 'request.size.invalid')
    return new Problem('malformed-json');
  if (error.type === 'charset.unsupported' || error.type === 'encoding.unsupported')
    return new Problem('unsupported-media');
  return undefined;
}

/** The last handler: nothing of an inner error reaches the outside, all of it the log. */
export const problemHandler =
  (log: Logger): ErrorRequestHandler =>
  (error: unknown, request, response, _next) => {
    const problem = toProblem(error);
    const [status, title] = problems[problem.code];
    if (status >= 500) log.error({ err: error, route: request.route?.path, method: request.method }, 'request failed');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (comesBack.has(problem.code)) response.setHeader('Retry-After', '2');
    // What is left of the body is not read: the next request must not begin in the middle of it.
    if (problem.code === 'too-large') response.setHeader('Connection', 'close');
    const body = { type: `/problems/${problem.code}`, title, status, code: problem.code, ...problem.extra };
    response
      .status(status)
      .setHeader('Cache-Control', 'no-store')
      .type('application/problem+json')
      .send(JSON.stringify(body));
  };
