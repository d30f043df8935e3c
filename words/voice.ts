/** All texts of one audience in one language, by typed keys; for programs that have their catalogues at hand. */
import type { KeyOf, NumberedKeyOf } from './keys.ts';
import { type Catalogue, type Values, phrase } from './phrase.ts';

export interface Voice<Texts, Language extends string = string> {
  readonly language: Language;
  (key: KeyOf<Texts>, values?: Values): string;
  /** The texts `key.1`, `key.2` … in order: paragraphs of one explanation. */
  all(key: NumberedKeyOf<Texts>, values?: Values): string[];
  /** Several texts at once: the head of a table. */
  each(...keys: readonly KeyOf<Texts>[]): string[];
  /** A text whose key comes from elsewhere (a code of an error); undefined where there is none. */
  find(key: string, values?: Values): string | undefined;
}

export function voiceOf<Texts extends Catalogue, Language extends string>(
  catalogue: Texts,
  language: Language,
): Voice<Texts, Language> {
  const find = (key: string, values: Values = {}): string | undefined => phrase(catalogue, key, values, language);
  const all = (key: string, values: Values = {}): string[] => {
    const texts: string[] = [];
    for (let n = 1; ; n += 1) {
      const text = find(`${key}.${n}`, values);
      if (text === undefined) return texts;
      texts.push(text);
    }
  };
  const say = (key: string, values: Values = {}): string => find(key, values) ?? key;
  const each = (...keys: readonly string[]): string[] => keys.map((key) => say(key));
  return Object.assign(say, { language, all, each, find });
}
