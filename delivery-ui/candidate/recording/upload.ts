/**
 * A recording goes to the server while it is spoken: chunk by chunk, each with its hash, each until it is acknowledged.
 */
import { RequestFailed, send } from '../../shared/request/request.ts';
import { type Surroundings, backoffMs } from '../../shared/surroundings.ts';

export type PutChunk = (upload: string, index: number, chunk: Blob, sha256: string) => Promise<void>;

export const putChunkOf =
  (token: string): PutChunk =>
  async (upload, index, chunk, sha256) => {
    await send(`candidate/recordings/${upload}/chunks/${index}`, {
      method: 'PUT',
      bytes: chunk,
      token,
      headers: { 'X-Chunk-SHA256': sha256 },
      timeoutMs: 30_000,
    });
  };

export async function sha256Of(chunk: Blob): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await chunk.arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export class RecordingUpload {
  private readonly hashes: Promise<string>[] = [];
  private last: Promise<void>;
  private abandoned = false;
  /** Chunks acknowledged, for progress. */
  acknowledged = 0;

  /** @param opened resolves when the server has accepted the recording's start: it takes no chunk before. */
  constructor(
    private readonly upload: string,
    opened: Promise<void>,
    private readonly put: PutChunk,
    private readonly surroundings: Surroundings,
    private readonly hash: (chunk: Blob) => Promise<string> = sha256Of,
  ) {
    this.last = opened;
    this.last.catch(() => {});
  }

  push(chunk: Blob): void {
    const index = this.hashes.length;
    const hash = this.hash(chunk);
    this.hashes.push(hash);
    this.last = this.last.then(async () => this.deliver(index, chunk, await hash, 0));
    this.last.catch(() => {});
  }

  /**
   * Resolves with the hashes in order once every chunk is acknowledged. @throws RequestFailed if the server will never
   * take it
   */
  async finished(): Promise<string[]> {
    await this.last;
    return Promise.all(this.hashes);
  }

  get count(): number {
    return this.hashes.length;
  }

  abandon(): void {
    this.abandoned = true;
  }

  private async deliver(index: number, chunk: Blob, sha256: string, attempt: number): Promise<void> {
    if (this.abandoned) throw new RequestFailed('abandoned', 0);
    try {
      await this.put(this.upload, index, chunk, sha256);
      this.acknowledged += 1;
    } catch (error) {
      const status = error instanceof RequestFailed ? error.status : 0;
      if (status >= 400 && status < 500 && status !== 408 && status !== 429) throw error;
      await new Promise<void>((resolve) => {
        this.surroundings.after(backoffMs(attempt, this.surroundings.random()), resolve);
      });
      await this.deliver(index, chunk, sha256, attempt + 1);
    }
  }
}
