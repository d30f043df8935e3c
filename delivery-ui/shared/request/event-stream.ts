/**
 * Server-sent events read with `fetch`, since `EventSource` can send no Authorization header. Comes back by itself; a
 * line that stays silent longer than the server's beat is taken for dead.
 */
import { streamBeatMs } from '../../../server/http/wire.ts';
import { type Surroundings, backoffMs } from '../surroundings.ts';
import { RequestFailed, send } from './request.ts';

/** Two beats of the server and half of one more, ms. */
const silenceMs = 2.5 * streamBeatMs;

export interface StreamEvent {
  readonly name: string;
  readonly data: unknown;
}

/** Cuts a growing text into events. Pure: what is left over is handed back in at the next call. */
export function readEvents(text: string): { readonly events: readonly StreamEvent[]; readonly rest: string } {
  const blocks = text.replaceAll('\r\n', '\n').split('\n\n');
  const rest = blocks.pop() ?? '';
  const events = blocks.flatMap((block) => {
    const lines = block.split('\n');
    const field = (name: string): string[] =>
      lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ''));
    const data = field('data');
    if (data.length === 0) return [];
    try {
      const parsed: unknown = JSON.parse(data.join('\n'));
      return [{ name: field('event').at(-1) ?? 'message', data: parsed }];
    } catch {
      return [];
    }
  });
  return { events, rest };
}

export interface Following {
  readonly path: string;
  readonly token?: string | undefined;
  readonly onevent: (event: StreamEvent) => void;
  readonly onopen?: () => void;
  /** The line is gone, and is tried again unless this answers false. */
  readonly onlost?: (why: RequestFailed) => boolean | void;
}

/** @returns how to stop. */
export function followEvents(following: Following, surroundings: Surroundings): () => void {
  const stopped = new AbortController();
  let attempt = 0;
  let cancelWait = (): void => {};

  const again = (why: RequestFailed): void => {
    if (stopped.signal.aborted || following.onlost?.(why) === false) return;
    cancelWait = surroundings.after(backoffMs(attempt, surroundings.random()), () => {
      void connect();
    });
    attempt += 1;
  };

  async function connect(): Promise<void> {
    const line = new AbortController();
    const { signal } = line;
    stopped.signal.addEventListener('abort', () => line.abort(), { signal });
    // Also while nothing has come yet: a line may be half-open from the start.
    let cancelSilence = surroundings.after(silenceMs, () => line.abort());
    try {
      // The time-out is for the whole request, so it must be long: silence is watched here.
      const response = await send(following.path, {
        token: following.token,
        signal,
        headers: { Accept: 'text/event-stream' },
        timeoutMs: 12 * 3_600_000,
      });
      attempt = 0;
      following.onopen?.();
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      let rest = '';
      while (reader !== undefined) {
        cancelSilence();
        cancelSilence = surroundings.after(silenceMs, () => line.abort());
        const { done, value } = await reader.read();
        if (done) break;
        const read = readEvents(rest + value);
        rest = read.rest;
        for (const event of read.events) following.onevent(event);
      }
      again(new RequestFailed('offline', 0));
    } catch (error) {
      again(error instanceof RequestFailed ? error : new RequestFailed('offline', 0));
    } finally {
      cancelSilence();
    }
  }

  void connect();
  return () => {
    stopped.abort();
    cancelWait();
  };
}
