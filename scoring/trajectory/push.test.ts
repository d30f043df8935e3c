/** One attempt as the receiver gets it: a real HTTP server that keeps every request. */
import { type IncomingHttpHeaders, type ServerResponse, createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toInstant } from '../../storage/document/instant.ts';
import type { Attempt } from './deliveries.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { pushTo } from './push.ts';

const secret = `whsec_${Buffer.from('a secret of thirty-two characters').toString('base64')}`;
const body = JSON.stringify({ id: 'result-agii-s1-3', data: { reference: 'KBI-Ωmega "1"', outcome: 'pass' } });
const seen: { readonly headers: IncomingHttpHeaders; readonly body: string; readonly method: string | undefined }[] =
  [];
let answer: (response: ServerResponse) => void = (response) => {
  response.writeHead(204).end();
};
const server = createServer((request, response) => {
  let text = '';
  request
    .setEncoding('utf8')
    .on('data', (part: string) => {
      text += part;
    })
    .on('end', () => {
      seen.push({ headers: request.headers, body: text, method: request.method });
      answer(response);
    });
});
let url = '';
beforeEach(async () => {
  seen.length = 0;
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/events`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((closed) => {
    server.close(closed);
  });
});

/** The library checks the age of a message against the real clock. */
const attempt = (ms = Date.now(), by: typeof fetch = guardedFetch()): Promise<Attempt> =>
  pushTo({ url, secret }, { fetch: by, now: () => toInstant(ms), timeoutMs: 300 })('result-agii-s1-3', body);
const header = (headers: IncomingHttpHeaders, name: string): string => String(headers[name]);
const verified = ({ headers, body: text }: (typeof seen)[number]): unknown =>
  new Webhook(secret).verify(text, {
    'webhook-id': header(headers, 'webhook-id'),
    'webhook-timestamp': header(headers, 'webhook-timestamp'),
    'webhook-signature': header(headers, 'webhook-signature'),
  });

describe.each([
  ['guarded fetch', guardedFetch()],
  ['fetch', fetch],
])('by the %s', (_, by) => {
  it.each<[number, Attempt]>([
    [200, { acknowledged: true, status: 200 }],
    [202, { acknowledged: true, status: 202 }],
    [204, { acknowledged: true, status: 204 }],
    ...[301, 302, 303, 307, 308, 304, 400, 401, 404, 409, 410, 413, 429, 500, 502, 503, 599].map(
      (status): [number, Attempt] => [status, { acknowledged: false, isReachable: true, why: `HTTP ${status}` }],
    ),
  ])('%i', async (status, expected) => {
    answer = (response) => {
      response.writeHead(status, { location: `${url}/elsewhere` }).end();
    };
    expect(await attempt(Date.now(), by)).toEqual(expected);
    // A redirect would be a second request.
    expect(seen).toHaveLength(1);
  });
  it('silence, a cut line and nobody there are no reply, and throw nothing', async () => {
    answer = () => undefined;
    expect(await attempt(Date.now(), by)).toMatchObject({
      acknowledged: false,
      isReachable: false,
      why: expect.stringMatching(/Timeout|ABORT|Abort|^\d+$/),
    });
    answer = (response) => {
      response.socket?.destroy();
    };
    expect(await attempt(Date.now(), by)).toMatchObject({
      acknowledged: false,
      isReachable: false,
      why: expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/),
    });
    url = 'http://127.0.0.1:9/events';
    expect(await attempt(Date.now(), by)).toMatchObject({ acknowledged: false, isReachable: false });
  });
});

describe('the request', () => {
  beforeEach(() => {
    answer = (response) => {
      response.writeHead(500).end();
    };
  });
  it('is a signed POST of the exact text', async () => {
    await attempt();
    const [one] = seen;
    if (one === undefined) throw new Error('nothing came');
    expect(one).toMatchObject({
      method: 'POST',
      body,
      headers: { 'content-type': 'application/cloudevents+json; charset=utf-8', 'webhook-id': 'result-agii-s1-3' },
    });
    expect(verified(one)).toEqual(JSON.parse(body));
    expect(() => verified({ ...one, body: body.replace('pass', 'fail') })).toThrow();
  });
  it('has the same id and the same bytes at every attempt; time and signature are of the attempt', async () => {
    const nowMs = Date.now();
    for (let n = 0; n < 5; n += 1) await attempt(nowMs - n * 10_000);
    expect(new Set(seen.map(({ headers, body: text }) => `${header(headers, 'webhook-id')} ${text}`))).toEqual(
      new Set([`result-agii-s1-3 ${body}`]),
    );
    expect(new Set(seen.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(5);
    for (const one of seen) expect(verified(one)).toEqual(JSON.parse(body));
  });
  it('from long ago is not believed', async () => {
    await attempt(Date.now() - 6 * 60_000);
    const [one] = seen;
    expect(() => {
      if (one !== undefined) verified(one);
    }).toThrow(/too old/);
  });
});
