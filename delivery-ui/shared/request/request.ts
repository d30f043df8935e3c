/** One way to ask the server. Every failure is a `RequestFailed` with the stable code of the problem. */
import { pageKeyHeader, protocolHeader, protocolVersion } from '../../../server/http/wire.ts';
import { shownPageKey } from './exam-browser.ts';

export class RequestFailed extends Error {
  constructor(
    /**
     * A problem's code; `offline` when no answer came, `timeout` when it came too late, `unreadable` when it was no
     * problem document.
     */
    readonly code: string,
    /** HTTP status; 0 without an answer. */
    readonly status: number,
    readonly problem: Readonly<Record<string, unknown>> = {},
    /** How long the server asks to wait, ms. */
    readonly retryAfterMs: number | undefined = undefined,
  ) {
    super(`${code} (${status})`);
    this.name = 'RequestFailed';
  }
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as they are, instead of `body`. */
  readonly bytes?: Blob;
  readonly headers?: Readonly<Record<string, string>>;
  /** Candidates and seats; staff have a cookie. */
  readonly token?: string | undefined;
  readonly timeoutMs?: number;
  /** May outlive the page (at most 64 kB). */
  readonly keepalive?: boolean;
  readonly signal?: AbortSignal;
}

async function problemOf(response: Response): Promise<RequestFailed> {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : undefined;
  try {
    const problem: Record<string, unknown> = await response.json();
    return new RequestFailed(
      typeof problem['code'] === 'string' ? problem['code'] : 'unreadable',
      response.status,
      problem,
      wait,
    );
  } catch {
    return new RequestFailed('unreadable', response.status, {}, wait);
  }
}

/** @throws RequestFailed */
export async function send(path: string, options: RequestOptions = {}): Promise<Response> {
  const {
    method = options.body === undefined && options.bytes === undefined ? 'GET' : 'POST',
    body,
    bytes,
    token,
    timeoutMs = 20_000,
    keepalive = false,
  } = options;
  const headers: Record<string, string> = { [protocolHeader]: String(protocolVersion), ...options.headers };
  const pageKey = shownPageKey();
  if (pageKey !== undefined) headers[pageKeyHeader] = pageKey;
  if (token !== undefined) headers['Authorization'] = `Bearer ${token}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (bytes !== undefined) headers['Content-Type'] = 'application/octet-stream';
  // Not AbortSignal.any: borrowed devices are old ones.
  const stop = new AbortController();
  let late = false;
  // Runs on after the headers, so that a body that stands still ends too.
  const timer = setTimeout(() => {
    late = true;
    stop.abort();
  }, timeoutMs);
  const stopped = (): void => stop.abort();
  if (options.signal?.aborted) stop.abort();
  options.signal?.addEventListener('abort', stopped);
  let response: Response;
  try {
    response = await fetch(`/api/v1/${path}`, {
      method,
      headers,
      keepalive,
      cache: 'no-store',
      credentials: 'same-origin',
      signal: stop.signal,
      ...(bytes !== undefined ? { body: bytes } : body !== undefined ? { body: JSON.stringify(body) } : {}),
    });
  } catch {
    options.signal?.removeEventListener('abort', stopped);
    clearTimeout(timer);
    throw new RequestFailed(late ? 'timeout' : 'offline', 0);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** The answer as JSON of the wire type that the protocol names. @throws RequestFailed */
export async function ask<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options);
  try {
    const answer: T = await response.json();
    return answer;
  } catch {
    // Broken off, or no answer of ours at all (a proxy's page): as good as no answer.
    throw new RequestFailed('unreadable', 0);
  }
}

/** The answer as bytes. @throws RequestFailed */
export async function fetchBytes(path: string, options: RequestOptions = {}): Promise<Blob> {
  const response = await send(path, options);
  try {
    return await response.blob();
  } catch {
    throw new RequestFailed('offline', 0);
  }
}
