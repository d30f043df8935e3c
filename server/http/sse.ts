/** Server-sent events: bounded, with a heartbeat comment so that proxies and half-open sockets are noticed. */
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

/** `isGood` is asked at every beat: a stream ends with the session of whoever opened it. */
export function openEventStream(
  request: Request,
  response: Response,
  timers: Timers,
  isGood: () => Promise<boolean> = () => Promise.resolve(true),
): EventStream {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
    Connection: 'keep-alive',
  });
  response.write('retry: 2000\n\n');
  const stopBeating = timers.every(streamBeatMs, () => {
    write(': beat\n\n');
    isGood().then(
      (good) => {
        if (!good) response.end();
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
    if (response.writableEnded || response.destroyed) return;
    if (response.writableLength > backlogLimit) {
      response.destroy();
      return;
    }
    response.write(text);
  }
  const idLine = (id: string | undefined): string => (id === undefined ? '' : `id: ${id}\n`);
  return {
    send: (event, data, id) => write(`${idLine(id)}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    closed,
    end: () => response.end(),
  };
}
