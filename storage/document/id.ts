/** Makes ids: 128 random bits and more, url-safe, never guessable. Made once in server/compose.ts, handed down. */
export type MakeId = () => string;

/** Lower-case Crockford base32: no i, l, o, u, so that a person can read it aloud. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Encodes random bytes, 5 bits a character (the low 5 bits of each byte): 26 bytes give 130 bits. */
export function encodeId(random: Uint8Array): string {
  let text = '';
  for (const byte of random) text += alphabet.charAt(byte & 31);
  return text;
}
