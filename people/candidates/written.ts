/**
 * How names and references are written down. What nobody can see, or reads the same, makes no other person: whoever
 * comes back is found again.
 */

/** Controls, formats (of no width, of direction), private and unassigned characters, and letters that are blank. */
const unseen =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u2800\u3164\uFE00-\uFE0F\uFFA0]/u;
/** Joiners say how letters hang together in scripts that join them, as in a Persian name; elsewhere they are unseen. */
const joins = /^[\u200C\u200D]$/u;
const hangsTogether = /^[\p{L}\p{M}]$/u;
const isolated = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]$/u;

const composed = (text: string): string => text.normalize('NFC').replace(/[\t\n\v\f\r\u0085\u2028\u2029]/g, ' ');
const collapsed = (text: string): string => text.replace(/\s+/gu, ' ').trim();

/** A name as it is kept: composed (NFC), single spaces, nothing unseen. */
export function writtenName(text: string): string {
  const letters = [...composed(text)];
  const isKept = (letter: string, n: number): boolean => {
    if (!unseen.test(letter)) return true;
    const [before = '', after = ''] = [letters[n - 1], letters[n + 1]];
    return joins.test(letter) && [before, after].every((one) => hangsTogether.test(one) && !isolated.test(one));
  };
  return collapsed(letters.filter(isKept).join(''));
}

/** A reference as it is kept, and passed on to the trajectory system. */
export const writtenReference = (text: string): string =>
  collapsed([...composed(text)].filter((letter) => !unseen.test(letter)).join(''));

/** What two references have in common that are one: width and capitals do not matter. */
export const referenceIdentity = (text: string): string => writtenReference(text.normalize('NFKC')).toUpperCase();

/** Whether two names are read alike. */
export const isSameName = (one: string, other: string): boolean => visible(one) === visible(other);
const visible = (name: string): string => writtenReference(name);
