import { readFileSync, readdirSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type MarkStream, isMarkedFor, markClip, markOf } from './marked-clip.ts';
import { privateBitPlaces, tagLength } from './mp3-frames.ts';

const folder = join(import.meta.dirname, '../../demonstration/audio');
/** Every fortieth clip of the demonstration that is long enough to be told by its bits. */
const clips = readdirSync(folder)
  .filter((name, n) => name.endsWith('.mp3') && n % 40 === 0)
  .map((name) => new Uint8Array(readFileSync(join(folder, name))));
const long = clips.filter((clip) => privateBitPlaces(clip).length > 80);

const streamOf =
  (listener: string): MarkStream =>
  (length) => {
    const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, n) =>
      createHash('sha256').update(`${listener} ${n}`).digest(),
    );
    return new Uint8Array(Buffer.concat(blocks)).subarray(0, length);
  };
const [amina, bilal] = [streamOf('amina'), streamOf('bilal')];
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
/** What is decoded: everything after the tag, but for the bits that say nothing of the sound. */
function sound(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (const place of privateBitPlaces(copy)) copy[place] = (copy[place] ?? 0) & 0xfe;
  return copy.subarray(tagLength(copy));
}

describe('a clip', () => {
  it('has frames from the end of its tag to its own end', () => {
    expect(long.length).toBeGreaterThan(20);
    for (const clip of clips) {
      const places = privateBitPlaces(clip);
      expect(places[0]).toBe(tagLength(clip) + 2);
      expect(places.length * 72).toBeGreaterThan(0.9 * (clip.length - tagLength(clip)));
    }
  });
  it('sounds the same for everybody', () => {
    for (const clip of clips) expect(Buffer.compare(sound(markClip(clip, amina)), sound(clip))).toBe(0);
  });
  it('has the same bytes each time for one listener, so that it can be fetched in ranges', () => {
    for (const clip of clips) expect(hash(markClip(clip, amina))).toBe(hash(markClip(clip, amina)));
  });
  it('has another hash and length for another, also without its tag and in each kilobyte of it', () => {
    for (const clip of long) {
      const [one, other] = [markClip(clip, amina), markClip(clip, bilal)];
      expect(hash(one)).not.toBe(hash(other));
      expect(one.length).not.toBe(other.length);
      const [bare, otherBare] = [one.subarray(tagLength(one)), other.subarray(tagLength(other))];
      for (let at = 0; at + 1024 <= bare.length; at += 1024)
        expect(hash(bare.subarray(at, at + 1024))).not.toBe(hash(otherBare.subarray(at, at + 1024)));
    }
  });
  it('keeps what its tag says', () => {
    for (const clip of clips) expect(Buffer.from(markClip(clip, amina)).includes('Synthetic speech')).toBe(true);
  });
  it('that is no MP3 stays as it is', () => {
    const picture = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>');
    expect(markClip(picture, amina)).toBe(picture);
  });
});

describe('a copy that got out', () => {
  it('is that of one listener, and of no other', () => {
    for (const clip of long) {
      const mark = markOf(markClip(clip, amina));
      expect(isMarkedFor(mark, amina)).toBe(true);
      expect(isMarkedFor(mark, bilal)).toBe(false);
    }
  });
  it('is told without its tag, and by a second from its middle', () => {
    for (const clip of long.slice(0, 10)) {
      const marked = markClip(clip, amina);
      const bare = marked.subarray(tagLength(marked));
      expect(isMarkedFor(markOf(bare), amina)).toBe(true);
      const middle = bare.subarray(1001);
      if (privateBitPlaces(middle).length >= 50) expect(isMarkedFor(markOf(middle).slice(3), amina)).toBe(true);
    }
  });
  it('says nothing where it was never marked, or is too short', () => {
    for (const clip of long) expect(isMarkedFor(markOf(clip), amina)).toBe(false);
    const mark = markOf(markClip(long[0] ?? new Uint8Array(), amina));
    expect(isMarkedFor(mark.slice(0, 20), amina)).toBe(false);
  });
});
