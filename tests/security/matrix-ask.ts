/** The matrix's endpoints, from the OpenAPI document of the running program, and one request to any of them. */
import type { House } from './matrix-house.ts';
import { type Row, type Subject, rows } from './matrix-rows.ts';

export type Access = 'anyone' | 'candidate' | 'seat' | 'staff' | 'invigilator' | 'examiner' | 'designer' | 'office';
export interface Endpoint {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly access: Access;
  readonly operationId: string;
  readonly tags: readonly string[];
  /** As the document says. */
  readonly statuses: readonly string[];
}
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface Operation {
  readonly 'x-access': Access;
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly responses: Readonly<Record<string, unknown>>;
}

export async function endpointsOf(house: House): Promise<readonly Endpoint[]> {
  const document: { paths: Record<string, Record<string, Operation>> } = await (
    await fetch(`${house.url}/openapi.json`)
  ).json();
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { 'x-access': access, operationId, tags, responses }]) => ({
      name: `${method} ${path}`,
      method: method.toUpperCase(),
      path,
      access,
      operationId,
      tags,
      statuses: Object.keys(responses),
    })),
  );
}

export function rowOf({ name }: Endpoint): Row {
  const row = rows[name];
  if (row === undefined) throw new Error(`${name} has no row`);
  return row;
}

export async function askOf(
  house: House,
  endpoint: Endpoint,
  headers: Readonly<Record<string, string>>,
  subject: Subject,
): Promise<Reply> {
  const row = rowOf(endpoint);
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = row.params?.(house, subject)[name];
    if (value === undefined) throw new Error(`${endpoint.name}: no value for ${name}`);
    return encodeURIComponent(value);
  });
  const body = typeof row.body === 'function' ? row.body(house) : row.body;
  const stop = new AbortController();
  const response = await fetch(`${house.url}${path}${row.query ?? ''}`, {
    method: endpoint.method,
    signal: stop.signal,
    headers: {
      ...headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...row.headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const text = isStream ? await firstOf(response) : await response.text();
  if (isStream) stop.abort();
  return { status: response.status, headers: response.headers, text };
}

/** What a stream of events says at once; one that only waits says nothing. */
async function firstOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const silence = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 500));
  const first = await Promise.race([reader?.read(), silence]);
  return first?.value === undefined ? '' : Buffer.from(first.value).toString();
}
