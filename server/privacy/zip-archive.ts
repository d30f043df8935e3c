/**
 * A ZIP archive without compression (APPNOTE.TXT 6.3.10, PKWARE): recordings are compressed already, and every program
 * opens it.
 */
import { crc32 } from 'node:zlib';
import type { Instant } from '../../storage/document/instant.ts';

export interface ArchivedFile {
  /** With slashes, e.g. `audio/1.webm`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a file can be at most in an archive of this form, bytes, and how many there can be. */
const [mostBytes, mostFiles] = [0xffff_ffff, 0xffff];
/** 2.0, the first that all readers know; bit 11: names are UTF-8. */
const [versionNeeded, flags] = [20, 0x0800];

/** @param at of every file. Throws RangeError for more than the form can hold. */
export function zipArchive(files: readonly ArchivedFile[], at: Instant): Buffer {
  const time = dosTime(at);
  const [bodies, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const { name, bytes } of files) {
    const head = headOf(name, bytes, time);
    const body = [Buffer.from('PK\x03\x04', 'latin1'), head, Buffer.from(name), Buffer.from(bytes)];
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02', 'latin1'), uint16(versionNeeded), head, entry, Buffer.from(name));
    bodies.push(...body);
    offset += body.reduce((sum, part) => sum + part.length, 0);
    if (offset > mostBytes) throw new RangeError('the archive would be larger than 4 GB');
  }
  if (files.length > mostFiles) throw new RangeError('the archive would hold more than 65535 files');
  return Buffer.concat([...bodies, ...directory, endOf(files.length, Buffer.concat(directory).length, offset)]);
}

/** What the local header and the directory's have in common. */
function headOf(name: string, bytes: Uint8Array, time: number): Buffer {
  const head = Buffer.alloc(26);
  head.writeUInt16LE(versionNeeded, 0);
  head.writeUInt16LE(flags, 2);
  head.writeUInt32LE(time, 6);
  head.writeUInt32LE(crc32(bytes), 10);
  head.writeUInt32LE(bytes.length, 14);
  head.writeUInt32LE(bytes.length, 18);
  head.writeUInt16LE(Buffer.byteLength(name), 22);
  return head;
}

function endOf(files: number, directoryBytes: number, directoryAt: number): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files, 8);
  end.writeUInt16LE(files, 10);
  end.writeUInt32LE(directoryBytes, 12);
  end.writeUInt32LE(directoryAt, 16);
  return end;
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

/** UTC, in steps of two seconds; the form begins with 1980. */
function dosTime(at: Instant): number {
  const date = new Date(at);
  const day = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  return day * 0x1_0000 + time;
}
