/** Marks the clips of a session, so that each has bytes of its own, and a copy that got out says whose it was. */
import { hkdfSync } from 'node:crypto';
import { canonicalJson } from '../../storage/document/json.ts';
import type { MarkStream } from '../../item-bank/items/marked-clip.ts';

/** What one derivation gives at most (RFC 5869: 255 hashes), bytes. */
const blockLength = 255 * 32;

/**
 * The same for all clips of a session, at every time and process.
 * @param key from Wrapping.derive('clips')
 */
export function markStream(key: Uint8Array, session: { readonly tenant: string; readonly id: string }): MarkStream {
  const block = (n: number): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', key, '', canonicalJson([session.tenant, session.id, n]), blockLength));
  return (length) => {
    const stream = new Uint8Array(length);
    for (let at = 0; at < length; at += blockLength) stream.set(block(at / blockLength).subarray(0, length - at), at);
    return stream;
  };
}
