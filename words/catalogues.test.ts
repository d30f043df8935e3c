/** The one check of every catalogue: a text that is missing, empty or filled in unlike its siblings shows here. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { directionOf } from './direction.ts';
import { placeholdersOf } from './phrase.ts';
import { categories, pluralsOf, withoutPlural } from './plural.ts';

const folder = join(import.meta.dirname, 'catalogues');
interface Tested {
  readonly name: string;
  readonly language: string;
  readonly raw: string;
  readonly texts: Readonly<Record<string, string>>;
}
function read(audience: string, file: string): Tested {
  const raw = readFileSync(join(folder, audience, file), 'utf8');
  const texts: Record<string, string> = JSON.parse(raw);
  return { name: `${audience}/${file}`, language: file.replace('.json', ''), raw, texts };
}
const audiences = readdirSync(folder).map((audience) => ({
  audience,
  catalogues: readdirSync(join(folder, audience)).map((file) => read(audience, file)),
}));
const isPlural = (key: string): boolean => withoutPlural(key) !== key;
const basesOf = (texts: Tested['texts']): string[] => [...new Set(Object.keys(texts).map(withoutPlural))].sort();
const pluralBases = (texts: Tested['texts']): string[] => [
  ...new Set(Object.keys(texts).filter(isPlural).map(withoutPlural)),
];
/** Left-to-right and right-to-left marks, embeddings, overrides, isolates: the formatter sets them, nobody else. */
const directionMarks = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

it.each(audiences)('$audience has a Dutch catalogue, and every file is a language', ({ catalogues }) => {
  const languages = catalogues.map(({ language }) => language);
  expect(languages).toContain('nl');
  for (const language of languages) expect(Intl.getCanonicalLocales(language)).toEqual([language]);
});

describe.each(audiences)('$audience', ({ catalogues }) => {
  const dutch = catalogues.find(({ language }) => language === 'nl')?.texts ?? {};

  describe.each(catalogues)('$language', ({ language, texts, raw }) => {
    it('has the keys of the Dutch one, each once', () => {
      expect(basesOf(texts)).toEqual(basesOf(dutch));
      expect(pluralBases(texts).sort()).toEqual(pluralBases(dutch).sort());
      expect([...raw.matchAll(/^\s*"((?:[^"\\]|\\.)*)":/gm)]).toHaveLength(Object.keys(texts).length);
    });

    it('has every plural form of its language and no other', () => {
      const wanted = pluralBases(texts).flatMap((base) => pluralsOf(language).map((category) => `${base}_${category}`));
      expect(Object.keys(texts).filter(isPlural).sort()).toEqual(wanted.sort());
    });

    it('has no empty text', () => {
      expect(Object.keys(texts).filter((key) => texts[key]?.trim() === '')).toEqual([]);
    });

    it('fills in the values that the Dutch one fills in', () => {
      const wrong = Object.entries(texts).filter(([key, text]) => {
        const wanted = placeholdersOf(dutch[key] ?? dutch[`${withoutPlural(key)}_other`] ?? '');
        const found = placeholdersOf(text);
        // A plural form may leave the number out ("two minutes" is one word in Arabic); the form for the rest may not.
        const mayLack = isPlural(key) && !key.endsWith('_other') ? ['count'] : [];
        return (
          found.some((name) => !wanted.includes(name)) ||
          wanted.some((name) => !found.includes(name) && !mayLack.includes(name))
        );
      });
      expect(wrong).toEqual([]);
    });

    it('has braces around whole names only', () => {
      const broken = Object.entries(texts).filter(([, text]) => /[{}]/.test(text.replace(/\{\{\w+\}\}/g, '')));
      expect(broken).toEqual([]);
    });

    it('leaves direction to the formatter', () => {
      expect(Object.entries(texts).filter(([, text]) => directionMarks.test(text))).toEqual([]);
    });

    it('numbers paragraphs from 1 without a gap', () => {
      const numbered = Object.keys(texts).filter((key) => /\.\d+$/.test(key));
      const gaps = numbered.filter((key) => {
        const [, base = '', number = ''] = /^(.*)\.(\d+)$/.exec(key) ?? [];
        return Number(number) > 1 && !numbered.includes(`${base}.${Number(number) - 1}`);
      });
      expect(gaps).toEqual([]);
    });
  });
});

describe('what a candidate hears', () => {
  const candidates = audiences.find(({ audience }) => audience === 'candidate')?.catalogues ?? [];
  const spoken: string[] = JSON.parse(
    readFileSync(join(import.meta.dirname, '../delivery-ui/shared/speech/spoken-keys.json'), 'utf8'),
  );

  it.each(candidates)('$language: every instruction is within 25 words', ({ texts }) => {
    const instructions = Object.entries(texts).filter(([key]) => key.endsWith('.instruction'));
    expect(instructions.length).toBeGreaterThan(5);
    expect(instructions.filter(([, text]) => text.split(/\s+/).length > 25)).toEqual([]);
  });

  it.each(candidates)('$language: every spoken text can be one clip', ({ texts }) => {
    expect(spoken.filter((key) => texts[key] === undefined || placeholdersOf(texts[key]).length > 0)).toEqual([]);
  });

  it.each(candidates)('$language: every instruction can be heard', ({ texts }) => {
    const silent = Object.keys(texts).filter((key) => key.endsWith('.instruction') && !spoken.includes(key));
    expect(silent).toEqual([]);
  });

  it('is read in a script from right to left, too', () => {
    expect(candidates.map(({ language }) => directionOf(language))).toContain('rtl');
  });
});

it('the plural forms are those of the languages', () => {
  expect(pluralsOf('ar')).toEqual(categories);
  expect(pluralsOf('uk')).toEqual(['one', 'few', 'many', 'other']);
  expect(pluralsOf('nl')).toEqual(['one', 'other']);
});
