/** The edge as it is served, with no program behind it: headers of every reply, what errors tell, what is logged. */
import { type AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApplication } from './application.ts';
import type { Endpoint } from './endpoint.ts';
import { sendMedia } from './media.ts';
import { StorageUnavailable } from '../../storage/port.ts';

const logged: string[] = [];
const endpoint = (path: string, serve: Endpoint['serve']): Endpoint => ({
  ...{ method: 'get', path, summary: '', access: 'anyone', body: undefined, query: undefined, reply: 'bytes' },
  problems: [],
  serve,
});
const bytes = Uint8Array.from([1, 2, 3, 4, 5, 6]);
const application = createApplication(
  {
    log: pino({ level: 'trace' }, { write: (line: string) => logged.push(line) }),
    configuration: { publicUrl: undefined },
    publicUrl: () => 'https://exam.example',
    storage: {
      engine: 'lmdb',
      ping: () => Promise.reject(new StorageUnavailable('mongodb://inside.example does not answer')),
    },
    version: '1.0.0',
  },
  {
    endpoints: [
      endpoint('/broken', () => Promise.reject(new Error('the key of candidate 4711 is not there'))),
      endpoint('/clip', (request, response) => {
        sendMedia(request, response, { bytes, contentType: 'audio/mpeg' });
        return Promise.resolve();
      }),
    ],
    interfaceFolder: import.meta.dirname,
    jwks: () => Promise.resolve({ keys: [] }),
    measure: (_request, _response, next) => {
      next();
    },
  },
);
const server = application.listen(0, '127.0.0.1');
let url = '';
beforeAll(async () => {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
  const at = server.address();
  const isAddress = (value: string | AddressInfo | null): value is AddressInfo =>
    typeof value === 'object' && value !== null;
  url = `http://127.0.0.1:${isAddress(at) ? at.port : 0}`;
});
afterAll(() => server.close());

const everyKind = ['/api/v1/broken', '/api/v1/clip', '/api/v1/unknown', '/api/v1/openapi.json', '/media.ts', '/none'];

describe('an error of our own', () => {
  it('is told without its text, which stands in the log', async () => {
    const response = await fetch(`${url}/api/v1/broken`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toMatch(/4711|not there|\.ts/);
    expect(logged.join('')).toContain('the key of candidate 4711 is not there');
  });

  it('of a storage that does not answer: 503, when to come again, and no address of it', async () => {
    const response = await fetch(`${url}/health`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await response.text()).not.toContain('inside.example');
  });
});

it('no token, cookie, query or address of a request is logged, also where it failed', async () => {
  const secrets = ['token-of-amina', 'cookie-of-toos', 'code-of-today', 'result-key'];
  logged.length = 0;
  await fetch(`${url}/api/v1/broken?code=code-of-today`, {
    headers: {
      authorization: 'Bearer token-of-amina',
      cookie: 'meetlat-staff=cookie-of-toos',
      referer: 'https://x/#result-key',
    },
  });
  expect(logged.length).toBeGreaterThan(0);
  for (const secret of secrets) expect(logged.join('')).not.toContain(secret);
});

describe.each(everyKind)('the reply of %s', (path) => {
  it('is framed by nobody, sniffed by nobody, and opens to no other site', async () => {
    const { headers } = await fetch(`${url}${path}`, { headers: { origin: 'https://evil.example' } });
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{7,}/);
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });
});

it('only the published keys may be read by another site', async () => {
  const { headers } = await fetch(`${url}/.well-known/jwks.json`, { headers: { origin: 'null' } });
  expect(headers.get('access-control-allow-origin')).toBe('*');
});

it.each(['POST', 'PUT', 'DELETE'])(
  '%s from another site is refused, from a page without an origin too',
  async (method) => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site' },
    ])
      expect((await fetch(`${url}/api/v1/broken`, { method, headers })).status).toBe(403);
  },
);

describe('a clip', () => {
  it('is kept by no cache, whole or in part', async () => {
    for (const headers of [{}, { range: 'bytes=2-4' }]) {
      const response = await fetch(`${url}/api/v1/clip`, { headers });
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('content-type')).toBe('audio/mpeg');
    }
  });

  it('is sent in the part that was asked for', async () => {
    const response = await fetch(`${url}/api/v1/clip`, { headers: { range: 'bytes=2-4' } });
    expect([response.status, response.headers.get('content-range')]).toEqual([206, 'bytes 2-4/6']);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes.slice(2, 5));
  });
});
