/**
 * One text of a catalogue. Plurals are keys with the category of `Intl.PluralRules` behind them (`plays.left_one`),
 * values stand in
 * double braces. Small on purpose: candidates load this on a bad line, and the browser knows the plurals of every
 * language.
 */
export type Catalogue = Readonly<Record<string, string>>;
export type Values = Readonly<Record<string, string | number>>;

/** Undefined where the catalogue has no such key. */
export function phrase(
  catalogue: Catalogue | undefined,
  key: string,
  values: Values,
  language: string,
): string | undefined {
  if (catalogue === undefined) return undefined;
  const { count } = values;
  const plural =
    typeof count === 'number'
      ? (catalogue[`${key}_${new Intl.PluralRules(language).select(count)}`] ?? catalogue[`${key}_other`])
      : undefined;
  return (plural ?? catalogue[key])?.replace(/\{\{(\w+)\}\}/g, (braces, name: string) =>
    String(values[name] ?? braces),
  );
}
