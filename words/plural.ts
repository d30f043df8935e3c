/** Plural forms are those of `Intl.PluralRules` (CLDR); a catalogue names them behind the key: `plays.left_one`. */
export const categories = ['zero', 'one', 'two', 'few', 'many', 'other'] as const;
export type Category = (typeof categories)[number];

const rules = new Map<string, Intl.PluralRules>();

function rulesOf(language: string): Intl.PluralRules {
  const known = rules.get(language) ?? new Intl.PluralRules(language);
  rules.set(language, known);
  return known;
}

export const pluralOf = (language: string, count: number): Category => rulesOf(language).select(count);

/** The forms that a language has: six in Arabic, four in Ukrainian, two in Dutch. */
export const pluralsOf = (language: string): readonly Category[] =>
  categories.filter((category) => rulesOf(language).resolvedOptions().pluralCategories.includes(category));

const ending = new RegExp(`_(${categories.join('|')})$`);

/** The key without its plural form; the same key where it has none. */
export const withoutPlural = (key: string): string => key.replace(ending, '');
