/**
 * Notices: what each process says of itself (who waits at it, whom it hears), one document a process. A process writes
 * only its own; what all of them say together is the live state. A process that has not renewed its notice for a while
 * is gone. The age of a notice is counted from when this process saw it change, so that clocks may differ.
 */
import { type Collection, type CollectionDefinition, installationTenant } from '../../storage/port.ts';
import { unlessRaced } from '../../storage/raced.ts';

export interface Notice<T> {
  readonly process: string;
  readonly content: T;
}
export const noticesDefinition = <T>(name: string): CollectionDefinition<Notice<T>, 'process'> => ({
  name,
  indexes: { process: { fields: ['process'] } },
});
export type NoticeCollection<T> = Collection<Notice<T>, 'process'>;

/** A notice that is still true is written again this often, ms. */
export const renewMs = 2_000;
/** A process that let three renewals pass is gone, ms. */
export const goneAfterMs = 3 * renewMs;
/** The notice of a process that is gone is kept this long for those who ask what became of its candidates, ms. */
const keptMs = 60_000;

export interface SeenNotice<T> extends Notice<T> {
  readonly revision: number;
  /** When this process first saw this revision, ms. */
  readonly seenMs: number;
}

export class Notices<T extends object> {
  private seen = new Map<string, SeenNotice<T>>();
  private hung = false;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly ports: {
      readonly collection: NoticeCollection<T>;
      /** Id of this process, different at every start. */
      readonly process: string;
      readonly nowMs: () => number;
    },
  ) {}

  /** Says this, or says it again. Undefined: there is nothing to say. One call after another. */
  write(content: T | undefined): Promise<void> {
    const run = this.queue.then(() => this.writeNow(content));
    this.queue = run.catch(() => undefined);
    return run;
  }

  /** Reads what all processes say now. */
  async look(): Promise<readonly SeenNotice<T>[]> {
    const { collection, nowMs } = this.ports;
    const found = (await collection.find(installationTenant, { index: 'process', equal: [], limit: 1000 })).documents;
    const now = nowMs();
    const fresh = found.map(({ revision, value }): SeenNotice<T> => {
      const known = this.seen.get(value.process);
      return known?.revision === revision ? known : { ...value, revision, seenMs: now };
    });
    this.seen = new Map(fresh.map((notice) => [notice.process, notice]));
    for (const notice of fresh) if (now - notice.seenMs > keptMs) await this.takeDown(notice);
    return fresh;
  }

  /** What was read last of the other processes that are there. */
  others(): readonly SeenNotice<T>[] {
    const now = this.ports.nowMs();
    return [...this.seen.values()].filter((notice) => notice.process !== this.ports.process && isPresent(notice, now));
  }

  watch(changed: () => void): () => void {
    return this.ports.collection.watch(installationTenant, changed);
  }

  private async writeNow(content: T | undefined): Promise<void> {
    const { collection, process } = this.ports;
    if (content === undefined && !this.hung) return;
    const key = { tenant: installationTenant, id: process };
    const stored = await collection.get(key);
    if (content === undefined) {
      if (stored !== undefined) await collection.remove(key, stored.revision);
    } else if (stored === undefined) await collection.insert(key, { process, content });
    else await collection.replace(key, stored.revision, { process, content });
    this.hung = content !== undefined;
  }

  private async takeDown({ process, revision }: SeenNotice<T>): Promise<void> {
    // Unless another process took it down, or its own wrote it again.
    await unlessRaced(this.ports.collection.remove({ tenant: installationTenant, id: process }, revision));
  }
}

export const isPresent = ({ seenMs }: SeenNotice<unknown>, nowMs: number): boolean => nowMs - seenMs <= goneAfterMs;
