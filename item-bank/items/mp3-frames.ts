/**
 * The frames of a clip, as far as a mark needs them. The header of each has a bit that every decoder passes over
 * (ISO/IEC 11172-3, 2.4.2.3: `private_bit`).
 */

/** Layer III, kbit/s: MPEG-1, then MPEG-2 and 2.5. */
const bitRates = [
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
] as const;
const samplingRates = [44_100, 48_000, 32_000] as const;

/** Bytes of the tag in front (ID3v2); 0 where there is none. */
export function tagLength(bytes: Uint8Array): number {
  const [i, d, three, , , , a = 0, b = 0, c = 0, e = 0] = bytes;
  return i === 0x49 && d === 0x44 && three === 0x33 ? 10 + ((a << 21) | (b << 14) | (c << 7) | e) : 0;
}

/** Length of the frame that begins here, bytes; undefined where none does, or one whose header is under a checksum. */
function frameLength(bytes: Uint8Array, at: number): number | undefined {
  const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
  // Layer III without a checksum.
  if (first !== 0xff || (second & 0xe7) !== 0xe3) return undefined;
  const version = (second >> 3) & 3;
  const bitRate = bitRates[version === 3 ? 0 : 1][third >> 4];
  const full = samplingRates[(third >> 2) & 3];
  if (version === 1 || bitRate === undefined || bitRate === 0 || full === undefined) return undefined;
  const samplingRate = version === 3 ? full : version === 2 ? full / 2 : full / 4;
  return Math.floor(((version === 3 ? 144_000 : 72_000) * bitRate) / samplingRate) + ((third >> 1) & 1);
}

/** Where the private bit of each frame lies: the third byte of its header. */
export function privateBitPlaces(bytes: Uint8Array): number[] {
  const places: number[] = [];
  let at = tagLength(bytes);
  while (at + 4 <= bytes.length) {
    const length = frameLength(bytes, at);
    if (length === undefined) {
      // A cut clip may begin in the middle of a frame.
      at += 1;
      continue;
    }
    places.push(at + 2);
    at += length;
  }
  return places;
}
