/**
 * Witnesses outside of the database: a file, best on another machine's disk, to which number and hash of every new
 * checkpoint are added, or an address that they are posted to. `meetlat verify --anchor NUMBER:HASH` takes either.
 */
import { appendFile } from 'node:fs/promises';
import type { Instant } from '../storage/document/instant.ts';
import type { Timers } from '../storage/document/timers.ts';
import type { Anchor } from '../storage/journal/checkpoint.ts';

export interface WitnessPorts {
  readonly now: () => Instant;
  /** Told when the file cannot be written; the next checkpoint is tried again. */
  readonly failed: (error: unknown) => void;
}

export function fileWitness(file: string, { now, failed }: WitnessPorts): (anchor: Anchor) => void {
  let writing: Promise<void> = Promise.resolve();
  return ({ number, hash }) => {
    const line = `${number}:${hash} ${now()}\n`;
    writing = writing.then(() => appendFile(file, line, { mode: 0o600 })).catch(failed);
  };
}

export interface UrlWitnessPorts extends WitnessPorts {
  readonly fetch: typeof fetch;
  readonly timers: Pick<Timers, 'after'>;
  /** Makes the compact JWS of a payload by the key that signs checkpoints. */
  readonly sign: (payload: string) => Promise<string>;
}

/** After so long a push is tried again, ms; after the last one it is given up. */
const retryAfterMs = [5_000, 30_000, 120_000, 600_000] as const;
const timeoutMs = 10_000;
/** A witness that is away for longer learns of the newest ones when it is back. */
const mostWaiting = 100;

/**
 * A witness at an address: each new checkpoint's number and hash are posted, signed, in their order. A witness that
 * does not answer holds nothing up but the word to itself.
 */
export function urlWitness(url: string, ports: UrlWitnessPorts): (anchor: Anchor) => void {
  const waiting: { readonly body: Promise<string>; attempt: number }[] = [];
  let isSending = false;
  const send = async (): Promise<void> => {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const failure = await post(url, await first.body, ports);
      const retryMs = failure === undefined ? undefined : retryAfterMs[first.attempt];
      if (failure !== undefined) ports.failed(failure);
      if (retryMs === undefined) waiting.shift();
      else {
        first.attempt += 1;
        await new Promise<void>((resolve) => ports.timers.after(retryMs, resolve));
      }
    }
  };
  return (anchor) => {
    waiting.push({ body: ports.sign(JSON.stringify({ ...anchor, at: ports.now() })), attempt: 0 });
    if (waiting.length > mostWaiting) waiting.splice(1, 1);
    if (isSending) return;
    isSending = true;
    send()
      .catch(ports.failed)
      .finally(() => {
        isSending = false;
      });
  };
}

/** Undefined when it was taken. */
async function post(url: string, body: string, { fetch: fetchPort }: UrlWitnessPorts): Promise<unknown> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const reply = await fetchPort(url, {
      method: 'POST',
      headers: { 'content-type': 'application/jose' },
      body,
      signal,
    });
    return reply.ok ? undefined : new RangeError(`the witness answered ${reply.status}`);
  } catch (error) {
    return error;
  }
}
