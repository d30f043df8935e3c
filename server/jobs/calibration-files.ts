/**
 * What a calibration leaves beside its job: the report, tables and JSON, in pieces and encrypted under a key of the
 * job's own, since persons.csv names persons (sessions, where the responses are live ones). `erase` destroys the key,
 * and with it everything that was kept.
 */
import { sha256 } from '../../storage/document/native-hash.ts';
import { type Blobs, type Key, KeyDestroyed, type UploadId } from '../../storage/port.ts';
import { CalibrationFile } from '../calibration-job.ts';

/** distractors.csv only where the responses tell which options were chosen. */
export type PackedFiles = Readonly<
  Record<Exclude<CalibrationFile, 'distractors.csv'>, Uint8Array> & { readonly 'distractors.csv'?: Uint8Array }
>;

/** Far below the largest document of any engine, bytes. */
const chunkBytes = 1_000_000;

export interface CalibrationFilesPorts {
  readonly blobs: Blobs;
  readonly destroyDataKey: (tenant: string, person: string) => Promise<void>;
}

const ownerOf = ({ id }: Key): string => `calibration-${id}`;
const uploadOf = (job: Key, name: CalibrationFile): UploadId => ({
  tenant: job.tenant,
  id: `${job.id}-${name}`,
  person: ownerOf(job),
});

export class CalibrationFiles {
  constructor(private readonly ports: CalibrationFilesPorts) {}

  /** @returns the names, when everything is durable. `files` are packed by gzip. */
  async keep(job: Key, files: PackedFiles): Promise<readonly CalibrationFile[]> {
    const kept: CalibrationFile[] = [];
    for (const name of CalibrationFile.options) {
      const bytes = files[name];
      if (bytes === undefined) continue;
      await this.keepOne(uploadOf(job, name), bytes);
      kept.push(name);
    }
    return kept;
  }

  private async keepOne(upload: UploadId, bytes: Uint8Array): Promise<void> {
    const chunks: string[] = [];
    for (let from = 0; from < bytes.length; from += chunkBytes) {
      const chunk = bytes.subarray(from, from + chunkBytes);
      const hash = sha256(chunk);
      await this.ports.blobs.putChunk(upload, chunks.length, chunk, hash);
      chunks.push(hash);
    }
    await this.ports.blobs.seal({ upload, chunks, contentType: 'application/gzip' });
  }

  /** As kept; undefined when there is none, or none any more. */
  async read(job: Key, name: CalibrationFile): Promise<Uint8Array | undefined> {
    try {
      return await this.ports.blobs.read(uploadOf(job, name));
    } catch (error) {
      if (error instanceof KeyDestroyed) return undefined;
      throw error;
    }
  }

  erase(job: Key): Promise<void> {
    return this.ports.destroyDataKey(job.tenant, ownerOf(job));
  }
}
