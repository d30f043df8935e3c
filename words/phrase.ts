/**
 * One text of a catalogue, filled in. The form is that of i18next's JSON, version 4, with flat keys: values stand in
 * double braces, plural forms behind the key (`plays.left_one`). Small on purpose: candidates load this on a bad line.
 */
import { isolated } from './direction.ts';
import { pluralOf } from './plural.ts';

export type Catalogue = Readonly<Record<string, string>>;
export type Values = Readonly<Record<string, string | number>>;

/** Where a value is to stand: `{{name}}`. */
const placeholder = /\{\{(\w+)\}\}/g;

export const placeholdersOf = (text: string): string[] =>
  [...new Set([...text.matchAll(placeholder)].map(([, name = '']) => name))].sort();

/** The text under a key, in the plural form of `count`; undefined where the catalogue has no such key. */
export function textOf(catalogue: Catalogue, key: string, count: unknown, language: string): string | undefined {
  const own = (name: string): string | undefined => (Object.hasOwn(catalogue, name) ? catalogue[name] : undefined);
  return (
    (typeof count === 'number' ? (own(`${key}_${pluralOf(language, count)}`) ?? own(`${key}_other`)) : undefined) ??
    own(key)
  );
}

/** Puts values into a text; a value that is not given stays visible as `{{name}}`. */
export const fill = (text: string, values: Values, language: string): string =>
  text.replace(placeholder, (braces, name: string) => {
    const value = values[name];
    return value === undefined ? braces : isolated(String(value), language);
  });

/** Undefined where the catalogue has no such key. */
export function phrase(
  catalogue: Catalogue | undefined,
  key: string,
  values: Values,
  language: string,
): string | undefined {
  const text = catalogue === undefined ? undefined : textOf(catalogue, key, values['count'], language);
  return text === undefined ? undefined : fill(text, values, language);
}
