/** Chunks as files beside the database, encrypted; the record in the database is what makes a chunk exist. */
import { type FileHandle, open, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { sha256 } from '../document/native-hash.ts';
import { canonicalJson } from '../document/json.ts';
import type { UploadId } from '../port.ts';
import type { ChunkRecord, ChunkStore, SealedRecord } from '../blobs/stored-blobs.ts';
import type { Database, EntryKey } from './database.ts';

export class LmdbChunks implements ChunkStore {
  /** Tells apart the unfinished files of this process. */
  private written = 0;

  /** @param folder of the files; made when the first chunk comes */
  constructor(
    private readonly database: Database,
    private readonly folder: string,
  ) {}

  async chunk(upload: UploadId, n: number): Promise<ChunkRecord | undefined> {
    return record(this.database.get(chunkKey(upload, n)));
  }

  async chunks(upload: UploadId): Promise<readonly ChunkRecord[]> {
    const { tenant, person, id } = upload;
    return [...this.database.entries({ prefix: ['c', tenant, person, id] })].flatMap(
      ({ value }) => record(value) ?? [],
    );
  }

  async keepChunk(upload: UploadId, chunk: ChunkRecord, sealed: Uint8Array): Promise<ChunkRecord> {
    await this.writeFile(this.fileOf(upload, chunk), sealed);
    return this.database.transact(() => {
      const known = record(this.database.get(chunkKey(upload, chunk.n)));
      if (known === undefined) this.database.put(chunkKey(upload, chunk.n), canonicalJson(chunk));
      return known ?? chunk;
    });
  }

  async bytes(upload: UploadId, chunk: ChunkRecord): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.fileOf(upload, chunk));
    } catch (error) {
      if (isError(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  async blob(upload: UploadId): Promise<SealedRecord | undefined> {
    return blobRecord(this.database.get(blobKey(upload)));
  }

  async keepBlob(upload: UploadId, blob: SealedRecord): Promise<SealedRecord> {
    return this.database.transact(() => {
      const known = blobRecord(this.database.get(blobKey(upload)));
      if (known === undefined) this.database.put(blobKey(upload), canonicalJson(blob));
      return known ?? blob;
    });
  }

  async uploads(tenant: string, person: string): Promise<readonly string[]> {
    const named = (space: 'b' | 'c') => [...this.database.keys({ prefix: [space, tenant, person] })];
    return [...new Set([...named('c'), ...named('b')].map((key) => String(key[3])))].sort();
  }

  async remove(upload: UploadId): Promise<void> {
    const { tenant, person, id } = upload;
    await rm(this.folderOf(upload), { recursive: true, force: true });
    await this.database.transact(() => {
      for (const key of [...this.database.keys({ prefix: ['c', tenant, person, id] })])
        this.database.remove(chunkKey(upload, Number(key[4])));
      this.database.remove(blobKey(upload));
    });
  }

  /** Ids may hold any character, so that a file's path is made of hashes only. */
  private folderOf({ tenant, person, id }: UploadId): string {
    const name = sha256(canonicalJson([tenant, person, id]));
    return join(this.folder, name.slice(0, 2), name.slice(2));
  }
  private fileOf(upload: UploadId, chunk: ChunkRecord): string {
    return join(this.folderOf(upload), `${chunk.n}-${chunk.sha256}`);
  }

  /** Whole or not at all: written beside, synced, renamed, and the folder synced. */
  private async writeFile(path: string, bytes: Uint8Array): Promise<void> {
    const folder = dirname(path);
    await this.makeFolder(folder);
    const { file, unfinished } = await this.begin(path);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    await syncFolder(folder);
  }

  /** A new file beside the one to be: nobody else's, not even what a process that died left behind. */
  private async begin(path: string): Promise<{ file: FileHandle; unfinished: string }> {
    for (;;) {
      this.written += 1;
      const unfinished = `${path}.${process.pid}-${threadId}-${this.written}`;
      try {
        return { file: await open(unfinished, 'wx'), unfinished };
      } catch (error) {
        if (!isError(error, 'EEXIST')) throw error;
      }
    }
  }

  private async makeFolder(folder: string): Promise<void> {
    const first = await mkdir(folder, { recursive: true });
    if (first === undefined) return;
    for (const parent of [dirname(folder), this.folder, dirname(this.folder)]) await syncFolder(parent);
  }
}

/** Makes new names in a folder durable. Windows cannot open a folder, and needs it not. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const isError = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

const chunkKey = ({ tenant, person, id }: UploadId, n: number): EntryKey => ['c', tenant, person, id, n];
const blobKey = ({ tenant, person, id }: UploadId): EntryKey => ['b', tenant, person, id];
const text = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');

function record(bytes: Uint8Array | undefined): ChunkRecord | undefined {
  if (bytes === undefined) return undefined;
  const chunk: ChunkRecord = JSON.parse(text(bytes));
  return chunk;
}

function blobRecord(bytes: Uint8Array | undefined): SealedRecord | undefined {
  if (bytes === undefined) return undefined;
  const blob: SealedRecord = JSON.parse(text(bytes));
  return blob;
}
