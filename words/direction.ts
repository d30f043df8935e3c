/** Languages written from right to left, for browsers that do not tell (`Intl.Locale.getTextInfo` is young). */
const rightToLeft = new Set(['ar', 'fa', 'ps', 'ur', 'he', 'ckb', 'sd', 'ug', 'dv', 'yi']);

export type Direction = 'ltr' | 'rtl';

export function directionOf(language: string): Direction {
  return rightToLeft.has(new Intl.Locale(language).language) ? 'rtl' : 'ltr';
}

/** A language's name in that language: "Nederlands", "العربية". */
export function nameOfLanguage(language: string): string {
  const name = new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}

const [isolate, end] = ['\u2068', '\u2069'];

/**
 * A value within a text of a language. Where that is written from right to left, the value stands in a first-strong
 * isolate (Unicode UAX 9): a Latin name, a code or a fraction keeps its own order and turns nothing round it.
 */
export function isolated(value: string, language: string): string {
  return directionOf(language) === 'rtl' ? `${isolate}${value}${end}` : value;
}
