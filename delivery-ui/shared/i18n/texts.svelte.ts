/**
 * The words of the pages: catalogues of `words/`, each loaded when first needed. A further language is one more file
 * there: the languages that can be chosen come from the files themselves.
 */
import { type Direction, directionOf, nameOfLanguage } from '../../../words/direction.ts';
import type { PageKey, PageKeyStart } from '../../../words/page-keys.ts';
import { type Catalogue, type Values, phrase } from '../../../words/phrase.ts';

export type TextKey = PageKey;
export type Audience = 'candidate' | 'staff' | 'public';

const files = import.meta.glob<Catalogue>('../../../words/catalogues/{candidate,staff,public}/??.json', {
  import: 'default',
});
const fileOf = (audience: Audience, code: string): string => `../../../words/catalogues/${audience}/${code}.json`;
const codesOf = (audience: Audience): string[] =>
  Object.keys(files).flatMap((path) => {
    const code = /(\w+)\.json$/.exec(path)?.[1] ?? '';
    return path === fileOf(audience, code) ? [code] : [];
  });

export interface LanguageChoice {
  readonly code: string;
  readonly name: string;
  readonly direction: Direction;
}

/** The languages an audience can choose from. */
export function languagesFor(audience: Audience): LanguageChoice[] {
  return codesOf(audience)
    .sort()
    .map((code) => ({ code, name: nameOfLanguage(code), direction: directionOf(code) }));
}

/** Replaced, never changed: a catalogue that arrives after the first paint makes whoever showed a text look again. */
let catalogues = $state.raw<Readonly<Record<string, Catalogue>>>({});
const loaded: Record<string, Promise<void>> = {};
let current = $state('nl');

async function load(audience: Audience, code: string): Promise<void> {
  const fetchCatalogue = files[fileOf(audience, code)];
  if (fetchCatalogue === undefined) return;
  const catalogue = await fetchCatalogue();
  catalogues = { ...catalogues, [code]: { ...catalogues[code], ...catalogue } };
}

/**
 * Makes sure that `text(…, { language })` can speak this language. A language without a catalogue falls back on Dutch.
 */
export function loadLanguage(code: string, audience: Audience = 'candidate'): Promise<void> {
  const name = `${audience} ${code}`;
  const known =
    loaded[name] ??
    load(audience, code).catch((error: unknown) => {
      delete loaded[name];
      throw error;
    });
  loaded[name] = known;
  return known;
}

/** Shows the interface in a language, and turns the page round where it is written from right to left. */
export async function useLanguage(code: string, audience: Audience = 'candidate'): Promise<void> {
  await Promise.all([loadLanguage(code, audience), loadLanguage('nl', audience)]);
  current = code;
  document.documentElement.lang = code;
  document.documentElement.dir = directionOf(code);
}

export const interfaceLanguage = {
  get code(): string {
    return current;
  },
  get direction(): Direction {
    return directionOf(current);
  },
};

/** A text in the interface's language, or in another one that was loaded. `count` chooses the plural form. */
export function text(key: TextKey, values: Values = {}, language: string = current): string {
  return phrase(catalogues[language], key, values, language) ?? phrase(catalogues['nl'], key, values, 'nl') ?? key;
}

/** A text whose key ends in a code that comes from the server; the code itself where it has no text here. */
export function textOfCode(start: PageKeyStart, code: string, values: Values = {}): string {
  const key = `${start}.${code}`;
  return phrase(catalogues[current], key, values, current) ?? phrase(catalogues['nl'], key, values, 'nl') ?? code;
}

/** Digits are those of the forms and codes that people get on paper, in every language. */
export const formatNumber = (value: number, options?: Intl.NumberFormatOptions): string =>
  new Intl.NumberFormat(current, { numberingSystem: 'latn', ...options }).format(value);
export const formatInstant = (
  instant: string,
  options: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeStyle: 'short' },
): string => new Intl.DateTimeFormat(current, { numberingSystem: 'latn', ...options }).format(Date.parse(instant));

/** The browser's first language that has a catalogue; Dutch where none has. */
export function preferredLanguage(audience: Audience): string {
  const offered = languagesFor(audience).map(({ code }) => code);
  return navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find((code) => offered.includes(code)) ?? 'nl';
}
