/**
 * Sends a clip, a picture or a recording: fixed type, never sniffed, never cached, with byte ranges because players ask
 * for them.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';

/** @param sent told how many bytes left, once the response is over */
export function sendMedia(
  request: Request,
  response: Response,
  content: { readonly bytes: Uint8Array; readonly contentType: string },
  sent: (bytes: number) => void = () => undefined,
): void {
  const { bytes, contentType } = content;
  const { start, end } = openMedia(request, response, { contentType, size: bytes.length });
  response.on('close', () => sent(Math.max(0, end + 1 - start - response.writableLength)));
  response.end(bytes.subarray(start, end + 1));
}

/** Status and headers; which bytes are asked for, both ends included. */
function openMedia(
  request: Request,
  response: Response,
  { contentType, size }: { readonly contentType: string; readonly size: number },
): { readonly start: number; readonly end: number } {
  response
    .setHeader('Cache-Control', 'no-store')
    .setHeader('X-Content-Type-Options', 'nosniff')
    .setHeader('Accept-Ranges', 'bytes')
    .setHeader('Content-Type', contentType);
  const ranges = request.range(size);
  const range = Array.isArray(ranges) && ranges.length === 1 ? ranges[0] : undefined;
  if (range === undefined) {
    response.status(200).setHeader('Content-Length', size);
    return { start: 0, end: size - 1 };
  }
  const { start, end } = range;
  response
    .status(206)
    .setHeader('Content-Length', end + 1 - start)
    .setHeader('Content-Range', `bytes ${start}-${end}/${size}`);
  return { start, end };
}

/** What is too large to be held for whoever does not read it. */
export interface StoredMedia {
  readonly contentType: string;
  readonly size: number;
  /** Both ends included; each piece is made when it is asked for. */
  readonly read: (start: number, end: number) => AsyncIterable<Uint8Array>;
}

/**
 * Reads only as fast as the other side does. What is wrong with the first piece is thrown; with a later one the
 * connection ends, since what was sent cannot be taken back. Whoever hangs up is no error.
 */
export async function streamMedia(
  request: Request,
  response: Response,
  { read, ...described }: StoredMedia,
): Promise<void> {
  const { start, end } = openMedia(request, response, described);
  const pieces = read(start, end)[Symbol.asyncIterator]();
  const first = await pieces.next();
  async function* all(): AsyncGenerator<Uint8Array> {
    for (let piece = first; piece.done !== true; piece = await pieces.next()) yield piece.value;
  }
  try {
    await pipeline(Readable.from(all(), { highWaterMark: 1 }), response);
  } catch (error) {
    if (!response.destroyed || !isHungUp(error)) throw error;
  }
}

const isHungUp = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
