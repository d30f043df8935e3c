/**
 * One endpoint = its route, schemas, access and handler in one value. The router and the OpenAPI document are both made
 * from it, so that what is documented is what is checked.
 */
import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { Problem, type ProblemCode } from './problem.ts';

export type Method = 'get' | 'post' | 'put';
export type Access = 'anyone' | 'candidate' | 'seat' | 'invigilator' | 'examiner' | 'designer' | 'office' | 'staff';

export interface EndpointDescription {
  readonly method: Method;
  /** Express 5 path under /api/v1. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly body: z.ZodType | 'bytes' | undefined;
  readonly query: z.ZodType | undefined;
  readonly reply: z.ZodType | 'nothing' | 'stream' | 'bytes';
  /** True where there may be nothing to reply: 204. */
  readonly orNothing?: boolean;
  readonly problems: readonly ProblemCode[];
}
export interface Endpoint extends EndpointDescription {
  readonly serve: (request: Request, response: Response) => Promise<void>;
}

interface Call<A> {
  readonly access: A;
  readonly request: Request;
  readonly response: Response;
  param(name: string): string;
}
type Guard<A> = (request: Request, response: Response) => Promise<A>;

function paramOf(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}

const call = async <A>(guard: Guard<A>, request: Request, response: Response): Promise<Call<A>> => ({
  access: await guard(request, response),
  request,
  response,
  param: (name) => paramOf(request, name),
});

interface Common<A> {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly guard: Guard<A>;
  readonly access: Access;
  readonly problems?: readonly ProblemCode[];
}

const description = <A>(common: Common<A>, rest: Pick<EndpointDescription, 'body' | 'query' | 'reply'>) => ({
  method: common.method,
  path: common.path,
  summary: common.summary,
  access: common.access,
  problems: common.problems ?? [],
  ...rest,
});

/**
 * JSON in, JSON out. The reply goes through its schema too: a member that is not listed cannot leave. An undefined
 * reply is 204, where the endpoint says so.
 */
export function jsonEndpoint<A, B, Q, R>(
  options: Common<A> & {
    readonly body?: z.ZodType<B>;
    readonly query?: z.ZodType<Q>;
    readonly reply: z.ZodType<R>;
    readonly orNothing?: boolean;
    readonly handle: (given: Call<A> & { readonly body: B; readonly query: Q }) => Promise<R | undefined>;
  },
): Endpoint {
  const bodySchema: z.ZodType<B> = options.body ?? z.any();
  const querySchema: z.ZodType<Q> = options.query ?? z.any();
  return {
    ...description(options, { body: options.body, query: options.query, reply: options.reply }),
    orNothing: options.orNothing === true,
    serve: async (request, response) => {
      const made = await call(options.guard, request, response);
      const reply = await options.handle({
        ...made,
        body: bodySchema.parse(request.body),
        query: querySchema.parse(request.query),
      });
      response.setHeader('Cache-Control', 'no-store');
      if (reply === undefined && options.orNothing === true) response.status(204).end();
      else response.json(options.reply.parse(reply));
    },
  };
}

/** A command: JSON in, 204 out. */
export function commandEndpoint<A, B>(
  options: Common<A> & {
    readonly body?: z.ZodType<B>;
    readonly handle: (given: Call<A> & { readonly body: B }) => Promise<void>;
  },
): Endpoint {
  const bodySchema: z.ZodType<B> = options.body ?? z.any();
  return {
    ...description(options, { body: options.body, query: undefined, reply: 'nothing' }),
    serve: async (request, response) => {
      await options.handle({ ...(await call(options.guard, request, response)), body: bodySchema.parse(request.body) });
      response.setHeader('Cache-Control', 'no-store').status(204).end();
    },
  };
}

/** Bytes in, as large as the handler takes them, JSON out; what is said about them stands in the query. */
export function uploadEndpoint<A, Q, R>(
  options: Common<A> & {
    readonly query: z.ZodType<Q>;
    readonly reply: z.ZodType<R>;
    readonly handle: (given: Call<A> & { readonly query: Q }) => Promise<R>;
  },
): Endpoint {
  return {
    ...description(options, { body: 'bytes', query: options.query, reply: options.reply }),
    serve: async (request, response) => {
      const reply = await options.handle({
        ...(await call(options.guard, request, response)),
        query: options.query.parse(request.query),
      });
      response.setHeader('Cache-Control', 'no-store').json(options.reply.parse(reply));
    },
  };
}

/** The handler writes the response itself: SSE, audio, uploads. */
export function rawEndpoint<A>(
  options: Common<A> & {
    readonly reply: 'stream' | 'bytes' | 'nothing';
    readonly body?: 'bytes';
    readonly handle: (given: Call<A>) => Promise<void>;
  },
): Endpoint {
  return {
    ...description(options, { body: options.body, query: undefined, reply: options.reply }),
    serve: async (request, response) => options.handle(await call(options.guard, request, response)),
  };
}

export function routerOf(endpoints: readonly Endpoint[]): Router {
  const router = Router({ caseSensitive: true });
  for (const endpoint of endpoints)
    router[endpoint.method](endpoint.path, (request, response, next) => {
      endpoint.serve(request, response).catch(next);
    });
  // After all of them: another endpoint may answer to the same address by a parameter.
  for (const [path, allowed] of allowedMethods(endpoints))
    router.all(path, (request, response, next) => {
      response.setHeader('Allow', allowed.join(', '));
      if (request.method === 'OPTIONS') response.status(204).end();
      else next(new Problem('method-not-allowed'));
    });
  return router;
}

/** By path, as they stand in `Allow`. */
function allowedMethods(endpoints: readonly Endpoint[]): ReadonlyMap<string, readonly string[]> {
  const allowed = new Map<string, readonly string[]>();
  for (const { path, method } of endpoints)
    allowed.set(path, [...(allowed.get(path) ?? []), ...(method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()])]);
  return allowed;
}
