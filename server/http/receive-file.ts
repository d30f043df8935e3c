/** Takes a large body in as a file: never whole in memory, never larger than allowed, packed or not. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Problem } from './problem.ts';

export interface FileLimits {
  /** As sent, bytes. */ readonly sent: number;
  /** Unpacked, bytes. */ readonly unpacked: number;
}

/** Passes bytes on until there are too many. */
function atMost(limit: number): Transform & { readonly count: () => number } {
  let count = 0;
  const gate = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      count += chunk.length;
      done(count > limit ? new Problem('too-large', { limit }) : null, chunk);
    },
  });
  return Object.assign(gate, { count: () => count });
}

/**
 * @returns bytes as sent. Throws the problem `too-large`, or `invalid-request` for a packed file that cannot be
 * unpacked; nothing is left of the file then.
 */
export async function receiveFile(
  body: Readable,
  path: string,
  limits: FileLimits,
  isPacked: boolean,
): Promise<number> {
  const [sent, unpacked] = [atMost(limits.sent), atMost(limits.unpacked)];
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  try {
    await (isPacked ? pipeline(body, sent, createGunzip(), unpacked, file) : pipeline(body, sent, unpacked, file));
    return sent.count();
  } catch (error) {
    await rm(path, { force: true });
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_'))
      throw new Problem('invalid-request', { errors: [{ field: 'body', rule: 'is no gzip file' }] });
    throw error;
  }
}
