/**
 * What a calibration leaves beside its job: the report, tables and JSON, in pieces and encrypted under a key of the job's own, since persons.csv names persons
 * (sessions, where the responses are live ones). A job that is removed takes them with it: `erase` destroys the key.
 */
import { z } from 'zod';
import { sha256 } from '../../storage/document/hash.ts';
import type { Blobs, Key, UploadId } from '../../storage/port.ts';

export const ReportFile = z.enum(['report.nl.html', 'report.en.html', 'items.csv', 'persons.csv', 'calibration.json']);
export type ReportFile = z.infer<typeof ReportFile>;

/** Far below the largest document of any engine, bytes. */
const chunkBytes = 1_000_000;

export interface CalibrationFilesPorts { readonly blobs: Blobs; readonly destroyDataKey: (tenant: string, person: string) => Promise<void> }

const ownerOf = ({ id }: Key): string => `calibration-${id}`;
const uploadOf = (job: Key, name: ReportFile): UploadId => ({ tenant: job.tenant, id: `${job.id}-${name}`, person: ownerOf(job) });

export class CalibrationFiles {
  constructor(private readonly ports: CalibrationFilesPorts) {}

  /** @returns the names, when everything is durable. `files` are packed by gzip. */
  async keep(job: Key, files: Readonly<Record<ReportFile, Uint8Array>>): Promise<readonly ReportFile[]> {
    for (const name of ReportFile.options) await this.keepOne(uploadOf(job, name), files[name]);
    return ReportFile.options;
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

  /** As kept; undefined when there is none. */
  read(job: Key, name: ReportFile): Promise<Uint8Array | undefined> { return this.ports.blobs.read(uploadOf(job, name)); }

  erase(job: Key): Promise<void> { return this.ports.destroyDataKey(job.tenant, ownerOf(job)); }
}
