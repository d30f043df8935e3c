/** Sends a clip or picture: fixed type, never sniffed, never cached, with byte ranges because players ask for them. */
import type { Request, Response } from 'express';

export function sendMedia(
  request: Request,
  response: Response,
  content: { readonly bytes: Uint8Array; readonly contentType: string },
): void {
  const { bytes, contentType } = content;
  response
    .setHeader('Cache-Control', 'no-store')
    .setHeader('X-Content-Type-Options', 'nosniff')
    .setHeader('Accept-Ranges', 'bytes')
    .setHeader('Content-Type', contentType);
  const ranges = request.range(bytes.length);
  const range = Array.isArray(ranges) && ranges.length === 1 ? ranges[0] : undefined;
  if (range === undefined) {
    response.status(200).end(bytes);
    return;
  }
  response
    .status(206)
    .setHeader('Content-Range', `bytes ${range.start}-${range.end}/${bytes.length}`)
    .end(bytes.subarray(range.start, range.end + 1));
}
