/** Server-sent events of the built program, kept as they come: for tests that wait for one. */
interface StreamEvent {
  readonly id: string | undefined;
  readonly name: string;
  readonly data: unknown;
}

/** The fields of one event; undefined for a comment. */
function eventOf(block: string): StreamEvent | undefined {
  const field = (name: string): string | undefined =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const data = field('data');
  return data === undefined ? undefined : { id: field('id'), name: field('event') ?? '', data: JSON.parse(data) };
}

export class Followed {
  readonly events: StreamEvent[] = [];
  bytes = 0;
  /** The server ended it, or is gone. */
  ended: Promise<void> = Promise.resolve();
  private readonly stopped = new AbortController();
  private wake: (() => void)[] = [];

  /** Resolves when the stream is open. */
  static async open(url: string, headers: Readonly<Record<string, string>>): Promise<Followed> {
    const followed = new Followed();
    const response = await fetch(url, { headers, signal: followed.stopped.signal });
    if (!response.ok || response.body === null) throw new Error(`${url}: ${response.status}`);
    // Ends with the process that is killed, too.
    followed.ended = followed.read(response.body.pipeThrough(new TextDecoderStream())).catch(() => undefined);
    return followed;
  }

  /** The first event that fits, however long it takes: the test's own time-out ends the wait. */
  async first(fits: (event: StreamEvent) => boolean): Promise<StreamEvent> {
    for (;;) {
      const found = this.events.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.wake.push(resolve));
    }
  }

  stop(): void {
    this.stopped.abort();
  }

  private async read(chunks: AsyncIterable<string>): Promise<void> {
    let rest = '';
    for await (const chunk of chunks) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      this.bytes += Buffer.byteLength(chunk);
      this.events.push(...blocks.flatMap((block) => eventOf(block) ?? []));
      for (const wake of this.wake.splice(0)) wake();
    }
  }
}
