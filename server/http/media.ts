/**
 * Sends a clip or picture: fixed type, never sniffed, never cached, with byte ranges because players ask for them.
 * @param sent told how many bytes left, once the response is over
 */
import type { Request, Response } from 'express';

export function sendMedia(
  request: Request,
  response: Response,
  content: { readonly bytes: Uint8Array; readonly contentType: string },
  sent: (bytes: number) => void = () => undefined,
): void {
  const { bytes, contentType } = content;
  response
    .setHeader('Cache-Control', 'no-store')
    .setHeader('X-Content-Type-Options', 'nosniff')
    .setHeader('Accept-Ranges', 'bytes')
    .setHeader('Content-Type', contentType);
  const ranges = request.range(bytes.length);
  const range = Array.isArray(ranges) && ranges.length === 1 ? ranges[0] : undefined;
  const whole = { start: 0, end: bytes.length - 1 };
  const { start, end } = range ?? whole;
  response.on('close', () => sent(Math.max(0, end + 1 - start - response.writableLength)));
  if (range === undefined) {
    response.status(200).end(bytes);
    return;
  }
  response
    .status(206)
    .setHeader('Content-Range', `bytes ${start}-${end}/${bytes.length}`)
    .end(bytes.subarray(start, end + 1));
}
