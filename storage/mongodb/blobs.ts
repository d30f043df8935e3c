/**
 * Chunks as documents of at most 8 MB; the rest of a larger chunk goes into documents of its own, written before the
 * chunk itself exists.
 */
import type { Collection as DriverCollection, Db } from 'mongodb';
import type { ChunkRecord, ChunkStore, SealedRecord } from '../blobs/stored-blobs.ts';
import type { BlobInfo, UploadId } from '../port.ts';
import { reach, refusingIndex } from './failure.ts';
import type { Primary } from './primary.ts';

interface ChunkDocument extends UploadId, ChunkRecord {
  readonly parts: number;
  readonly sealed: Buffer;
}
interface PartDocument extends UploadId {
  readonly n: number;
  readonly sha256: string;
  readonly part: number;
  readonly sealed: Buffer;
}
interface BlobDocument extends BlobInfo {
  readonly hashes: readonly string[];
}

/** Half of the largest document that MongoDB takes. */
export const partBytes = 8 * 1024 * 1024;

export class MongoChunks implements ChunkStore {
  private constructor(
    private readonly documents: DriverCollection<ChunkDocument>,
    private readonly parts: DriverCollection<PartDocument>,
    private readonly blobs: DriverCollection<BlobDocument>,
    private readonly primary: Primary,
  ) {}

  static async open(db: Db, primary: Primary): Promise<MongoChunks> {
    const chunks = new MongoChunks(
      db.collection('blobs.chunks'),
      db.collection('blobs.parts'),
      db.collection('blobs.sealed'),
      primary,
    );
    const upload = { tenant: 1, person: 1, id: 1 } as const;
    await reach(() =>
      Promise.all([
        chunks.documents.createIndex({ ...upload, n: 1 }, { name: 'chunk', unique: true }),
        chunks.parts.createIndex({ ...upload, n: 1, sha256: 1, part: 1 }, { name: 'part', unique: true }),
        chunks.blobs.createIndex(upload, { name: 'blob', unique: true }),
      ]),
    );
    return chunks;
  }

  async chunk(upload: UploadId, n: number): Promise<ChunkRecord | undefined> {
    return (
      (await reach(() => this.documents.findOne<ChunkRecord>({ ...nameOf(upload), n }, { projection }))) ?? undefined
    );
  }

  chunks(upload: UploadId): Promise<readonly ChunkRecord[]> {
    return this.primary.read(() =>
      this.documents.find(nameOf(upload)).project<ChunkRecord>(projection).sort({ n: 1 }).toArray(),
    );
  }

  async keepChunk(upload: UploadId, record: ChunkRecord, sealed: Uint8Array): Promise<ChunkRecord> {
    const pieces = split(sealed);
    const { n, sha256, bytes } = record;
    for (const [part, piece] of pieces.slice(1).entries())
      await kept(() => this.parts.insertOne({ ...nameOf(upload), n, sha256, part: part + 1, sealed: piece }));
    const first = pieces[0] ?? Buffer.alloc(0);
    const written = await kept(() =>
      this.documents.insertOne({ ...nameOf(upload), n, sha256, bytes, parts: pieces.length, sealed: first }),
    );
    if (written) return record;
    // The one that is there may not be with the majority yet: a write that changes nothing waits until it is.
    const known = await reach(() =>
      this.documents.findOneAndUpdate({ ...nameOf(upload), n }, { $set: { n } }, { projection }),
    );
    return known ?? record;
  }

  async bytes(upload: UploadId, { n, sha256 }: ChunkRecord): Promise<Uint8Array | undefined> {
    const first = await this.primary.read(() => this.documents.findOne({ ...nameOf(upload), n, sha256 }));
    if (first === null) return undefined;
    if (first.parts <= 1) return first.sealed;
    const rest = await this.primary.read(() =>
      this.parts
        .find({ ...nameOf(upload), n, sha256 })
        .sort({ part: 1 })
        .toArray(),
    );
    return Buffer.concat([first.sealed, ...rest.map(({ sealed }) => sealed)]);
  }

  async blob(upload: UploadId): Promise<SealedRecord | undefined> {
    const found = await this.primary.read(() => this.blobs.findOne(nameOf(upload)));
    if (found === null) return undefined;
    const { tenant, person, id, bytes, chunks, sha256, contentType } = found;
    return { info: { tenant, id, person, bytes, chunks, sha256, contentType }, chunks: found.hashes };
  }

  async keepBlob(upload: UploadId, record: SealedRecord): Promise<SealedRecord> {
    if (await kept(() => this.blobs.insertOne({ ...record.info, hashes: record.chunks }))) return record;
    await reach(() => this.blobs.updateOne(nameOf(upload), { $set: { id: upload.id } }));
    return (await this.blob(upload)) ?? record;
  }

  async uploads(tenant: string, person: string): Promise<readonly string[]> {
    const of = { tenant, person };
    const found = await this.primary.read(() =>
      Promise.all([this.documents.distinct('id', of), this.parts.distinct('id', of), this.blobs.distinct('id', of)]),
    );
    return [...new Set(found.flat())].sort();
  }

  async remove(upload: UploadId): Promise<void> {
    await reach(() => this.parts.deleteMany(nameOf(upload)));
    await reach(() => this.documents.deleteMany(nameOf(upload)));
    await reach(() => this.blobs.deleteMany(nameOf(upload)));
  }
}

const projection = { _id: 0, n: 1, sha256: 1, bytes: 1 } as const;
const nameOf = ({ tenant, person, id }: UploadId): UploadId => ({ tenant, person, id });

/** False when a document with this key is there already. */
async function kept(insert: () => Promise<unknown>): Promise<boolean> {
  try {
    await reach(insert);
    return true;
  } catch (error) {
    if (refusingIndex(error) === undefined) throw error;
    return false;
  }
}

function split(bytes: Uint8Array): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += partBytes) pieces.push(Buffer.from(bytes.subarray(at, at + partBytes)));
  return pieces;
}
