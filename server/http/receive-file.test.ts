import { mkdtempSync, existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { receiveFile } from './receive-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'meetlat-receive-'));
const limits = { sent: 1000, unpacked: 5000 };
let count = 0;
const place = (): string => join(folder, String((count += 1)));
const body = (bytes: Buffer): Readable => Readable.from([bytes.subarray(0, 10), bytes.subarray(10)]);

describe('a body taken in as a file', () => {
  it('is put down unpacked, and its bytes as sent are counted', async () => {
    const [path, packed] = [place(), gzipSync('0,1\n'.repeat(1000))];
    expect(await receiveFile(body(packed), path, limits, true)).toBe(packed.length);
    expect(readFileSync(path, 'utf8')).toBe('0,1\n'.repeat(1000));
  });
  it.each([
    ['too many bytes', 'too-large', Buffer.alloc(1001), false],
    ['too many bytes unpacked', 'too-large', gzipSync(Buffer.alloc(5001, '0')), true],
    ['no gzip', 'invalid-request', Buffer.from('person,A\nP1,1\n'), true],
  ])('%s: %s, and nothing stays behind', async (_, code, bytes, isPacked) => {
    const path = place();
    await expect(receiveFile(body(bytes), path, limits, isPacked)).rejects.toMatchObject({ code });
    expect(existsSync(path)).toBe(false);
  });
});
