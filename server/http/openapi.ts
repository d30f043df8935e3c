/** The OpenAPI 3.1 document, made from the same schemas that check requests and replies. */
import { z } from 'zod';
import type { EndpointDescription } from './endpoint.ts';
import { type ProblemCode, problems } from './problem.ts';

const schemaOf = (schema: z.ZodType, io: 'input' | 'output') => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
  return rest;
};
const json = (schema: z.ZodType, io: 'input' | 'output') => ({ 'application/json': { schema: schemaOf(schema, io) } });
const bytes = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };

const security: Record<EndpointDescription['access'], readonly Record<string, readonly string[]>[]> = {
  anyone: [],
  candidate: [{ candidateToken: [] }],
  seat: [{ seatToken: [] }],
  staff: [{ staffCookie: [] }],
  invigilator: [{ staffCookie: [] }],
  examiner: [{ staffCookie: [] }],
  designer: [{ staffCookie: [] }],
  office: [{ staffCookie: [] }],
};

function replyOf({ reply, orNothing }: EndpointDescription): Record<string, unknown> {
  if (reply === 'nothing') return { 204: { description: 'Done' } };
  if (reply === 'stream')
    return {
      200: { description: 'Server-sent events', content: { 'text/event-stream': { schema: { type: 'string' } } } },
    };
  if (reply === 'bytes') return { 200: { description: 'The bytes', content: bytes } };
  return {
    200: { description: 'Done', content: json(reply, 'output') },
    ...(orNothing === true ? { 204: { description: 'There is nothing' } } : {}),
  };
}

/** What a request meets at the door of each kind of endpoint. */
const doors: Record<EndpointDescription['access'], readonly ProblemCode[]> = {
  anyone: [],
  candidate: ['token-invalid', 'token-expired', 'not-allowed', 'not-found', 'fenced'],
  seat: ['token-invalid', 'token-expired', 'not-allowed', 'not-found'],
  staff: ['not-logged-in', 'not-allowed', 'not-found'],
  invigilator: ['not-logged-in', 'not-allowed', 'not-found', 'password-due'],
  examiner: ['not-logged-in', 'not-allowed', 'not-found', 'password-due'],
  designer: ['not-logged-in', 'not-allowed', 'not-found', 'password-due'],
  office: ['not-logged-in', 'not-allowed', 'not-found', 'password-due'],
};
/** What any request may meet. */
const anywhere: readonly ProblemCode[] = ['wrong-host', 'page-older', 'page-newer', 'internal', 'storage-unavailable'];

function problemsOf(endpoint: EndpointDescription): Record<string, unknown> {
  const { method, access, body, query } = endpoint;
  const codes = [
    ...new Set([
      ...endpoint.problems,
      ...(body === undefined ? [] : (['malformed-json', 'too-large', 'unsupported-media'] as const)),
      ...(body === undefined && query === undefined ? [] : (['invalid-request'] as const)),
      ...(method === 'get' ? [] : (['foreign-origin'] as const)),
      ...doors[access],
      ...anywhere,
    ]),
  ];
  return Object.fromEntries(
    [...groupByStatus(codes)].map(([status, list]) => [
      status,
      {
        description: list.join(', '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

/** `post /result/keys/{key}` is `postResultKeysKey`: what a generated client calls it. */
const operationIdOf = ({ method, path }: EndpointDescription): string =>
  method + [...path.matchAll(/[A-Za-z0-9]+/g)].map(([word]) => word.charAt(0).toUpperCase() + word.slice(1)).join('');

/** Whose place it is: what the path begins with. */
const tagOf = ({ path }: EndpointDescription): string => /^\/([\w-]+)/.exec(path)?.[1] ?? 'public';

function groupByStatus(codes: readonly (keyof typeof problems)[]): Map<number, string[]> {
  const groups = new Map<number, string[]>();
  for (const code of codes) groups.set(problems[code][0], [...(groups.get(problems[code][0]) ?? []), code]);
  return groups;
}

const parametersOf = (path: string) =>
  [...path.matchAll(/:(\w+)/g)].map((match) => ({
    name: match[1],
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));

const securitySchemes = {
  candidateToken: { type: 'http', scheme: 'bearer' },
  seatToken: { type: 'http', scheme: 'bearer' },
  staffCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: 'meetlat-staff',
    description: '__Host-meetlat-staff where the server is reached by HTTPS',
  },
};

export function openApiDocument(endpoints: readonly EndpointDescription[], version: string): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of endpoints) {
    const path = endpoint.path.replace(/:(\w+)/g, '{$1}');
    const query =
      endpoint.query === undefined
        ? []
        : Object.entries(schemaOf(endpoint.query, 'input').properties ?? {}).map(([name, schema]) => ({
            name,
            in: 'query',
            required: false,
            schema,
          }));
    paths[path] = {
      ...paths[path],
      [endpoint.method]: {
        operationId: operationIdOf(endpoint),
        tags: [tagOf(endpoint)],
        summary: endpoint.summary,
        /** The role that the endpoint asks for. */
        'x-access': endpoint.access,
        security: security[endpoint.access],
        parameters: [...parametersOf(endpoint.path), ...query],
        ...(endpoint.body === undefined
          ? {}
          : {
              requestBody: {
                required: true,
                content: endpoint.body === 'bytes' ? bytes : json(endpoint.body, 'input'),
              },
            }),
        responses: { ...replyOf(endpoint), ...problemsOf(endpoint) },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Meetlat', version, description: 'Adaptive language testing and exam delivery.' },
    servers: [{ url: '/api/v1' }],
    tags: [...new Set(endpoints.map(tagOf))].sort().map((name) => ({ name })),
    paths,
    components: {
      securitySchemes,
      schemas: {
        Problem: {
          type: 'object',
          required: ['type', 'title', 'status', 'code'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            code: { enum: Object.keys(problems) },
          },
        },
      },
    },
  };
}
