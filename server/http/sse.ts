/** Server-sent events: bounded, with a heartbeat comment so that proxies and half-open sockets are noticed. */
import { constants, createGzip, type Gzip } from 'node:zlib';
import type { Request, Response } from 'express';
import type { Timers } from '../../storage/document/timers.ts';
import { streamBeatMs } from './wire.ts';

export interface EventStream {
  /** `id` comes back as Last-Event-ID when the reader connects again. */
  send(event: string, data: unknown, id?: string): void;
  readonly closed: Promise<void>;
  /** From here; the reader connects again if it is still there. */
  end(): void;
}

/** A consumer that lets more than this pile up is dropped; it reconnects and gets the present state, bytes. */
const backlogLimit = 1_000_000;

export interface StreamTerms {
  /** Asked at every beat: a stream ends with the session of whoever opened it. */
  readonly isGood?: () => Promise<boolean>;
  /** For the few readers of much: what packs a stream takes memory for as long as it is open. */
  readonly isPacked?: boolean;
}

/** Each message is flushed by itself; what was said before shortens what comes after. */
function packing(request: Request, response: Response): Gzip | undefined {
  if (request.acceptsEncodings('gzip', 'identity') !== 'gzip') return undefined;
  const packed = createGzip({ flush: constants.Z_SYNC_FLUSH });
  packed.pipe(response);
  // Nobody reads on: what was not sent is lost with the line.
  response.on('close', () => packed.destroy());
  return packed;
}

export function openEventStream(
  request: Request,
  response: Response,
  timers: Timers,
  { isGood = () => Promise.resolve(true), isPacked = false }: StreamTerms = {},
): EventStream {
  const packed = isPacked ? packing(request, response) : undefined;
  const out = packed ?? response;
  response.writeHead(200, {
    ...(packed === undefined ? {} : { 'Content-Encoding': 'gzip' }),
    ...(isPacked ? { Vary: 'Accept-Encoding' } : {}),
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
    Connection: 'keep-alive',
  });
  out.write('retry: 2000\n\n');
  const stopBeating = timers.every(streamBeatMs, () => {
    write(': beat\n\n');
    isGood().then(
      (good) => {
        if (!good) out.end();
      },
      // Whether it is good cannot be known now; the next beat asks again.
      () => undefined,
    );
  });
  const closed = new Promise<void>((resolve) =>
    response.on('close', () => {
      stopBeating();
      resolve();
    }),
  );
  request.socket.setKeepAlive(true, streamBeatMs);
  function write(text: string): void {
    if (out.writableEnded || response.destroyed) return;
    const waiting =
      response.writableLength + (packed === undefined ? 0 : packed.readableLength + packed.writableLength);
    if (waiting > backlogLimit) {
      response.destroy();
      return;
    }
    out.write(text);
  }
  const idLine = (id: string | undefined): string => (id === undefined ? '' : `id: ${id}\n`);
  return {
    send: (event, data, id) => write(`${idLine(id)}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    closed,
    end: () => out.end(),
  };
}
