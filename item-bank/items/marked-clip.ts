/**
 * A copy of a clip for one listener: it sounds the same and has other bytes, in its tag and in the frames themselves,
 * so that neither its hash, nor its length, nor any stretch of it is known to who has another's copy.
 *
 * What the mark survives: copying, other tags or none, another container without re-encoding, cutting to a second or
 * more. What it does not: re-encoding, recording from a loudspeaker, and whoever knows of it and clears the bits.
 */
import { privateBitPlaces, tagLength } from './mp3-frames.ts';

/** Bytes that only the holder of a key can foretell: always the same for one listener. */
export type MarkStream = (length: number) => Uint8Array;

/** As many frames, i.e. about a second, tell one listener from all others. */
export const fewestFrames = 40;
/** Of a listener's padding, bytes. */
const padding = { least: 256, most: 4_352 } as const;
const owner = new TextEncoder().encode('meetlat\0');

const bitOf = (stream: Uint8Array, n: number): number => ((stream[n >> 3] ?? 0) >> (n & 7)) & 1;

/** Bytes of the stream: the first two say how long the padding is, the bits come after them. */
const bitsFrom = 2;

/** Undefined bytes of a clip that is no MP3 stay as they are. */
export function markClip(bytes: Uint8Array, stream: MarkStream): Uint8Array {
  const places = privateBitPlaces(bytes);
  if (places.length === 0) return bytes;
  const marks = stream(bitsFrom + Math.ceil(places.length / 8) + padding.most);
  const copy = Uint8Array.from(bytes);
  places.forEach((place, n) => {
    copy[place] = ((copy[place] ?? 0) & 0xfe) | bitOf(marks.subarray(bitsFrom), n);
  });
  const length = padding.least + ((((marks[0] ?? 0) << 8) | (marks[1] ?? 0)) % (padding.most - padding.least));
  return withPrivateFrame(copy, marks.subarray(marks.length - length));
}

const syncSafe = (value: number): number[] => [21, 14, 7, 0].map((shift) => (value >> shift) & 0x7f);
const plain = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >> shift) & 0xff);

/** Puts a frame `PRIV` first into the tag, or into a new one; ID3v2.3 and 2.4 count differently. */
function withPrivateFrame(bytes: Uint8Array, data: Uint8Array): Uint8Array {
  const before = tagLength(bytes);
  const version = before === 0 ? 3 : (bytes[3] ?? 3);
  // An extended header or unsynchronised tag is left alone.
  if (version < 3 || (before > 0 && ((bytes[5] ?? 0) & 0xc0) !== 0)) return bytes;
  const size = owner.length + data.length;
  const frame = [0x50, 0x52, 0x49, 0x56, ...(version === 3 ? plain(size) : syncSafe(size)), 0, 0, ...owner, ...data];
  const body = bytes.subarray(Math.min(10, before), before);
  const head = [0x49, 0x44, 0x33, version, 0, before === 0 ? 0 : (bytes[5] ?? 0)];
  return Uint8Array.from([
    ...head,
    ...syncSafe(body.length + frame.length),
    ...frame,
    ...body,
    ...bytes.subarray(before),
  ]);
}

/** The mark that a clip carries, bit by bit, from where it begins. */
export const markOf = (bytes: Uint8Array): number[] => privateBitPlaces(bytes).map((place) => (bytes[place] ?? 0) & 1);

/** Frames that may be cut off in front of a clip: about ten minutes. */
const mostCut = 24_000;

/** Whether a clip is that listener's copy, or a piece of it. */
export function isMarkedFor(mark: readonly number[], stream: MarkStream): boolean {
  if (mark.length < fewestFrames) return false;
  const marks = stream(bitsFrom + Math.ceil((mostCut + mark.length) / 8)).subarray(bitsFrom);
  for (let cut = 0; cut <= mostCut; cut += 1) if (mark.every((bit, n) => bit === bitOf(marks, cut + n))) return true;
  return false;
}
