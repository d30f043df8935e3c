/**
 * What both engines do alike with blobs: the checks of chunks and manifests, encryption, reading back. An engine only
 * keeps the pieces.
 */
import { createHash } from 'node:crypto';
import { sha256 } from '../document/native-hash.ts';
import {
  BlobIncomplete,
  type BlobInfo,
  type Blobs,
  ChunkMismatch,
  CorruptStorage,
  type DataKeyOf,
  KeyDestroyed,
  type Manifest,
  type UploadId,
} from '../port.ts';
import { checkKey } from '../port.query.ts';
import { openChunk, sealChunk } from './chunk-cipher.ts';

export interface ChunkRecord {
  readonly n: number;
  readonly sha256: string;
  readonly bytes: number;
}
export interface SealedRecord {
  readonly info: BlobInfo;
  readonly chunks: readonly string[];
}

/** Where an engine keeps chunks and sealed blobs. */
export interface ChunkStore {
  chunk(upload: UploadId, n: number): Promise<ChunkRecord | undefined>;
  /** In order of n. */
  chunks(upload: UploadId): Promise<readonly ChunkRecord[]>;
  /**
   * Durable when it resolves. Keeps the record that is there already and returns it; `sealed` are the encrypted bytes.
   */
  keepChunk(upload: UploadId, record: ChunkRecord, sealed: Uint8Array): Promise<ChunkRecord>;
  /** The encrypted bytes, undefined when they are lost. */
  bytes(upload: UploadId, record: ChunkRecord): Promise<Uint8Array | undefined>;
  blob(upload: UploadId): Promise<SealedRecord | undefined>;
  /** Keeps the record that is there already and returns it. */
  keepBlob(upload: UploadId, record: SealedRecord): Promise<SealedRecord>;
  /** Ids of a person's uploads of which anything is kept. */
  uploads(tenant: string, person: string): Promise<readonly string[]>;
  /** The bytes first, so that a kill between leaves something that is found and removed again. */
  remove(upload: UploadId): Promise<void>;
}

const nameOf = ({ tenant, id }: UploadId, n: number): string => `upload ${tenant}/${id}, chunk ${n}`;

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((hash, n) => hash === b[n]);

export class StoredBlobs implements Blobs {
  constructor(
    private readonly store: ChunkStore,
    private readonly dataKeyOf: DataKeyOf,
  ) {}

  async putChunk(upload: UploadId, n: number, bytes: Uint8Array, hash: string): Promise<void> {
    checkKey('chunk', upload, [upload.person]);
    if (!Number.isInteger(n) || n < 0) throw new ChunkMismatch(upload, n, 'the number is not 0, 1, 2 …');
    if (sha256(bytes) !== hash) throw new ChunkMismatch(upload, n, 'the bytes do not have the hash');
    const blob = await this.store.blob(upload);
    if (blob !== undefined && blob.chunks[n] !== hash)
      throw new ChunkMismatch(upload, n, 'the upload is sealed with other chunks');
    const known =
      (await this.store.chunk(upload, n)) ?? (await this.keep(upload, { n, sha256: hash, bytes: bytes.length }, bytes));
    if (known.sha256 !== hash) throw new ChunkMismatch(upload, n, 'was stored with other bytes');
  }

  async chunks(upload: UploadId): Promise<readonly { readonly n: number; readonly bytes: number }[]> {
    return (await this.store.chunks(upload)).map(({ n, bytes }) => ({ n, bytes }));
  }

  async seal(manifest: Manifest): Promise<BlobInfo> {
    const { upload, chunks, contentType } = manifest;
    const blob =
      (await this.store.blob(upload)) ??
      (await this.store.keepBlob(upload, { info: await this.check(upload, chunks, contentType), chunks }));
    if (!same(blob.chunks, chunks))
      throw new ChunkMismatch(upload, firstDifference(blob.chunks, chunks), 'the upload is sealed with other chunks');
    return blob.info;
  }

  async info(upload: UploadId): Promise<BlobInfo | undefined> {
    return (await this.store.blob(upload))?.info;
  }

  async read(upload: UploadId): Promise<Uint8Array | undefined> {
    const info = await this.info(upload);
    if (info === undefined) return undefined;
    const parts: Uint8Array[] = [];
    for await (const part of this.readRange(upload, 0, info.bytes - 1)) parts.push(part);
    return Buffer.concat(parts);
  }

  async uploads(tenant: string, person: string): Promise<readonly UploadId[]> {
    return (await this.store.uploads(tenant, person)).map((id) => ({ tenant, person, id }));
  }

  remove(upload: UploadId): Promise<void> {
    return this.store.remove(upload);
  }

  async *readRange(upload: UploadId, start: number, end: number): AsyncIterable<Uint8Array> {
    const blob = await this.store.blob(upload);
    if (blob === undefined) return;
    const dataKey = await this.keyOf(upload, false);
    const sizes = new Map((await this.store.chunks(upload)).map(({ n, bytes }) => [n, bytes]));
    let at = 0;
    for (const [n, hash] of blob.chunks.entries()) {
      if (at > end) return;
      const size = sizes.get(n) ?? 0;
      // One that is lost has no size: opening it says so.
      if (at + size > start || !sizes.has(n)) {
        const part = await this.open(dataKey, upload, n, hash);
        if (part.length !== size) throw new CorruptStorage(nameOf(upload, n), 'is not as long as its record says');
        yield part.subarray(Math.max(0, start - at), Math.min(size, end + 1 - at));
      }
      at += size;
    }
  }

  private async keep(upload: UploadId, record: ChunkRecord, bytes: Uint8Array): Promise<ChunkRecord> {
    const dataKey = await this.keyOf(upload, true);
    return this.store.keepChunk(upload, record, sealChunk(dataKey, upload, record.n, record.sha256, bytes));
  }

  /**
   * Reads the whole content back and describes it. Throws BlobIncomplete, ChunkMismatch, KeyDestroyed, CorruptStorage.
   */
  private async check(upload: UploadId, chunks: readonly string[], contentType: string): Promise<BlobInfo> {
    const stored = new Map((await this.store.chunks(upload)).map((record) => [record.n, record]));
    const missing = chunks.length === 0 ? [0] : [...chunks.keys()].filter((n) => !stored.has(n));
    if (missing.length > 0) throw new BlobIncomplete(upload, missing);
    for (const { n, sha256: hash } of stored.values())
      if (chunks[n] !== hash)
        throw new ChunkMismatch(
          upload,
          n,
          n < chunks.length ? 'was stored with other bytes' : 'is stored but not in the manifest',
        );
    const dataKey = await this.keyOf(upload, false);
    const whole = createHash('sha256');
    let bytes = 0;
    for (const [n, hash] of chunks.entries()) {
      const part = await this.open(dataKey, upload, n, hash);
      whole.update(part);
      bytes += part.length;
    }
    const { tenant, id, person } = upload;
    return { tenant, id, person, bytes, chunks: chunks.length, sha256: whole.digest('hex'), contentType };
  }

  private async open(dataKey: Uint8Array, upload: UploadId, n: number, hash: string): Promise<Uint8Array> {
    const where = nameOf(upload, n);
    const record = await this.store.chunk(upload, n);
    const sealed = record === undefined ? undefined : await this.store.bytes(upload, record);
    if (record === undefined || sealed === undefined) throw new CorruptStorage(where, 'is lost');
    const plain = openChunk(dataKey, upload, n, hash, sealed);
    if (sha256(plain) !== hash) throw new CorruptStorage(where, 'the bytes do not have the hash of the manifest');
    return plain;
  }

  private async keyOf(upload: UploadId, create: boolean): Promise<Uint8Array> {
    const key = await this.dataKeyOf(upload.tenant, upload.person, create);
    if (key === undefined) throw new KeyDestroyed(upload);
    return key;
  }
}

function firstDifference(a: readonly string[], b: readonly string[]): number {
  for (let n = 0; ; n += 1) if (a[n] !== b[n]) return n;
}
