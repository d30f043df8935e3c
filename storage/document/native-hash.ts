/**
 * The same function as `hash.ts` by Node's own OpenSSL, for what is large or frequent on the server: commits, chunks of
 * recordings, files. It is 4 times as fast for 64 bytes and 12 times for a megabyte.
 */
import { createHash } from 'node:crypto';

/** SHA-256 in lower-case hexadecimal (64 characters); a text is hashed as its UTF-8 bytes. */
export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
