import type { Server } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen, localAddress } from './listen.ts';

let server: Server;
let port = 0;
beforeAll(async () => {
  const place = { host: '127.0.0.1', port: 0 };
  server = await listen((request, response) => request.pipe(response), place, {
    headMs: 100,
    wholeMs: 200,
    lookMs: 20,
  });
  port = Number(new URL(localAddress(server, place)).port);
});
afterAll(() => server.close());

/** What the server says to somebody who sends this and then waits, until it closes. */
const waitingAfter = (sent: string): Promise<string> =>
  new Promise((resolve) => {
    let said = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(sent));
    socket.on('data', (data: Buffer) => {
      said += data.toString();
    });
    socket.on('close', () => resolve(said));
    // A body that is half there may have been answered in part: the connection is all that ends then.
    socket.on('error', () => undefined);
  });

// Node itself looks every 30 s: whoever waits for that waits too long.
describe('a request that comes in drop by drop', { timeout: 20_000 }, () => {
  it('is closed while its head is not whole', async () =>
    expect(await waitingAfter('POST / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')).toMatch(/^HTTP\/1.1 408 /));
  it('is closed while its body is not whole', async () =>
    expect(await waitingAfter('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab')).toMatch(
      /^HTTP\/1.1 (200|408) /,
    ));
});
