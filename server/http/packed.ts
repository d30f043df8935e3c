/**
 * Sends a file that is kept packed: a page of its own that can run nothing, or a download. Never cached: it may name
 * persons.
 */
import { gunzipSync } from 'node:zlib';
import type { Request, Response } from 'express';

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

/** Its own style and drawings, and nothing else: no script, no address, no frame; as if it came from no site at all. */
const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action " +
  "'none'; frame-ancestors 'none'; sandbox";

/** `content` is packed by gzip; a name that ends in html is shown, any other is saved under that name. */
export function sendPacked(request: Request, response: Response, content: Uint8Array, name: string): void {
  const ending = name.split('.').at(-1) ?? '';
  const isPacked = request.acceptsEncodings('gzip') !== false;
  response
    .setHeader('Cache-Control', 'no-store')
    .setHeader('X-Content-Type-Options', 'nosniff')
    .setHeader('Vary', 'Accept-Encoding')
    .setHeader('Content-Type', types[ending] ?? 'application/octet-stream');
  if (ending === 'html') response.setHeader('Content-Security-Policy', pagePolicy);
  else response.setHeader('Content-Disposition', `attachment; filename="${name}"`);
  if (isPacked) response.setHeader('Content-Encoding', 'gzip');
  response.status(200).end(isPacked ? content : gunzipSync(content));
}
