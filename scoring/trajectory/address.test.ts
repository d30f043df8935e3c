import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endpointUrl, isPublicAddress, mayConnect } from './address.ts';
import { type Resolve, guardedFetch } from './guarded-fetch.ts';

describe('an address', () => {
  it.each(['8.8.8.8', '193.191.0.1', '172.15.0.1', '172.32.0.1', '2a02:1800::1', '2600:1f18::1'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'ff02::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '',
    'localhost',
    '8.8.8',
    '0x7f.1',
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('a host', () => {
  it.each([
    ['trajectory.example', '193.191.0.1', true],
    ['trajectory.example', '10.0.0.8', false],
    ['trajectory.example', '169.254.169.254', false],
    ['trajectory.example', '::1', false],
    ['127.0.0.1', '127.0.0.1', true],
    ['[::1]', '::1', true],
    ['10.0.0.8', '10.0.0.8', true],
    ['localhost', '127.0.0.1', true],
    ['localhost', '::1', true],
    ['localhost', '10.0.0.8', false],
    ['localhost.evil.example', '127.0.0.1', false],
  ])('%s at %s: %s', (host, address, expected) => {
    expect(mayConnect(host, address)).toBe(expected);
  });
});

describe('the address of an endpoint', () => {
  it.each([
    'file:///etc/passwd',
    'ftp://example.org',
    'gopher://x',
    'javascript:1',
    'not an address',
    '',
    'https://user:secret@example.org',
  ])('%s is refused, and not repeated in the message', (text) => {
    expect(() => endpointUrl(text)).toThrow(/^url of the endpoint/);
    expect(() => endpointUrl(text)).not.toThrow('secret@');
  });
});

describe('the guarded fetch', () => {
  const seen: { method: string | undefined; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request
      .setEncoding('utf8')
      .on('data', (part: string) => {
        body += part;
      })
      .on('end', () => {
        seen.push({ method: request.method, body });
        if (request.url === '/elsewhere') {
          response.writeHead(302, { location: '/' }).end();
          return;
        }
        if (request.url === '/silence') return;
        response.writeHead(200);
        response.write('x');
        // A reply that never ends.
        if (request.url !== '/endless') response.end();
      });
  });
  let origin = '';
  let port = 0;
  beforeEach(async () => {
    seen.length = 0;
    await new Promise<void>((listening) => {
      server.listen(0, '127.0.0.1', listening);
    });
    port = addressOf();
    origin = `http://127.0.0.1:${port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((closed) => {
      server.close(closed);
    });
  });
  const addressOf = (): number => {
    const address: AddressInfo | string | null = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  const resolving =
    (...addresses: readonly string[]): Resolve =>
    (_host, _options, done) => {
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };
  const post = (url: string, resolve?: Resolve, ms = 5000) =>
    guardedFetch(resolve)(url, {
      method: 'POST',
      body: '{"naam":"Zoë"}',
      headers: { 'webhook-id': 'x' },
      signal: AbortSignal.timeout(ms),
    });

  it('posts text', async () => {
    expect((await post(origin)).status).toBe(200);
    expect(seen).toEqual([{ method: 'POST', body: '{"naam":"Zoë"}' }]);
  });
  it('connects to an address inside only when it is written down', async () => {
    expect((await post(`http://localhost:${port}`, resolving('127.0.0.1'))).status).toBe(200);
    await expect(post(`http://trajectory.example:${port}`, resolving('127.0.0.1'))).rejects.toMatchObject({
      code: 'blocked-address',
    });
    await expect(
      post(`http://trajectory.example:${port}`, resolving('193.191.0.1', '127.0.0.1')),
    ).rejects.toMatchObject({ code: 'blocked-address' });
    await expect(post(`http://trajectory.example:${port}`, resolving())).rejects.toThrow('has no address');
    expect(seen.length).toBe(1);
  });
  it('asks for the address once, where the connection is made: a second answer is never used', async () => {
    let asked = 0;
    const rebinding: Resolve = (_host, _options, done) => {
      asked += 1;
      done(null, [{ address: asked === 1 ? '127.0.0.1' : '10.0.0.8', family: 4 }]);
    };
    expect((await post(`http://localhost:${port}`, rebinding)).status).toBe(200);
    expect(asked).toBe(1);
  });
  it('follows no redirect', async () => {
    expect((await post(`${origin}/elsewhere`)).status).toBe(302);
    expect(seen.length).toBe(1);
  });
  it('reads no reply without end, and gives up on silence', async () => {
    expect((await post(`${origin}/endless`)).status).toBe(200);
    await expect(post(`${origin}/silence`, undefined, 50)).rejects.toMatchObject({
      name: expect.stringMatching(/AbortError|TimeoutError/),
    });
  });
  it('refuses other schemes', async () => {
    await expect(post('file:///etc/passwd')).rejects.toMatchObject({ code: 'bad-endpoint' });
  });
});
