/**
 * Clips and pictures of the session, fetched with the token. A few are kept, so that hearing an option again waits for
 * nothing.
 */
import { RequestFailed, fetchBytes } from '../../shared/request/request.ts';
import { type Surroundings, backoffMs } from '../../shared/surroundings.ts';

const kept = 40;
const attempts = 4;

export class Media {
  private readonly cache = new Map<string, Promise<Blob>>();

  constructor(
    private readonly token: string,
    private readonly surroundings: Surroundings,
  ) {}

  /** @throws RequestFailed after a few attempts */
  fetch(handle: string): Promise<Blob> {
    return this.remember(`media/${encodeURIComponent(handle)}`);
  }
  /** The candidate's own sealed recording. @throws RequestFailed */
  recording(upload: string): Promise<Blob> {
    return this.remember(`recordings/${encodeURIComponent(upload)}`);
  }

  /** Gets free sounds ready, one after the other, without haste. */
  async prepare(handles: readonly string[]): Promise<void> {
    for (const handle of handles) await this.fetch(handle).catch(() => {});
  }

  private remember(path: string): Promise<Blob> {
    const known = this.cache.get(path);
    if (known !== undefined) return known;
    const coming = this.load(path, 0);
    this.cache.set(path, coming);
    coming.catch(() => this.cache.delete(path));
    const oldest = this.cache.keys().next().value;
    if (this.cache.size > kept && oldest !== undefined) this.cache.delete(oldest);
    return coming;
  }

  private async load(path: string, attempt: number): Promise<Blob> {
    try {
      return await fetchBytes(`candidate/${path}`, { token: this.token, timeoutMs: 15_000 });
    } catch (error) {
      const lasting = error instanceof RequestFailed && error.status >= 400 && error.status < 500;
      if (lasting || attempt + 1 >= attempts) throw error;
      await new Promise<void>((resolve) => {
        this.surroundings.after(backoffMs(attempt, this.surroundings.random(), 300), resolve);
      });
      return this.load(path, attempt + 1);
    }
  }
}
