import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from './document/hash.ts';
import { DataKeys } from './keys/data-keys.ts';
import { Wrapping } from './keys/wrapping.ts';
import {
  type Blobs,
  BlobIncomplete,
  ChunkMismatch,
  CorruptStorage,
  KeyDestroyed,
  type Manifest,
  type UploadId,
} from './port.ts';
import type { Bench } from './port.suite.ts';

const chunksOf = (texts: readonly string[]): readonly Uint8Array[] =>
  texts.map((text) => new TextEncoder().encode(text));
const manifestOf = (upload: UploadId, chunks: readonly Uint8Array[]): Manifest => ({
  upload,
  chunks: chunks.map((chunk) => sha256(chunk)),
  contentType: 'audio/webm',
});

export function blobSuite({ opened, storage, tenant }: Bench): void {
  let keys: DataKeys | undefined;
  const dataKeys = (): DataKeys => {
    if (keys === undefined) throw new Error('no keys');
    return keys;
  };
  const blobs = (): Blobs => storage().blobs(dataKeys().dataKeyOf);
  const upload = (): UploadId => ({ tenant: tenant(), id: 'u1', person: 'p1' });
  const put = async (name: UploadId, chunks: readonly Uint8Array[]): Promise<void> => {
    for (const [n, chunk] of chunks.entries()) await blobs().putChunk(name, n, chunk, sha256(chunk));
  };

  describe('blobs', () => {
    beforeAll(async () => {
      const random = (bytes: number) => randomBytes(bytes);
      const wrapping = await Wrapping.open({ storage: storage(), secret: 'a secret of the suite', random });
      keys = await DataKeys.open({ storage: storage(), wrapping, random, now: () => '2026-11-23T09:00:00.000Z' });
    });

    it('come out as they went in, whatever the order and the repeats of the chunks', async () => {
      const again = (await opened().again()).blobs(dataKeys().dataKeyOf);
      const deliveries = fc
        .array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { minLength: 1, maxLength: 5 })
        .chain((chunks) =>
          fc.tuple(
            fc.constant(chunks),
            fc.array(fc.nat({ max: chunks.length - 1 }), { maxLength: 6 }),
            fc.infiniteStream(fc.nat()),
          ),
        );
      await fc.assert(
        fc.asyncProperty(deliveries, async ([chunks, repeats, order]) => {
          const name = upload();
          const parts = [...chunks.keys(), ...repeats]
            .map((n) => ({ n, at: Number(order.next().value) }))
            .sort((a, b) => a.at - b.at);
          await Promise.all(
            parts.map(({ n }, turn) =>
              (turn % 2 ? blobs() : again).putChunk(
                name,
                n,
                chunks[n] ?? new Uint8Array(0),
                sha256(chunks[n] ?? new Uint8Array(0)),
              ),
            ),
          );
          expect(await blobs().chunks(name)).toEqual(chunks.map(({ length }, n) => ({ n, bytes: length })));
          const whole = Buffer.concat(chunks);
          const info = {
            ...name,
            bytes: whole.length,
            chunks: chunks.length,
            sha256: sha256(whole),
            contentType: 'audio/webm',
          };
          expect(await blobs().seal(manifestOf(name, chunks))).toEqual(info);
          expect(await again.seal(manifestOf(name, chunks))).toEqual(info);
          expect(await again.info(name)).toEqual(info);
          expect(Buffer.compare((await again.read(name)) ?? Buffer.alloc(0), whole)).toBe(0);
        }),
        { numRuns: 15 },
      );
    });

    it('are read from anywhere to anywhere, and no piece before it is asked for', async () => {
      const name = upload();
      const chunks = chunksOf(['abc', 'de', 'fghi']);
      await put(name, chunks);
      await blobs().seal(manifestOf(name, chunks));
      for (const [start, end] of [
        [0, 8],
        [1, 1],
        [2, 3],
        [3, 4],
        [4, 8],
        [8, 20],
      ] as const) {
        const parts: Uint8Array[] = [];
        for await (const part of blobs().readRange(name, start, end)) parts.push(part);
        expect(Buffer.concat(parts).toString()).toBe('abcdefghi'.slice(start, end + 1));
      }
      await opened().tamper.editChunk(name, 2);
      const pieces = blobs().readRange(name, 0, 8)[Symbol.asyncIterator]();
      for (const chunk of chunks.slice(0, 2))
        expect(Buffer.from((await pieces.next()).value)).toEqual(Buffer.from(chunk));
      await expect(pieces.next()).rejects.toBeInstanceOf(CorruptStorage);
      expect(
        (
          await blobs()
            .readRange({ ...name, id: 'u0' }, 0, 8)
            [Symbol.asyncIterator]()
            .next()
        ).done,
      ).toBe(true);
    });

    it('hold chunks of many megabytes', async () => {
      const name = upload();
      const chunk = randomBytes(17 * 1024 * 1024);
      await blobs().putChunk(name, 0, chunk, sha256(chunk));
      await blobs().putChunk(name, 0, chunk, sha256(chunk));
      expect((await blobs().seal(manifestOf(name, [chunk]))).sha256).toBe(sha256(chunk));
    });

    it('are nothing before they are sealed', async () => {
      const name = upload();
      await put(name, chunksOf(['a']));
      expect(await blobs().info(name)).toBeUndefined();
      expect(await blobs().read(name)).toBeUndefined();
      expect(await blobs().chunks({ ...name, person: 'p2' })).toEqual([]);
    });

    it('refuse chunks with another hash, and another chunk in a place that is taken', async () => {
      const name = upload();
      const [a, b] = chunksOf(['a', 'b']);
      if (a === undefined || b === undefined) throw new Error('no chunks');
      await expect(blobs().putChunk(name, 0, a, sha256(b))).rejects.toBeInstanceOf(ChunkMismatch);
      await expect(blobs().putChunk(name, -1, a, sha256(a))).rejects.toBeInstanceOf(ChunkMismatch);
      await blobs().putChunk(name, 0, a, sha256(a));
      await expect(blobs().putChunk(name, 0, b, sha256(b))).rejects.toMatchObject({ code: 'chunk-mismatch', chunk: 0 });
    });

    it('name the missing chunks, and refuse a manifest that does not fit', async () => {
      const name = upload();
      const chunks = chunksOf(['a', 'b', 'c', 'd']);
      await expect(blobs().seal(manifestOf(name, []))).rejects.toBeInstanceOf(BlobIncomplete);
      await put(name, chunks.slice(0, 1));
      await expect(blobs().seal(manifestOf(name, chunks))).rejects.toMatchObject({
        code: 'blob-incomplete',
        missing: [1, 2, 3],
      });
      await put(name, chunks);
      await expect(blobs().seal(manifestOf(name, chunks.slice(0, 3)))).rejects.toMatchObject({
        code: 'chunk-mismatch',
        chunk: 3,
      });
      await expect(blobs().seal(manifestOf(name, chunksOf(['a', 'x', 'c', 'd'])))).rejects.toMatchObject({
        code: 'chunk-mismatch',
        chunk: 1,
      });
      await blobs().seal(manifestOf(name, chunks));
    });

    it('take no other chunk once sealed, but the same ones again', async () => {
      const name = upload();
      const chunks = chunksOf(['a', 'b']);
      await put(name, chunks);
      await blobs().seal(manifestOf(name, chunks));
      await put(name, chunks);
      const extra = new TextEncoder().encode('c');
      await expect(blobs().putChunk(name, 2, extra, sha256(extra))).rejects.toBeInstanceOf(ChunkMismatch);
      await expect(blobs().putChunk(name, 1, extra, sha256(extra))).rejects.toBeInstanceOf(ChunkMismatch);
      await expect(blobs().seal(manifestOf(name, [...chunks, extra]))).rejects.toMatchObject({
        code: 'chunk-mismatch',
        chunk: 2,
      });
    });

    it('show damage', async () => {
      const name = upload();
      const chunks = chunksOf(['a long enough chunk', 'another one']);
      await put(name, chunks);
      await opened().tamper.editChunk(name, 1);
      await expect(blobs().seal(manifestOf(name, chunks))).rejects.toMatchObject({
        code: 'corrupt-storage',
        where: `upload ${name.tenant}/u1, chunk 1`,
      });
    });

    it('are removed whole, sealed or not, and those of others stay', async () => {
      const name = upload();
      const [other, begun] = [
        { ...name, id: 'u2' },
        { ...name, id: 'u3' },
      ];
      const chunks = [...chunksOf(['a']), new Uint8Array(9_000_000).fill(7)];
      for (const one of [name, other]) {
        await put(one, chunks);
        await blobs().seal(manifestOf(one, chunks));
      }
      await put(begun, chunksOf(['b']));
      expect(await blobs().uploads(name.tenant, 'p1')).toEqual([name, other, begun]);
      for (const one of [name, begun, name]) await blobs().remove(one);
      expect(await blobs().uploads(name.tenant, 'p1')).toEqual([other]);
      expect(await blobs().info(name)).toBeUndefined();
      expect(await blobs().read(name)).toBeUndefined();
      expect(await blobs().chunks(begun)).toEqual([]);
      expect((await blobs().read(other))?.length).toBe(9_000_001);
      expect(await blobs().uploads(name.tenant, 'p2')).toEqual([]);
    });

    it('are gone for good when the key of their person is destroyed; those of others stay', async () => {
      const name = upload();
      const other = { ...name, person: 'p2' };
      const chunks = chunksOf(['a', 'b']);
      for (const one of [name, other]) {
        await put(one, chunks);
        await blobs().seal(manifestOf(one, chunks));
      }
      await dataKeys().destroyDataKey(name.tenant, name.person);
      await dataKeys().destroyDataKey(name.tenant, name.person);
      await expect(blobs().read(name)).rejects.toBeInstanceOf(KeyDestroyed);
      const late = new TextEncoder().encode('late');
      await expect(blobs().putChunk({ ...name, id: 'u2' }, 0, late, sha256(late))).rejects.toBeInstanceOf(KeyDestroyed);
      expect(await dataKeys().dataKeyOf(name.tenant, name.person, true)).toBeUndefined();
      expect(new TextDecoder().decode(await blobs().read(other))).toBe('ab');
    });

    it('show damage when read', async () => {
      const name = upload();
      const chunks = chunksOf(['a long enough chunk']);
      await put(name, chunks);
      await blobs().seal(manifestOf(name, chunks));
      await opened().tamper.editChunk(name, 0);
      await expect(blobs().read(name)).rejects.toBeInstanceOf(CorruptStorage);
    });
  });
}
