/** SHA-256 without the platform: the same file computes on the server and in a browser, at once. */
import { sha256 as hash } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** SHA-256 in lower-case hexadecimal (64 characters); a text is hashed as its UTF-8 bytes. */
export const sha256 = (bytes: Uint8Array | string): string =>
  bytesToHex(hash(typeof bytes === 'string' ? utf8ToBytes(bytes) : bytes));
