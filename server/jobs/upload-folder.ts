/** Files that a designer sent in for a calibration lie here while a process works on them; each names its process. */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';

const dayMs = 86_400_000;

export class UploadFolder {
  constructor(private readonly folder: string) {}

  /** Where the next upload of a process is put down; the ending says what is in it. */
  async path(holder: string, id: string, ending: 'csv' | 'jsonl'): Promise<string> {
    await mkdir(this.folder, { recursive: true });
    return join(this.folder, `${holder}.${id}.${ending}`);
  }

  /** What a process took in and could not remove itself any more. */
  async removeOf(holder: string): Promise<void> {
    for (const name of await this.names())
      if (name.startsWith(`${holder}.`)) await rm(join(this.folder, name), { force: true });
  }

  /**
   * Removes uploads of which no job was made, as a killed process leaves them. Other processes may share the folder, on
   * either engine: only what is a day old goes.
   */
  async tidy(now: Instant): Promise<void> {
    for (const name of await this.names()) {
      const path = join(this.folder, name);
      if (toEpochMs(now) - (await stat(path)).mtimeMs > dayMs) await rm(path, { force: true });
    }
  }

  private names(): Promise<string[]> {
    return readdir(this.folder).catch(() => []);
  }
}
