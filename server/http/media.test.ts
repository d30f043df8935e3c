import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { streamMedia } from './media.ts';

const piece = new Uint8Array(1_000_000).fill(7);
const pieces = 100;

let close: () => void = () => undefined;
afterEach(() => close());

/** A server that sends a large recording; `made` counts the bytes that it was asked to make. */
async function recording(damagedFrom = pieces): Promise<{ url: string; made: () => number }> {
  let made = 0;
  const application = express();
  application.get('/recording', (request, response, next) => {
    const read = async function* (): AsyncGenerator<Uint8Array> {
      for (let n = 0; n < pieces; n += 1) {
        if (n === damagedFrom) throw new Error('damaged');
        made += piece.length;
        yield await Promise.resolve(piece);
      }
    };
    streamMedia(request, response, { contentType: 'audio/webm', size: pieces * piece.length, read }).catch(next);
  });
  const handler: express.ErrorRequestHandler = (_error, _request, response, _next) => {
    if (response.headersSent) response.destroy();
    else response.status(500).end();
  };
  application.use(handler);
  const server = createServer(application);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}/recording`, made: () => made };
}

describe('a recording', () => {
  it('is made no faster than it is read', async () => {
    const { url, made } = await recording();
    let [received, ahead] = [0, 0];
    await new Promise<void>((resolve, reject) => {
      get(url, (reply) => {
        reply.on('data', (part: Buffer) => {
          // Whoever runs ahead can do so now: nothing is taken off the line.
          reply.pause();
          received += part.length;
          ahead = Math.max(ahead, made() - received);
          setImmediate(() => reply.resume());
        });
        reply.once('end', resolve);
        reply.once('error', reject);
      });
    });
    expect(received).toBe(pieces * piece.length);
    // What lies in the two sockets, and a piece or two.
    expect(ahead).toBeLessThan(20 * piece.length);
  });

  it('that is damaged at its beginning is a problem, and later on a line that ends', async () => {
    const broken = await recording(0);
    expect((await fetch(broken.url)).status).toBe(500);
    close();
    const later = await recording(3);
    const reply = await fetch(later.url);
    expect(reply.status).toBe(200);
    await expect(reply.arrayBuffer()).rejects.toThrow();
  });

  it('is nobody’s error where the other side hangs up', async () => {
    const { url, made } = await recording();
    await new Promise<void>((resolve, reject) => {
      get(url, (reply) => {
        reply.once('data', () => reply.destroy());
        reply.once('close', resolve);
        reply.once('error', () => undefined);
      }).once('error', reject);
    });
    expect(made()).toBeLessThan(pieces * piece.length);
  });
});
