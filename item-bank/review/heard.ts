/** Which words of an answer are heard in a text, and where: by the stem of a word, since words change form. */

/** Words that say nothing about what an answer is about. */
const empty = new Set(
  (
    'de het een en of in op aan met naar van voor bij te is zijn was ik je jij hij ze zij we wij u uw mijn je jouw ' +
    'haar hem hen hun ons onze dat die dit deze er ook niet geen wel nog maar om als dan wat wie waar hoe dus toch ' +
    'uur mag moet kan wil gaat heeft hebben wordt worden zich al door over uit tot the a an of to in on at for with ' +
    'what which who when where how and or is are you your it that this by be do does from not no yes their his her ' +
    'them they he she'
  ).split(' '),
);

export const plainWords = (text: string): string[] =>
  text
    .toLocaleLowerCase('nl')
    .normalize('NFC')
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => word !== '');

export const contentWords = (text: string): string[] => plainWords(text).filter((word) => !empty.has(word));

/** Short words whole, or with an ending (`ui`, `uien`); long ones by all but their last letters. */
function isSameWord(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (short === long) return true;
  if (long.length - short.length > 3) return false;
  return short.length <= 3 ? long.startsWith(short) : long.startsWith(short.slice(0, Math.max(4, short.length - 2)));
}

/** Place of the last word of the answer in the text, counted in words; undefined where a word of it is not heard. */
export function namedAt(answer: string, text: string): number | undefined {
  const heard = plainWords(text);
  const places = contentWords(answer).map((word) => heard.findLastIndex((other) => isSameWord(word, other)));
  return places.length === 0 || places.includes(-1) ? undefined : Math.max(...places);
}

/** Share of the answer's words that the text has. */
export function heardShare(answer: string, text: string): number {
  const heard = plainWords(text);
  const wanted = contentWords(answer);
  const found = wanted.filter((word) => heard.some((other) => isSameWord(word, other)));
  return wanted.length === 0 ? 0 : found.length / wanted.length;
}
